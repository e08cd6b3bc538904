import { createHash, verify } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { getVerifiedXml } from '@node-saml/node-saml/lib/xml.js'
import { describe, expect, it } from 'vitest'
import {
  type AuthnRequest,
  authnRequestXml,
  postMessage,
  redirectMessage,
} from '../../../../src/upstream/saml/authn-request.ts'
import { canonicalByOthers, domOf } from '../../../fixtures/saml/dom.ts'
import { foreignSigner, spSigner } from '../../../fixtures/saml/login.ts'

const request: AuthnRequest = {
  id: '_0123456789abcdef',
  issuedAt: Date.parse('2026-01-15T10:00:00.123Z'),
  destination: 'https://idp.example/sso',
  issuer: 'https://login.regione.example/pub-ag-full/c_l378',
  acsUrl: 'https://login.regione.example/t/trento/saml/spid/acs',
  attributeSetIndex: 1,
  classRef: 'https://www.spid.gov.it/SpidL2',
  comparison: 'minimum',
}
const awkward: AuthnRequest = {
  ...request,
  destination: 'https://idp.example/sso?a=1&b="<>\'',
  issuer: 'https://sp.example/?a=1&b="<>\'',
  acsUrl: 'https://sp.example/acs?x=%20&y=é',
}
const sending = { relayState: 'r+/= &é', signing: spSigner }

describe('the AuthnRequest', () => {
  it('has what spid-saml.md 4.1 and 4.2 ask, in their order, and nothing else', () => {
    expect(authnRequestXml(request).replaceAll('><', '>\n<')).toMatchInlineSnapshot(`
      "<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" AssertionConsumerServiceURL="https://login.regione.example/t/trento/saml/spid/acs" AttributeConsumingServiceIndex="1" Destination="https://idp.example/sso" ForceAuthn="true" ID="_0123456789abcdef" IssueInstant="2026-01-15T10:00:00.123Z" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Version="2.0">
      <saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="https://login.regione.example/pub-ag-full/c_l378">https://login.regione.example/pub-ag-full/c_l378</saml:Issuer>
      <samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">
      </samlp:NameIDPolicy>
      <samlp:RequestedAuthnContext Comparison="minimum">
      <saml:AuthnContextClassRef xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://www.spid.gov.it/SpidL2</saml:AuthnContextClassRef>
      </samlp:RequestedAuthnContext>
      </samlp:AuthnRequest>"
    `)
  })

  it('is written in its canonical form', () => {
    for (const values of [request, awkward]) {
      const xml = authnRequestXml(values)
      expect(canonicalByOthers(domOf(xml))).toBe(xml)
    }
  })

  it('carries any value unchanged', () => {
    const root = domOf(authnRequestXml(awkward))
    expect(root.getAttribute('Destination')).toBe(awkward.destination)
    expect(root.getAttribute('AssertionConsumerServiceURL')).toBe(awkward.acsUrl)
    expect(root.firstChild?.textContent).toBe(awkward.issuer)
    expect((root.firstChild as Element).getAttribute('NameQualifier')).toBe(awkward.issuer)
  })
})

describe('HTTP-Redirect', () => {
  const { url, xml } = redirectMessage(request, sending)

  it('carries the deflated XML, the RelayState and a signature over the query’s octets', () => {
    const { origin, pathname, search } = new URL(url)
    expect(origin + pathname).toBe(request.destination)
    const [signed = '', signature = ''] = search.slice(1).split('&Signature=')
    const bytes = Buffer.from(decodeURIComponent(signature), 'base64')
    expect(verify('sha256', Buffer.from(signed), spSigner.certificate, bytes)).toBe(true)
    const query = new URLSearchParams(search)
    expect([...query.keys()]).toEqual(['SAMLRequest', 'RelayState', 'SigAlg', 'Signature'])
    expect(query.get('RelayState')).toBe(sending.relayState)
    expect(query.get('SigAlg')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')
    expect(inflateRawSync(Buffer.from(query.get('SAMLRequest') ?? '', 'base64')).toString()).toBe(xml)
    expect(xml).not.toContain('Signature')
  })

  it('keeps a query that the provider’s address already has', () => {
    const { url } = redirectMessage({ ...request, destination: 'https://idp.example/sso?a=1' }, sending)
    expect(url.startsWith('https://idp.example/sso?a=1&SAMLRequest=')).toBe(true)
  })
})

describe('HTTP-POST', () => {
  it('carries the XML with a signature right after the Issuer that node-saml verifies', () => {
    for (const values of [request, awkward]) {
      const { fields, xml } = postMessage(values, sending)
      expect(Buffer.from(fields.SAMLRequest, 'base64').toString()).toBe(xml)
      expect(fields.RelayState).toBe(sending.relayState)
      const root = domOf(xml)
      expect(root.childNodes[1]?.nodeName).toBe('ds:Signature')
      expect(getVerifiedXml(xml, root, [spSigner.certificate])).toBe(authnRequestXml(values))
      expect(getVerifiedXml(xml, root, [foreignSigner.certificate])).toBeNull()
    }
  })

  it('names the signing certificate in KeyInfo', () => {
    const { xml } = postMessage(request, sending)
    const carried = /<ds:X509Certificate>([^<]*)/.exec(xml)?.[1] ?? ''
    const sha = (der: Buffer) => createHash('sha256').update(der).digest('hex')
    const der = Buffer.from(spSigner.certificate.replace(/-----.*-----|\s/g, ''), 'base64')
    expect(sha(Buffer.from(carried, 'base64'))).toBe(sha(der))
  })
})
