import { describe, expect, it } from 'vitest'
import type { IdpMetadata } from '../../../../src/upstream/saml/idp-metadata.ts'
import { logoutRequestXml, logoutResponseXml, readAnswer } from '../../../../src/upstream/saml/logout.ts'
import { readRedirectQuery } from '../../../../src/upstream/saml/redirect-query.ts'
import { createSingleLogout } from '../../../../src/upstream/saml/single-logout.ts'
import { verifySignature } from '../../../../src/upstream/saml/verify-signature.ts'
import { parseXml } from '../../../../src/upstream/saml/xml.ts'
import type { LogoutRequest } from '../../../../src/upstream/upstream.ts'
import { canonicalByOthers, domOf } from '../../../fixtures/saml/dom.ts'
import { foreignSigner, idpSigner, spSigner, verify } from '../../../fixtures/saml/login.ts'

const IDP = 'https://idp.example'
const SP = 'https://login.regione.example/pub-ag-full/c_l378'
const now = Date.parse('2026-01-15T10:00:00.123Z')
const envelope = { id: '_out-1', issuedAt: now, destination: `${IDP}/slo`, issuer: SP }
const session = { idp: IDP, nameId: '_name-1', nameQualifier: IDP, sessionIndex: '_session-1' }
const awkward = '<&">\'\n\té'

describe('our LogoutRequest', () => {
  it('has what section 6 asks, in the order of the schema, and nothing else', () => {
    expect(logoutRequestXml(envelope, session).replaceAll('><', '>\n<')).toMatchInlineSnapshot(`
      "<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="https://idp.example/slo" ID="_out-1" IssueInstant="2026-01-15T10:00:00.123Z" Version="2.0">
      <saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="https://login.regione.example/pub-ag-full/c_l378">https://login.regione.example/pub-ag-full/c_l378</saml:Issuer>
      <saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="https://idp.example">_name-1</saml:NameID>
      <samlp:SessionIndex>_session-1</samlp:SessionIndex>
      </samlp:LogoutRequest>"
    `)
  })

  it('is written in its canonical form, whatever the provider called the person', () => {
    const odd = { ...session, nameId: awkward, nameQualifier: awkward, sessionIndex: awkward }
    const xml = logoutRequestXml({ ...envelope, destination: `${IDP}/slo?a=1&b="` }, odd)
    const root = domOf(xml)
    expect(canonicalByOthers(root)).toBe(xml)
    expect(root.lastChild?.textContent).toBe(awkward)
  })
})

describe('our LogoutResponse', () => {
  it('names the request, and says Success', () => {
    const xml = logoutResponseXml(envelope, { inResponseTo: '_in-1', status: 'success' })
    expect(xml).toContain(' ID="_out-1" InResponseTo="_in-1" IssueInstant="2026-01-15T10:00:00.123Z"')
    const status = '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success">'
    expect(xml).toContain(`</saml:Issuer>${status}</samlp:StatusCode></samlp:Status></samlp:LogoutResponse>`)
  })

  it.each(['success', 'unknown_principal'] as const)('is written in its canonical form: %s', (status) => {
    const xml = logoutResponseXml(envelope, { inResponseTo: awkward, status })
    expect(canonicalByOthers(domOf(xml))).toBe(xml)
  })
})

describe('the status of the provider’s answer', () => {
  const URN = 'urn:oasis:names:tc:SAML:2.0:status:'
  const answer = (status: string) =>
    parseXml(`<p:LogoutResponse xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol">${status}</p:LogoutResponse>`).root
  const code = (outer: string, inner = '') =>
    `<p:Status><p:StatusCode Value="${URN}${outer}">${inner && `<p:StatusCode Value="${URN}${inner}"/>`}</p:StatusCode></p:Status>`

  it.each([
    ['Success', '', true],
    ['Requester', 'PartialLogout', false],
    ['Success', 'PartialLogout', false],
    ['Responder', 'PartialLogout', false],
    ['Responder', '', false],
    ['Requester', 'RequestDenied', false],
  ])('%s %s: complete is %s', (outer, inner, complete) => {
    expect(readAnswer(answer(code(outer, inner))).complete).toBe(complete)
  })

  it('must be there, once', () => {
    expect(() => readAnswer(answer(''))).toThrow('saml_status_missing')
    expect(() => readAnswer(answer('<p:Status/>'))).toThrow('saml_status_missing')
    expect(() => readAnswer(answer(code('Success') + code('Responder')))).toThrow('saml_structure_forbidden')
  })
})

describe('single logout with a provider', () => {
  const idp = (slo?: NonNullable<IdpMetadata['slo']>): IdpMetadata => ({
    entityId: IDP,
    sso: [{ binding: 'redirect', url: `${IDP}/sso` }],
    ...(slo && { slo }),
    certificates: [foreignSigner.certificate, idpSigner.certificate],
    expiredCertificates: [],
  })
  const logoutWith = (slo?: NonNullable<IdpMetadata['slo']>) =>
    createSingleLogout({ find: (entityId) => (entityId === IDP ? idp(slo) : undefined), levels: [1], verify })
  const both = logoutWith([
    { binding: 'redirect', url: `${IDP}/slo`, responseUrl: `${IDP}/slo/response` },
    { binding: 'post', url: `${IDP}/slo/post` },
  ])
  const sender = { entityId: SP, signing: spSigner, id: '_out-1', now }
  const received: LogoutRequest = {
    kind: 'request',
    id: '_in-1',
    idp: IDP,
    xml: '',
    binding: 'redirect',
    departure: { nameId: '_name-1', sessionIndexes: [] },
  }

  it('asks by Redirect where that is offered', () => {
    const sent = both.request(session, sender)
    expect(sent).toMatchObject({
      kind: 'redirect',
      url: expect.stringMatching(/^https:\/\/idp\.example\/slo\?SAMLReq/),
    })
    expect(both.addressOf(session)).toBe(`${IDP}/slo`)
  })

  it('asks by a posting page that our own reader verifies where only that is offered', () => {
    const sent = logoutWith([{ binding: 'post', url: `${IDP}/slo/post` }]).request(session, sender)
    if (sent?.kind !== 'form') throw new Error('no form')
    const document = parseXml(Buffer.from(sent.fields.SAMLRequest ?? '', 'base64').toString())
    expect(verifySignature(document, document.root, [spSigner.certificate]).read().localName).toBe('LogoutRequest')
    expect(document.root.children[1]).toMatchObject({ localName: 'Signature', prefix: 'ds' })
    expect(Object.keys(sent.fields)).toEqual(['SAMLRequest'])
  })

  it('answers at the ResponseLocation, and gives the RelayState back', () => {
    const sent = both.respond({ ...received, relayState: 'handle' }, sender)
    if (sent?.kind !== 'redirect') throw new Error('no redirect')
    expect(sent.url).toMatch(/^https:\/\/idp\.example\/slo\/response\?SAMLResponse=[^&]+&RelayState=handle&SigAlg=/)
    expect(sent.evidence.request).toContain(`Destination="${IDP}/slo/response"`)
  })

  it('answers by the binding of the request', () => {
    expect(both.respond({ ...received, binding: 'post' }, sender)).toMatchObject({
      kind: 'form',
      action: `${IDP}/slo/post`,
    })
  })

  it('has nothing to send where the provider takes none, or is gone', () => {
    expect(logoutWith().request(session, sender)).toBeUndefined()
    expect(logoutWith().respond(received, sender)).toBeUndefined()
    expect(logoutWith().addressOf(session)).toBeUndefined()
    expect(both.request({ ...session, idp: 'https://gone.example' }, sender)).toBeUndefined()
  })

  describe('reads', () => {
    const destination = 'https://login.regione.example/t/trento/saml/spid/slo'
    const theirs = createSingleLogout({
      find: () => idp([{ binding: 'redirect', url: destination }]),
      levels: [1],
      verify,
    })
    /** The provider's request, made by our own writer with the provider's key: the bytes of a message are the same either way. */
    const requestBy = (signing = idpSigner) => {
      const sent = theirs.request(session, { entityId: IDP, signing, id: '_in-1', now })
      if (sent?.kind !== 'redirect') throw new Error('no redirect')
      return { binding: 'redirect', query: new URL(sent.url).search.slice(1) } as const
    }

    it('what any certificate of the provider signed', () => {
      const at = { destination, now }
      for (const signer of [idpSigner, foreignSigner]) {
        expect(both.read(requestBy(signer), at)).toMatchObject({
          kind: 'request',
          id: '_in-1',
          idp: IDP,
          departure: { nameId: '_name-1', sessionIndexes: ['_session-1'] },
        })
      }
      expect(() => both.read(requestBy(spSigner), at)).toThrow('saml_signature_invalid')
    })

    it.each([
      ['six minutes later', 6 * 60_000 + 1],
      ['a minute before it was made', -60_000],
    ])('nothing %s', (_, shift) => {
      expect(() => both.read(requestBy(), { destination, now: now + shift })).toThrow('saml_issue_instant_invalid')
    })

    it.each([
      ['six minutes less a moment later', 6 * 60_000 - 1],
      ['a minute less a moment before it was made', -59_999],
    ])('it %s', (_, shift) => {
      expect(both.read(requestBy(), { destination, now: now + shift })).toHaveProperty('kind', 'request')
    })
  })
})

describe('the query of a redirected message', () => {
  const good =
    'SAMLRequest=c8gvLQEA&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256&Signature=AAAA'

  it.each([
    ['nothing at all', '', 'saml_message_malformed'],
    ['a name that another reader would decode', good.replace('SAMLRequest', 'SAMLReques%74'), 'saml_message_malformed'],
    ['percent signs that mean nothing', good.replace('c8gvLQEA', '%zz'), 'saml_message_malformed'],
    ['something that is not compressed', good.replace('c8gvLQEA', 'PGEvPg%3D%3D'), 'saml_message_malformed'],
    ['something that is not base64', good.replace('c8gvLQEA', 'c8g*'), 'saml_message_malformed'],
    ['no SigAlg', good.replace(/&SigAlg=[^&]*/, ''), 'saml_signature_missing'],
    ['no Signature', good.replace(/&Signature=.*/, ''), 'saml_signature_missing'],
    ['an empty Signature', good.replace('AAAA', ''), 'saml_signature_missing'],
    ['a Signature that is not base64', good.replace('AAAA', 'A'), 'saml_message_malformed'],
  ])('is refused with %s', (_, query, code) => {
    expect(() => readRedirectQuery(query)).toThrow(code)
  })

  it('gives the octets in the order that is signed, without what is not SAML’s', () => {
    const { octets } = readRedirectQuery(`lang=it&RelayState=a+b&${good}`)
    expect(octets).toBe(good.replace('&SigAlg', '&RelayState=a+b&SigAlg').replace('&Signature=AAAA', ''))
  })

  it('reads a RelayState as forms are read', () => {
    expect(readRedirectQuery(`RelayState=a+b%2B&${good}`).relayState).toBe('a b+')
  })
})
