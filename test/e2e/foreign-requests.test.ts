/** Messages of ours with all that may stand in them are verified by xmlsec1 and valid by the schemas, which share no code with us. docs/rules/spid-saml.md 4.2, 4.5, 6. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSingleLogout } from '../../src/upstream/saml/single-logout.ts'
import { IDP, NOW, SP } from '../fixtures/saml/idp.ts'
import { begin, foreignSigner, pendingLogin, spSigner, verify } from '../fixtures/saml/login.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'varco-requests-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const verified = (element: string, certificate: string, xml: string) =>
  execFileSync(
    'xmlsec1',
    [
      '--verify',
      '--pubkey-cert-pem',
      file('sp.pem', certificate),
      '--id-attr:ID',
      `urn:oasis:names:tc:SAML:2.0:protocol:${element}`,
      file('message.xml', xml),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  )

/** The schemas of the packages opensaml-schemas and xmltooling-schemas name each other by addresses on the web. */
const inPackage = (address: string, name: string) =>
  `<system systemId="http://www.w3.org/${address}" uri="file:///usr/share/xml/xmltooling/${name}"/>`
const CATALOG = `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
${inPackage('TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd', 'xmldsig-core-schema.xsd')}
${inPackage('TR/2002/REC-xmlenc-core-20021210/xenc-schema.xsd', 'xenc-schema.xsd')}
</catalog>`

const valid = (xml: string) =>
  execFileSync(
    'xmllint',
    ['--nonet', '--noout', '--schema', '/usr/share/xml/opensaml/saml-schema-protocol-2.0.xsd', file('valid.xml', xml)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XML_CATALOG_FILES: file('catalog.xml', CATALOG) },
    },
  )

const expectVerified = (element: string, xml: string, [from, to]: readonly [string, string]) => {
  expect(xml).toContain(from)
  expect(() => valid(xml)).not.toThrow()
  // the schema is awake: what stands in another order is not valid
  expect(() =>
    valid(xml.replace(/(<saml:Issuer.*?<\/saml:Issuer>)(<ds:Signature.*<\/ds:Signature>)/, '$2$1')),
  ).toThrow()
  expect(() => verified(element, spSigner.certificate, xml)).not.toThrow()
  expect(() => verified(element, foreignSigner.certificate, xml)).toThrow()
  expect(() => verified(element, spSigner.certificate, xml.replace(from, to))).toThrow()
}
const posted = (fields: Readonly<Record<string, string>>) =>
  Buffer.from(Object.values(fields)[0] ?? '', 'base64').toString()

describe('a message by HTTP-POST', () => {
  it('is verified by xmlsec1 and valid: an AuthnRequest with Extensions', async () => {
    const idp = { entityId: IDP, binding: 'post', ssoUrl: `${IDP}/post`, certificates: [] } as const
    const outcome = await begin({ pending: pendingLogin({ idp, purpose: 'PX' }) })
    if (outcome.kind !== 'form') throw new Error(outcome.kind)
    expectVerified('AuthnRequest', posted(outcome.fields), ['>PX<', '>PG<'])
  })

  const provider = {
    entityId: IDP,
    sso: [],
    slo: [{ binding: 'post', url: `${IDP}/slo?a=1&b=2` }],
    certificates: [],
    expiredCertificates: [],
  } as const
  const logout = createSingleLogout({ find: () => provider, levels: [1], verify })
  const sender = { entityId: SP, signing: spSigner, id: '_out-1', now: NOW }

  it('is verified by xmlsec1 and valid: a LogoutRequest', () => {
    const session = { idp: IDP, nameId: '_<name>&', nameQualifier: IDP, sessionIndex: '_s' }
    const sent = logout.request(session, sender)
    if (sent?.kind !== 'form') throw new Error('no form')
    expectVerified('LogoutRequest', posted(sent.fields), ['>_s<', '>_t<'])
  })

  it('is verified by xmlsec1 and valid: a LogoutResponse', () => {
    const request = { kind: 'request', id: '_in-1', idp: IDP, xml: '', binding: 'post', departure: undefined } as const
    const sent = logout.respond(request, sender)
    if (sent?.kind !== 'form') throw new Error('no form')
    expectVerified('LogoutResponse', posted(sent.fields), ['UnknownPrincipal', 'PartialLogout'])
  })
})
