/** Signatures made by xmlsec1 are accepted by us, and ours are verified by xmlsec1 and openssl: neither side is our own code. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifySignature } from '../../src/upstream/saml/verify-signature.ts'
import { parseXml } from '../../src/upstream/saml/xml.ts'
import { IDP, person, unsignedResponse } from '../fixtures/saml/idp.ts'
import { answer, begin, foreignSigner, idpSigner, pendingLogin, spSigner, verdict } from '../fixtures/saml/login.ts'

const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion'
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'varco-signatures-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** An empty signature for xmlsec1 to fill, as OpenSAML providers lay it out. */
const template = (id: string, { signature = 'rsa-sha256', digest = 'sha256', prefixes = '' } = {}) => {
  const c14n = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">'
  const list =
    prefixes && `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${prefixes}"/>`
  return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#${signature}"/>
<ds:Reference URI="#${id}">
<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>${c14n}${list}</ds:Transform></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#${digest}"/><ds:DigestValue/>
</ds:Reference>
</ds:SignedInfo>
<ds:SignatureValue/>
<ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>
</ds:Signature>`
}

/** The n-th Issuer is the Response's (0) or the Assertion's (1): the signature follows it. */
const afterIssuer = (xml: string, index: number, signature: string) => {
  const at = xml.split('</saml:Issuer>', index + 1).join('</saml:Issuer>').length + '</saml:Issuer>'.length
  return xml.slice(0, at) + signature + xml.slice(at)
}

const xmlsecSigned = (
  xml: string,
  element: 'Assertion' | 'Response',
  id: string,
  keyPem: string,
  certificate: string,
) =>
  run(
    'xmlsec1',
    '--sign',
    '--privkey-pem',
    `${file('key.pem', keyPem)},${file('cert.pem', certificate)}`,
    '--id-attr:ID',
    `${element === 'Assertion' ? ASSERTION : PROTOCOL}:${element}`,
    '--node-xpath',
    `//*[local-name()='Signature'][*[local-name()='SignedInfo']/*[@URI='#${id}']]`,
    file('unsigned.xml', xml),
  )

/** Assertion first, then the Response around it: as providers do. */
const response = (options: Parameters<typeof template>[1] = {}, { keyPem, certificate } = idpSigner) => {
  const withAssertion = afterIssuer(unsignedResponse(), 1, template('_assertion-1', options))
  const inner = xmlsecSigned(withAssertion, 'Assertion', '_assertion-1', keyPem, certificate)
  return xmlsecSigned(
    afterIssuer(inner, 0, template('_response-1', options)),
    'Response',
    '_response-1',
    keyPem,
    certificate,
  )
}

describe('a response signed by xmlsec1', () => {
  it.each([
    ['RSA-SHA256', {}],
    ['RSA-SHA512', { signature: 'rsa-sha512', digest: 'sha512' }],
    ['a list of inclusive prefixes', { prefixes: 'xs' }],
  ])('with %s is accepted', async (_, options) => {
    expect(await answer(response(options))).toMatchObject({
      kind: 'verified',
      citizen: { idp: IDP, fiscalNumber: person.fiscalNumber },
    })
  })

  it('with another key is refused', async () => {
    expect(verdict(await answer(response({}, foreignSigner)))).toBe('saml_signature_invalid')
  })

  it('and changed afterwards is refused, by xmlsec1 as by us', async () => {
    const changed = response().replace('SpidL2', 'SpidL3')
    expect(verdict(await answer(changed))).toBe('saml_signature_invalid')
  })
})

describe('our AuthnRequest', () => {
  it('by HTTP-POST is verified by xmlsec1, and by our own reader', async () => {
    const idp = { entityId: IDP, binding: 'post', ssoUrl: `${IDP}/post?a=1&b=2`, certificates: [] } as const
    const outcome = await begin({ pending: pendingLogin({ idp }) })
    if (outcome.kind !== 'form') throw new Error(outcome.kind)
    const xml = Buffer.from(outcome.fields.SAMLRequest ?? '', 'base64')
    const verified = (certificate: string, document: string | Buffer) =>
      run(
        'xmlsec1',
        '--verify',
        '--pubkey-cert-pem',
        file('sp.pem', certificate),
        '--id-attr:ID',
        `${PROTOCOL}:AuthnRequest`,
        file('request.xml', document),
      )
    expect(() => verified(spSigner.certificate, xml)).not.toThrow()
    expect(() => verified(foreignSigner.certificate, xml)).toThrow()
    expect(() => verified(spSigner.certificate, xml.toString().replace('SpidL2', 'SpidL1'))).toThrow()
    const document = parseXml(xml.toString())
    expect(verifySignature(document, document.root, [spSigner.certificate]).read().localName).toBe('AuthnRequest')
  })

  it('by HTTP-Redirect is verified by openssl over the octets of the query', async () => {
    const outcome = await begin()
    if (outcome.kind !== 'redirect') throw new Error(outcome.kind)
    const [signed = '', signature = ''] = new URL(outcome.url).search.slice(1).split('&Signature=')
    const publicKey = run('openssl', 'x509', '-in', file('sp.pem', spSigner.certificate), '-pubkey', '-noout')
    const verified = (query: string) =>
      run(
        'openssl',
        'dgst',
        '-sha256',
        '-verify',
        file('sp-public.pem', publicKey),
        '-signature',
        file('signature', Buffer.from(decodeURIComponent(signature), 'base64')),
        file('query', query),
      )
    expect(verified(signed)).toContain('Verified OK')
    expect(() => verified(`${signed}x`)).toThrow()
  })
})
