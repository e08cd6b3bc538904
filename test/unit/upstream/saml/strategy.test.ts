import { describe, expect, it } from 'vitest'
import { runStrategy } from '../../../../src/upstream/run-strategy.ts'
import { SamlStrategy } from '../../../../src/upstream/saml/strategy.ts'
import { spidProfile } from '../../../../src/upstream/spid/profile.ts'
import { edits, goodResponse, IDP, NOW, setAttribute, unsignedResponse } from '../../../fixtures/saml/idp.ts'
import {
  answer,
  begin,
  foreignSigner,
  idpSigner,
  pendingLogin,
  respond,
  serviceProvider,
  verify,
} from '../../../fixtures/saml/login.ts'

describe('the beginning', () => {
  it('sends the browser to the provider, with the request as evidence', async () => {
    const outcome = await begin()
    if (outcome.kind !== 'redirect') throw new Error(outcome.kind)
    expect(outcome.url.startsWith(`${IDP}/sso?SAMLRequest=`)).toBe(true)
    expect(outcome.evidence.request).toContain('ID="_request-1"')
  })

  it('posts a form to a provider that takes nothing else', async () => {
    const idp = { entityId: IDP, binding: 'post', ssoUrl: `${IDP}/post`, certificates: [] } as const
    const outcome = await begin({ pending: pendingLogin({ idp }) })
    if (outcome.kind !== 'form') throw new Error(outcome.kind)
    expect(outcome.action).toBe(`${IDP}/post`)
    expect(outcome.fields.RelayState).toBe('relay-1')
    const request = Buffer.from(outcome.fields.SAMLRequest ?? '', 'base64').toString()
    expect(request).toBe(outcome.evidence.request)
    expect(request).toContain('<ds:Signature')
  })
})

describe('a refusal', () => {
  const cancelled = { status: { code: 'Responder', message: 'ErrorCode nr25' } } as const

  it('signed by the provider for this request is authenticated', async () => {
    const outcome = await respond(cancelled)
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'idp_cancelled' }, authenticated: true })
  })

  it('that is not signed is told to the citizen and proves nothing', async () => {
    const outcome = await respond({ ...cancelled, sign: { response: false } })
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'idp_cancelled' }, authenticated: false })
  })

  it('signed for another request proves nothing', async () => {
    const outcome = await respond({ ...cancelled, requestId: '_request-2' })
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'idp_cancelled' }, authenticated: false })
  })

  it('with a bad signature is not even read', async () => {
    const outcome = await respond({ ...cancelled, sign: { response: foreignSigner } })
    expect(outcome).toMatchObject({ error: { code: 'saml_signature_invalid' }, authenticated: false })
  })

  it('of a signed response by our checks is authenticated too', async () => {
    const outcome = await respond({ classRef: 'https://www.spid.gov.it/SpidL1' })
    expect(outcome).toMatchObject({ error: { code: 'saml_level_too_low' }, authenticated: true })
    const loose = await respond({ classRef: 'https://www.spid.gov.it/SpidL1', sign: { response: false } })
    expect(loose).toMatchObject({ error: { code: 'saml_level_too_low' }, authenticated: false })
  })
})

describe('the evidence', () => {
  it('is the exact text that came, and what it says of itself', async () => {
    const xml = goodResponse({ signer: idpSigner })
    expect((await answer(xml)).evidence).toEqual({
      response: xml,
      responseId: '_response-1',
      responseIssueInstant: '2026-01-15T10:00:00Z',
      responseIssuer: 'https://idp.example',
      assertionId: '_assertion-1',
      subject: '_name-1',
      subjectNameQualifier: 'https://idp.example',
      anomaly: 1,
    })
  })

  it('is kept when the response is refused, as far as it could be read', async () => {
    const forged = goodResponse({ signer: foreignSigner })
    expect((await answer(forged)).evidence).toMatchObject({ response: forged, responseId: '_response-1' })
    expect((await answer('<a>')).evidence).toEqual({ response: '<a>' })
  })

  it('is nothing when nothing can be decoded', async () => {
    const pending = pendingLogin()
    const strategy = new SamlStrategy({ profile: spidProfile, pending, sp: serviceProvider(pending), verify })
    const outcome = await runStrategy(strategy, { step: 'form', now: NOW, fields: {} })
    expect(outcome).toMatchObject({ error: { code: 'saml_message_malformed' }, evidence: {} })
  })
})

it('an unsigned envelope is judged, and nothing is taken from it', async () => {
  const edit = edits(setAttribute('samlp:Response', 'Destination', 'https://other.example'))
  const wrong = await answer(edit(goodResponse({ signer: idpSigner, sign: { response: false } })))
  expect(wrong).toMatchObject({ kind: 'refused', error: { code: 'saml_destination_mismatch' } })
  const noId = setAttribute('samlp:Response', 'ID', '1 2')
  const malformed = await answer(noId(goodResponse({ signer: idpSigner, sign: { response: false } })))
  expect(malformed).toMatchObject({ kind: 'refused', error: { code: 'saml_id_missing' } })
})

it('a plainly unsigned response logs nobody in', async () => {
  expect(await answer(unsignedResponse())).toMatchObject({ error: { code: 'saml_signature_missing' } })
})
