/** AuthnRequests as a gateway sends them, signed for either binding. Only this folder's tests use it. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto'
import type { Identity } from '../../../sandbox/pki/certificate.ts'
import { identityProviderIdentity, serviceProviderIdentity } from '../../../sandbox/pki/profiles.ts'
import { createTestIdp } from '../../../sandbox/test-idp.ts'

export const NOW = Date.parse('2026-01-15T10:00:00.000Z')
export const SP_ENTITY_ID = 'http://localhost:7000/pub-ag-full/c_a116'
export const ACS = 'http://localhost:7000/t/ala/saml/spid/acs'

export const sp: Identity = await serviceProviderIdentity('http://localhost:7000', new Date(NOW))
const idpIdentity: Identity = await identityProviderIdentity('Alfa ID', new Date(NOW))
export const strangerKey: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

const serviceProvider = (attributes: readonly string[]) => ({
  entityId: SP_ENTITY_ID,
  name: 'Comune di Ala',
  certificate: sp.certificate,
  acsUrls: [ACS],
  attributeSets: [{ index: 0, attributes }],
})

export const spidAttributes = ['fiscalNumber', 'name', 'familyName', 'dateOfBirth', 'spidCode']

export const spidIdp = (baseUrl = 'http://spid.localhost:7003/idp/alfa') =>
  createTestIdp({
    ...idpIdentity,
    entityId: baseUrl,
    baseUrl,
    kind: 'spid',
    name: 'Alfa ID',
    serviceProviders: [serviceProvider(spidAttributes)],
    now: () => NOW,
  })

export const cieIdp = (now = () => NOW) =>
  createTestIdp({
    ...idpIdentity,
    entityId: 'http://cie.localhost:7004/idp/profile/SAML2/POST/SSO',
    baseUrl: 'http://cie.localhost:7004',
    kind: 'cie',
    serviceProviders: [serviceProvider(['name'])],
    now,
  })

/** A good request; `edit` spoils it. */
export const requestXml = (destination: string, { level = 2, edit = (xml: string) => xml } = {}): string =>
  edit(
    `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_request1" Version="2.0" IssueInstant="2026-01-15T09:59:59.123Z" Destination="${destination}" ForceAuthn="true" AssertionConsumerServiceURL="${ACS}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" AttributeConsumingServiceIndex="0"><saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="${SP_ENTITY_ID}">${SP_ENTITY_ID}</saml:Issuer><samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"/><samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL${level}</saml:AuthnContextClassRef></samlp:RequestedAuthnContext></samlp:AuthnRequest>`,
  )

const SIG_ALG = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

export const redirectUrl = (ssoUrl: string, xml: string, key: KeyObject = sp.key): string => {
  const samlRequest = encodeURIComponent(deflateRawSync(xml).toString('base64'))
  const octets = `SAMLRequest=${samlRequest}&RelayState=opaque1&SigAlg=${encodeURIComponent(SIG_ALG)}`
  const signature = sign('sha256', Buffer.from(octets), key).toString('base64')
  return `${ssoUrl}?${octets}&Signature=${encodeURIComponent(signature)}`
}

export const postForm = (xml: string, key: KeyObject = sp.key): Record<string, string> => {
  const c14n = 'http://www.w3.org/2001/10/xml-exc-c14n#'
  const signed = new SignedXml({
    privateKey: key,
    idAttribute: 'ID',
    signatureAlgorithm: SIG_ALG,
    canonicalizationAlgorithm: c14n,
  })
  signed.addReference({
    xpath: '/*',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', c14n],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  })
  signed.computeSignature(xml, { location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' } })
  return { SAMLRequest: Buffer.from(signed.getSignedXml()).toString('base64'), RelayState: 'opaque1' }
}
