/** What the provider really signed: responses that are accepted, and other messages whose parts an attacker may have. */
import { edits, goodResponse, person, type ResponseOptions, SP, signElement } from '../fixtures/saml/idp.ts'
import { idpSigner } from '../fixtures/saml/login.ts'

export interface Original {
  readonly name: string
  readonly xml: string
  /** SAML name → value; absent: must not be accepted as it stands. */
  readonly says?: Readonly<Record<string, string>>
}

const mario = { fiscalNumber: 'TINIT-VRDLGI75T20F205A', name: 'Luigi', familyName: 'Verdi', dateOfBirth: '1975-12-20' }
const other = { id: '2', attributes: mario } as const

const response = (options: Omit<ResponseOptions, 'signer'> = {}) => goodResponse({ signer: idpSigner, ...options })

const INCLUSIVE = [
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
]
const SHA512 = {
  signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  digest: 'http://www.w3.org/2001/04/xmlenc#sha512',
}

/** The Assertion in the default namespace, as some providers write it. */
const unprefixed = (xml: string) =>
  xml.replace(/<saml:Assertion[\s\S]*<\/saml:Assertion>/, (assertion) =>
    assertion
      .replaceAll(/(<\/?)saml:/g, '$1')
      .replace('<Assertion', '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"'),
  )

/** The same values in the harder spellings that XML has for them. */
const spelled = edits(
  (xml) => xml.replace('TINIT-RSSMRA80A01H501U', 'TINIT-<![CDATA[RSSMRA80]]>A01<!-- c -->H501U'),
  (xml) => xml.replace('Maria Rosa', 'Maria&#x20;Rosa'),
  (xml) => xml.replace("D'Àngelo", '\n  D&apos;&#xC0;ngelo\n'),
)

const signedElsewhere = (element: string, content: string) =>
  signElement(
    `<samlp:${element} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_else">${content}</samlp:${element}>`,
    element,
    idpSigner,
  )

export const originals: readonly Original[] = [
  { name: 'both signed', xml: response(), says: person },
  { name: 'Assertion signed', xml: response({ sign: { response: false } }), says: person },
  { name: 'Assertion in the default namespace', xml: response({ edit: unprefixed }), says: person },
  {
    name: 'inclusive canonicalisation',
    xml: response({ sign: { response: false }, algorithms: { transforms: INCLUSIVE } }),
    says: person,
  },
  { name: 'SHA-512', xml: response({ algorithms: SHA512 }), says: person },
  { name: 'comments, CDATA and references', xml: response({ edit: spelled }), says: person },
  {
    name: 'comments, CDATA and references, Assertion signed',
    xml: response({ edit: spelled, sign: { response: false } }),
    says: person,
  },
]

/** Of the same provider, each with a valid signature of its own. */
export const donors: readonly Original[] = [
  { name: 'another person, same request', xml: response(other), says: mario },
  {
    name: 'another person, same request, Assertion signed',
    xml: response({ ...other, sign: { response: false } }),
    says: mario,
  },
  { name: 'another person, another request', xml: response({ ...other, requestId: '_request-2' }) },
  { name: 'another Comune', xml: response({ id: '3', audience: SP.replace('l378', 'h612') }) },
  { name: 'level 1', xml: response({ id: '4', classRef: 'https://www.spid.gov.it/SpidL1' }) },
  {
    name: 'the same IDs, another person, another request',
    xml: response({ attributes: mario, requestId: '_request-2' }),
  },
  { name: 'a refusal', xml: response({ id: '5', status: { code: 'Responder', message: 'ErrorCode nr25' } }) },
  { name: 'Response signed', xml: response({ ...other, sign: { assertion: false } }) },
  { name: 'a LogoutResponse', xml: signedElsewhere('LogoutResponse', '<samlp:Status/>') },
  { name: 'an Assertion of another kind', xml: signedElsewhere('Assertion', 'x') },
]
