import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { SignedXml } from 'xml-crypto'
import { theCitizen } from '../../../sandbox/citizens.ts'
import { type AuthnRequest, readAuthnRequest } from '../../../sandbox/saml/read-request.ts'
import { childOf, childrenOf, parseXml, textOf } from '../../../sandbox/saml/xml.ts'
import { ACS, cieIdp, NOW, postForm, redirectUrl, requestXml, SP_ENTITY_ID, spidIdp } from './request-fixture.ts'

const idp = spidIdp()
const ssoUrl = idp.ssoUrl('redirect') ?? ''
const noemi = theCitizen('noemi')
const ask = (level = 2): AuthnRequest => readAuthnRequest(redirectUrl(ssoUrl, requestXml(ssoUrl, { level })))
const xmlOf = ({ fields }: { fields: Readonly<Record<string, string>> }) =>
  Buffer.from(fields.SAMLResponse ?? '', 'base64').toString('utf8')

/** xml-crypto answers false to a wrong digest and throws at a wrong signature. */
const verifies = (engine: SignedXml, xml: string): boolean => {
  try {
    return engine.checkSignature(xml)
  } catch {
    return false
  }
}

/** IDs of the elements whose signature verifies with that certificate. */
const signedIds = (xml: string, certificate: string): readonly string[] => {
  const root = parseXml(xml).documentElement
  return [root, ...childrenOf(root, 'Assertion')].flatMap((element) => {
    const signature = childOf(element, 'Signature')
    if (signature === undefined) return []
    const engine = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null })
    engine.loadSignature(signature.toString())
    return verifies(engine, xml) ? [element.getAttribute('ID') ?? ''] : []
  })
}
const certificateOf = (xml: string) =>
  `-----BEGIN CERTIFICATE-----\n${idpCertificate(xml)}\n-----END CERTIFICATE-----\n`
const idpCertificate = (xml: string) => /<ds:X509Certificate>([^<]+)/.exec(xml)?.[1] ?? ''
const certificate = certificateOf(idp.metadataXml())

describe('a Response of the SPID test provider', () => {
  it('answers the request at its ACS, with its RelayState', () => {
    const post = idp.respond({ samlRequest: ask(), citizen: noemi, level: 2 })
    expect(post.action).toBe(ACS)
    expect(post.fields.RelayState).toBe('opaque1')
  })

  it('is signed twice by the provider: around the whole and on the Assertion', () => {
    const xml = xmlOf(idp.respond({ samlRequest: ask(), citizen: noemi, level: 2 }))
    const root = parseXml(xml).documentElement
    const ids = [root.getAttribute('ID'), childOf(root, 'Assertion')?.getAttribute('ID')]
    expect(signedIds(xml, certificate)).toEqual(ids)
    expect(new X509Certificate(certificate).subject).toContain('Alfa ID')
  })

  it.skipIf(spawnSync('xmlsec1', ['--version']).error !== undefined)('verifies with xmlsec1 too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'varco-xmlsec-'))
    const [file, trusted] = [join(folder, 'response.xml'), join(folder, 'idp.pem')]
    writeFileSync(file, xmlOf(idp.respond({ samlRequest: ask(), citizen: noemi, level: 2 })))
    writeFileSync(trusted, certificate)
    for (const name of ['Response', 'Assertion']) {
      const signature = `/*${name === 'Response' ? '' : "/*[local-name()='Assertion']"}/*[local-name()='Signature']`
      const ids = ['protocol:Response', 'assertion:Assertion'].flatMap((id) => [
        '--id-attr:ID',
        `urn:oasis:names:tc:SAML:2.0:${id}`,
      ])
      const args = ['--verify', '--pubkey-cert-pem', trusted, ...ids, '--node-xpath', signature, file]
      expect([name, spawnSync('xmlsec1', args).status]).toEqual([name, 0])
    }
    rmSync(folder, { recursive: true })
  })

  it.each([
    ['assertion', 1],
    ['response', 1],
    ['none', 0],
    ['wrong-key', 0],
  ] as const)('carries the good signatures that `sign: %s` leaves (%i)', (sign, count) => {
    expect(
      signedIds(xmlOf(idp.respond({ samlRequest: ask(), citizen: noemi, level: 2, sign })), certificate),
    ).toHaveLength(count)
  })

  it('says who, for whom, until when and at which level (docs/rules/spid-saml.md 5.1)', () => {
    const xml = xmlOf(idp.respond({ samlRequest: ask(2), citizen: noemi, level: 3 }))
    const assertion = childOf(parseXml(xml).documentElement, 'Assertion')
    expect(textOf(childOf(childOf(childOf(assertion, 'Conditions'), 'AudienceRestriction'), 'Audience'))).toBe(
      SP_ENTITY_ID,
    )
    const data = childOf(childOf(childOf(assertion, 'Subject'), 'SubjectConfirmation'), 'SubjectConfirmationData')
    expect(data?.getAttribute('InResponseTo')).toBe('_request1')
    expect(data?.getAttribute('Recipient')).toBe(ACS)
    expect(data?.getAttribute('NotOnOrAfter')).toBe('2026-01-15T10:05:00.000Z')
    expect(xml).toContain('>https://www.spid.gov.it/SpidL3<')
    expect(xml).toContain("Dell'Agnolo Weißsteiner-Kössler")
    expect(xml).toContain('xsi:type="xs:date">1972-10-31<')
    expect(xml).toMatch(/>ALFA[0-9A-F]{10}</)
  })

  it('has a SessionIndex only after a request for level 1', () => {
    expect(xmlOf(idp.respond({ samlRequest: ask(1), citizen: noemi, level: 1 }))).toContain('SessionIndex=')
    expect(xmlOf(idp.respond({ samlRequest: ask(2), citizen: noemi, level: 2 }))).not.toContain('SessionIndex=')
  })

  it('says an error by status, without an Assertion, signed', () => {
    const xml = xmlOf(idp.respond({ samlRequest: ask(), citizen: noemi, level: 2, errorCode: 8 }))
    expect(xml).toContain('<samlp:StatusMessage>ErrorCode nr08</samlp:StatusMessage>')
    expect(xml).toContain('status:Requester')
    expect(xml).not.toContain('<saml:Assertion')
    expect(signedIds(xml, certificate)).toHaveLength(1)
  })

  it('is signed after a test has changed it, even where it lacks the Issuer', () => {
    const mutate = (xml: string) => xml.replace(/(<saml:Assertion[^>]*>)<saml:Issuer.*?<\/saml:Issuer>/, '$1')
    const xml = xmlOf(idp.respond({ samlRequest: ask(), citizen: noemi, level: 2, mutate }))
    expect(childOf(childOf(parseXml(xml).documentElement, 'Assertion'), 'Issuer')).toBeUndefined()
    expect(signedIds(xml, certificate)).toHaveLength(2)
  })

  it('can be stamped with another time', () => {
    expect(xmlOf(idp.respond({ samlRequest: ask(), citizen: noemi, level: 2, now: NOW - 86_400_000 }))).toContain(
      'IssueInstant="2026-01-14T10:00:00.000Z"',
    )
  })
})

describe('a Response of the CIE test provider (docs/rules/cie.md A4)', () => {
  const cie = cieIdp()
  const post = cie.ssoUrl('post') ?? ''
  const xml = xmlOf(
    cie.respond({ samlRequest: readAuthnRequest(postForm(requestXml(post))), citizen: noemi, level: 2 }),
  )

  it('has the four attributes in capitals, with Italian names, all as strings', () => {
    expect(
      [...xml.matchAll(/<saml:Attribute Name="(\w+)"[^>]* FriendlyName="([^"]+)"/g)].map(([, name, label]) => [
        name,
        label,
      ]),
    ).toEqual([
      ['name', 'Nome'],
      ['familyName', 'Cognome'],
      ['dateOfBirth', 'Data di Nascita'],
      ['fiscalNumber', 'Codice Fiscale'],
    ])
    expect(xml).toContain('>NOEMI ZOË<')
    expect(xml).not.toContain('xs:date')
  })

  it('has no Format on the Issuer of the Response and a SessionIndex at every level', () => {
    expect(childOf(parseXml(xml).documentElement, 'Issuer')?.hasAttribute('Format')).toBe(false)
    expect(xml).toContain('SessionIndex=')
  })
})
