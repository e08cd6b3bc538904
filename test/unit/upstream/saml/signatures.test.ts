/** Who signed, what was signed, and how: beyond rows 2–5, 100, 112, 113 and xslt (checks.test.ts), what attackers have tried elsewhere. */
import { describe, expect, it } from 'vitest'
import {
  type Edit,
  goodResponse,
  IDP,
  type ResponseOptions,
  removeAttribute,
  signElement,
  unsignedResponse,
} from '../../../fixtures/saml/idp.ts'
import { answer, foreignSigner, idpSigner, pendingLogin, respond, verdict } from '../../../fixtures/saml/login.ts'

const good = (options: Omit<ResponseOptions, 'signer'> = {}) => goodResponse({ signer: idpSigner, ...options })

/** Changes the signed text. */
const tampered = (edit: Edit, options: Omit<ResponseOptions, 'signer'> = {}) => {
  const xml = good(options)
  const changed = edit(xml)
  if (changed === xml) throw new Error('nothing was changed')
  return answer(changed).then(verdict)
}

/** With the Response unsigned: the Assertion's signature stands alone. */
const alone = { sign: { response: false } } as const

describe('who signed', () => {
  it.each([
    ['row 4, the Assertion alone', 'saml_signature_invalid', { sign: { assertion: foreignSigner, response: false } }],
    [
      'the Response signed with another key, the Assertion well',
      'saml_signature_invalid',
      { sign: { response: foreignSigner } },
    ],
  ] as const)('rejects %s', async (_, code, options) => {
    expect(verdict(await respond(options))).toBe(code)
  })

  it('row 5: rejects a foreign key, whether KeyInfo carries its certificate or the provider’s', async () => {
    const sign = { assertion: foreignSigner, response: foreignSigner }
    for (const { certificate } of [foreignSigner, idpSigner]) {
      const outcome = await respond({ sign, algorithms: { keyInfo: certificate } })
      expect(verdict(outcome)).toBe('saml_signature_invalid')
    }
  })

  it('accepts whatever KeyInfo says when the provider signed: another certificate, none, an empty one', async () => {
    expect(verdict(await respond({ algorithms: { keyInfo: foreignSigner.certificate } }))).toBe('verified')
    expect(await tampered((xml) => xml.replace(/<ds:KeyInfo>[\s\S]*?<\/ds:KeyInfo>/, ''), alone)).toBe('verified')
    const empty = (xml: string) => xml.replace(/(<ds:X509Certificate>)[^<]*/, '$1')
    expect(await tampered(empty, alone)).toBe('verified')
  })

  it('rejects the answer of one provider to a request that was sent to another', async () => {
    const other = 'https://other.example'
    const idp = { entityId: other, binding: 'redirect', ssoUrl: `${other}/sso` } as const
    const withOwnKey = pendingLogin({ idp: { ...idp, certificates: [foreignSigner.certificate] } })
    expect(verdict(await respond({}, { pending: withOwnKey }))).toBe('saml_signature_invalid')
    const withSameKey = pendingLogin({ idp: { ...idp, certificates: [idpSigner.certificate] } })
    expect(verdict(await respond({}, { pending: withSameKey }))).toBe('saml_issuer_mismatch')
  })

  it('rejects every response when the provider has no certificate', async () => {
    const pending = pendingLogin({ idp: { entityId: IDP, binding: 'redirect', ssoUrl: IDP, certificates: [] } })
    expect(verdict(await respond({}, { pending }))).toBe('saml_signature_invalid')
  })
})

describe('what was signed', () => {
  it.each([
    ['an attribute', "D'Àngelo", 'Rossi'],
    ['the level', 'SpidL2', 'SpidL3'],
    ['an ID', '_session-1', '_session-2'],
  ])('rejects a change of %s after the signature', async (_, from, to) => {
    expect(await tampered((xml) => xml.replace(from, to))).toBe('saml_signature_invalid')
    expect(await tampered((xml) => xml.replace(from, to), alone)).toBe('saml_signature_invalid')
  })

  it('rejects a change of the signed envelope', async () => {
    expect(await tampered((xml) => xml.replace('status:Success', 'status:Responder'))).toBe('saml_signature_invalid')
  })

  it('reads the whole of a value that a comment cuts in two', async () => {
    const commented = (xml: string) => xml.replace('RSSMRA80', 'RSSMRA<!-- x -->80')
    const outcome = await answer(commented(good()))
    expect(outcome).toMatchObject({ kind: 'verified', citizen: { fiscalNumber: 'TINIT-RSSMRA80A01H501U' } })
    const nameId = (xml: string) => xml.replace('_name-1', '_name-1<!---->.other')
    expect(await tampered(nameId)).toBe('saml_signature_invalid')
    expect(await respond({ edit: nameId })).toMatchObject({ logout: { nameId: '_name-1.other' } })
  })

  it('accepts an Assertion canonicalised with the namespaces around it inside a Response canonicalised without', async () => {
    const inclusive = [
      'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
      'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
    ]
    const xml = signElement(unsignedResponse(), 'Assertion', idpSigner, { transforms: inclusive })
    expect(verdict(await answer(signElement(xml, 'Response', idpSigner)))).toBe('verified')
  })

  it('reads a message with CRLF line ends', async () => {
    const xml = good().replaceAll('\n', '\r\n')
    expect(verdict(await answer(xml))).toBe('verified')
  })
})

const algorithm =
  (from: RegExp, to: string): Edit =>
  (xml) =>
    xml.replace(from, to)
const SIGNATURE = /(<ds:SignatureMethod Algorithm=")[^"]*/
const DIGEST = /(<ds:DigestMethod Algorithm=")[^"]*/
const C14N = /(<ds:CanonicalizationMethod Algorithm=")[^"]*/
const LAST_TRANSFORM = /(<ds:Transform Algorithm=")http:\/\/www.w3.org\/2001\/10\/xml-exc-c14n#/

describe('algorithms', () => {
  it.each([
    ['RSA-SHA1', { signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }],
    ['a SHA-1 digest', { digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }],
    [
      'HMAC keyed with the provider’s public certificate',
      { signature: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1', hmac: true },
    ],
    ['RSA-PSS, which the rules do not name', { signature: 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1' }],
    [
      'canonicalisation with comments',
      {
        transforms: [
          'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
          'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
        ],
      },
    ],
    ['a Reference that is not enveloped first', { transforms: ['http://www.w3.org/2001/10/xml-exc-c14n#'] }],
  ] as const)('rejects %s, well signed', async (_, algorithms) => {
    expect(verdict(await respond({ algorithms }))).toBe('saml_algorithm_forbidden')
    expect(verdict(await respond({ ...alone, algorithms }))).toBe('saml_algorithm_forbidden')
  })

  it.each([
    ['HMAC-SHA256', SIGNATURE, '$1http://www.w3.org/2001/04/xmldsig-more#hmac-sha256'],
    ['RSA-SHA384, which the engine lacks', SIGNATURE, '$1http://www.w3.org/2001/04/xmldsig-more#rsa-sha384'],
    ['ECDSA, which the engine lacks', SIGNATURE, '$1http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'],
    ['no SignatureMethod algorithm', SIGNATURE, '$1'],
    ['an MD5 digest', DIGEST, '$1http://www.w3.org/2001/04/xmldsig-more#md5'],
    ['SignedInfo canonicalised with comments', C14N, '$1http://www.w3.org/2001/10/xml-exc-c14n#WithComments'],
    ['an XPath transform', LAST_TRANSFORM, '$1http://www.w3.org/TR/1999/REC-xpath-19991116'],
    [
      'a third transform',
      LAST_TRANSFORM,
      '$1http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#',
    ],
  ])('rejects %s', async (_, from, to) => {
    expect(await tampered(algorithm(from, to), alone)).toBe('saml_algorithm_forbidden')
  })

  it('rejects a parameter of canonicalisation that is not one list of prefixes', async () => {
    const list = '<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/>'
    for (const parameters of [
      list + list,
      '<ds:XPath>1</ds:XPath>',
      list.replace('xs', 'xs '.repeat(21)),
      list.replace('/>', '><a/></ec:InclusiveNamespaces>'),
    ]) {
      const edit = algorithm(
        /(<ds:CanonicalizationMethod Algorithm="[^"]*")\s*\/>/,
        `$1>${parameters}</ds:CanonicalizationMethod>`,
      )
      expect(await tampered(edit, alone)).toBe('saml_algorithm_forbidden')
    }
  })

  it('row xslt: rejects a stylesheet as the only transform too, before anything runs it', async () => {
    const only = algorithm(
      /<ds:Transforms>[\s\S]*?<\/ds:Transforms>/,
      '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/></ds:Transform></ds:Transforms>',
    )
    expect(await tampered(only)).toBe('saml_algorithm_forbidden')
  })
})

describe('the shape of a signature', () => {
  const insert =
    (before: string, what: string): Edit =>
    (xml) =>
      xml.replace(before, `${what}${before}`)
  it.each([
    ['a second SignedInfo', (xml) => xml.replace(/<ds:SignedInfo>[\s\S]*?<\/ds:SignedInfo>/, '$&$&')],
    ['a second Reference', (xml) => xml.replace(/<ds:Reference[\s\S]*?<\/ds:Reference>/, '$&$&')],
    ['no Reference', (xml) => xml.replace(/<ds:Reference[\s\S]*?<\/ds:Reference>/, '')],
    ['a Reference to another element', (xml) => xml.replace('URI="#_assertion-1"', 'URI="#_response-1"')],
    ['a Reference to the whole document', (xml) => xml.replace('URI="#_assertion-1"', 'URI=""')],
    ['a Reference without URI', removeAttribute('ds:Reference', 'URI')],
    ['an Object', insert('</ds:Signature>', '<ds:Object/>')],
    ['a part of a signature in KeyInfo', insert('</ds:KeyInfo>', '<x:Transform xmlns:x="urn:x"/>')],
    ['a second KeyInfo', insert('</ds:Signature>', '<ds:KeyInfo/>')],
    ['a second SignatureValue', insert('<ds:SignatureValue>', '<ds:SignatureValue>AA==</ds:SignatureValue>')],
    ['a second DigestValue', insert('<ds:DigestValue>', '<ds:DigestValue>AA==</ds:DigestValue>')],
    ['a comment in DigestValue', (xml) => xml.replace('<ds:DigestValue>', '$&<!--AA==-->')],
    ['a comment in SignedInfo', insert('<ds:Reference', '<!-- -->')],
    ['CDATA in SignatureValue', (xml) => xml.replace('<ds:SignatureValue>', '$&<![CDATA[AA==]]>')],
    [
      'an element in DigestMethod',
      (xml) => xml.replace(/(<ds:DigestMethod Algorithm="[^"]*")\s*\/>/, '$1><ds:DigestValue/></ds:DigestMethod>'),
    ],
    ['no SignatureValue', (xml) => xml.replace(/<ds:SignatureValue>[^<]*<\/ds:SignatureValue>/, '')],
    ['an element in SignatureValue', (xml) => xml.replace('<ds:SignatureValue>', '$&<ds:X/>')],
    [
      'an element in SignatureMethod',
      (xml) => xml.replace(/(<ds:SignatureMethod Algorithm="[^"]*")\s*\/>/, '$1><ds:X/></ds:SignatureMethod>'),
    ],
    ['an element in DigestValue', (xml) => xml.replace('<ds:DigestValue>', '$&<ds:X/>')],
    ['no CanonicalizationMethod', (xml) => xml.replace(/<ds:CanonicalizationMethod[^>]*>/, '')],
    ['no Transforms', (xml) => xml.replace(/<ds:Transforms>[\s\S]*?<\/ds:Transforms>/, '')],
    ['Transforms of another namespace', (xml) => xml.replaceAll('ds:Transforms', 'saml:Transforms')],
    ['a Transform of another namespace', (xml) => xml.replaceAll('ds:Transform ', 'saml:Transform ')],
    ['a SignedInfo of another namespace', insert('<ds:SignedInfo>', '<SignedInfo xmlns="urn:x"/>')],
    ['a second signature on the Assertion', (xml) => xml.replace(/<ds:Signature [\s\S]*?<\/ds:Signature>/, '$&$&')],
  ] satisfies [string, Edit][])('rejects %s', async (_, edit) => {
    expect(await tampered(edit, alone)).toBe('saml_structure_forbidden')
  })

  it('rejects a signature whose value is empty or cut', async () => {
    const value = (text: string) => (xml: string) => xml.replace(/(<ds:SignatureValue>)[^<]*/, `$1${text}`)
    expect(await tampered(value(''), alone)).toBe('saml_signature_invalid')
    expect(await tampered(value('AAAA'), alone)).toBe('saml_signature_invalid')
  })
})

describe('foreign content', () => {
  it('rejects two Assertions, even when the provider signed both', async () => {
    const second = (xml: string) =>
      xml.replace(
        /<saml:Assertion[\s\S]*<\/saml:Assertion>/,
        (first) => first + first.replaceAll('_assertion-1', '_assertion-2'),
      )
    expect(await tampered(second, alone)).toBe('saml_structure_forbidden')
    expect(verdict(await respond({ edit: second }))).toBe('saml_structure_forbidden')
  })

  it('rejects an EncryptedAssertion, alone or beside the Assertion', async () => {
    const encrypted = '<saml:EncryptedAssertion/>'
    const beside = (xml: string) => xml.replace('<saml:Assertion', `${encrypted}$&`)
    const instead = (xml: string) => xml.replace(/<saml:Assertion[\s\S]*<\/saml:Assertion>/, encrypted)
    for (const edit of [beside, instead]) expect(verdict(await respond({ edit }))).toBe('saml_structure_forbidden')
  })

  it('rejects an ID that stands twice, in whatever spelling', async () => {
    for (const name of ['ID', 'Id', 'id']) {
      const twin = `<samlp:Extensions><x ${name}="_assertion-1"/></samlp:Extensions>`
      expect(await tampered((xml) => xml.replace('<samlp:Status>', `${twin}$&`), alone)).toBe(
        'saml_structure_forbidden',
      )
    }
  })
})
