/** The five records of a login, as long and as alike as real ones: what differs between two logins is as random as there. */
import { createHash, randomBytes } from 'node:crypto'
import type { RegisterRecord } from '../src/audit/register/records.ts'

const base64 = (bytes: number) => randomBytes(bytes).toString('base64')
const id = () => `_${randomBytes(16).toString('hex')}`
const sha = () => randomBytes(32).toString('base64url')

/** A provider's certificate is the same in all of its answers: twelve providers. */
const certificates = Array.from({ length: 12 }, () => base64(960))
const tenants = Array.from({ length: 170 }, (_, number) => `comune${number}`)

const names = ['Maria', 'Giuseppe', 'Anna', 'Antonio', 'Luca', 'Giulia', 'Francesca', 'Marco', 'Elena', 'Paolo']
const surnames = ['Rossi', 'Bianchi', 'Ferrari', 'Esposito', 'Romano', 'Colombo', 'Ricci', 'Marino', 'Greco', 'Bruno']

/** Each fourth login is by somebody who was there before. */
export const personOf = (login: number): string => {
  const digest = createHash('sha256')
    .update(String(login % 4 === 0 ? Math.floor(login / 8) : login))
    .digest('hex')
  return `TINIT-${digest.slice(0, 16).toUpperCase()}`
}

const signature = (certificate: string) =>
  `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#${id()}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>${base64(32)}</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>${base64(256)}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`

const attribute = (name: string, value: string) =>
  `<saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml:AttributeValue xsi:type="xs:string">${value}</saml:AttributeValue></saml:Attribute>`

const request = (issuer: string, requestId: string, instant: string) =>
  `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" AssertionConsumerServiceURL="https://login.regione.example/t/ala/saml/spid/acs" AttributeConsumingServiceIndex="0" Destination="https://idp.example/sso/redirect" ForceAuthn="true" ID="${requestId}" IssueInstant="${instant}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="${issuer}">${issuer}</saml:Issuer><samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"/><samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://www.spid.gov.it/SpidL2</saml:AuthnContextClassRef></samlp:RequestedAuthnContext></samlp:AuthnRequest>`

const response = (
  login: number,
  idp: string,
  issuer: string,
  requestId: string,
  assertionId: string,
  instant: string,
) => {
  const certificate = certificates[login % certificates.length] ?? ''
  const [name, surname] = [names[login % 10] ?? '', surnames[Math.floor(login / 10) % 10] ?? '']
  const audience = `<saml:AudienceRestriction><saml:Audience>${issuer}</saml:Audience></saml:AudienceRestriction>`
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id()}" Version="2.0" IssueInstant="${instant}" InResponseTo="${requestId}" Destination="https://login.regione.example/t/ala/saml/spid/acs"><saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">${idp}</saml:Issuer>${signature(certificate)}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="${assertionId}" Version="2.0" IssueInstant="${instant}"><saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">${idp}</saml:Issuer>${signature(certificate)}<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="${idp}">${id()}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="https://login.regione.example/t/ala/saml/spid/acs" InResponseTo="${requestId}" NotOnOrAfter="${instant}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${instant}" NotOnOrAfter="${instant}">${audience}</saml:Conditions><saml:AuthnStatement AuthnInstant="${instant}" SessionIndex="${id()}"><saml:AuthnContext><saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL2</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attribute('fiscalNumber', personOf(login))}${attribute('name', name)}${attribute('familyName', surname)}${attribute('dateOfBirth', `19${40 + (login % 60)}-0${1 + (login % 9)}-1${login % 10}`)}</saml:AttributeStatement></saml:Assertion></samlp:Response>`
}

export const loginRecords = (login: number): readonly RegisterRecord[] => {
  const tenant = tenants[login % tenants.length] ?? ''
  const idp = `https://idp${login % certificates.length}.example/metadata`
  const entityId = `https://login.regione.example/pub-ag-full/${tenant}`
  const [requestId, assertionId, grant, code, sub, jti] = [id(), id(), sha(), sha(), sha(), sha()]
  const instant = new Date(1_768_464_000_000 + login).toISOString()
  const received = () => ({ support: randomBytes(6).toString('hex'), clientAddress: `192.0.2.${login % 250}`, tenant })
  const about = { client: 'sito', login: sha().slice(0, 16), upstream: 'spid', idp, entityId, requestId }
  const asked = { ...about, requestIssueInstant: instant, levelAsked: 2 as const }
  const site = { client: 'sito', result: 'success', grant, sub }
  const redirectUri = `https://www.${tenant}.example/callback`
  const acr = 'https://www.spid.gov.it/SpidL2'
  return [
    { kind: 'login.request', ...received(), ...asked, result: 'sent', message: request(entityId, requestId, instant) },
    {
      kind: 'login.response',
      ...received(),
      ...asked,
      result: 'verified',
      levelReached: 2,
      authenticated: true,
      anomaly: 1,
      responseId: id(),
      responseIssueInstant: instant,
      responseIssuer: idp,
      assertionId,
      subject: id(),
      subjectNameQualifier: idp,
      person: personOf(login),
      message: response(login, idp, entityId, requestId, assertionId, instant),
    },
    {
      kind: 'oidc.authorization',
      ...received(),
      ...site,
      login: about.login,
      session: sha(),
      redirectUri,
      scope: 'openid profile',
      acr,
      code,
      state: sha(),
      nonce: sha(),
    },
    {
      kind: 'oidc.token',
      ...received(),
      ...site,
      grantType: 'authorization_code',
      clientAuthentication: 'client_secret_basic',
      redirectUri,
      scope: 'openid profile',
      acr,
      code,
      jti,
      idToken: sha(),
    },
    {
      kind: 'oidc.userinfo',
      ...received(),
      ...site,
      jti,
      scope: 'openid profile',
      released: ['sub', 'given_name', 'family_name', 'birthdate', 'fiscal_number', 'acr', 'amr', 'auth_time', 'idp'],
    },
  ]
}
