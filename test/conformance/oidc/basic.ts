/** What each module of the Basic OP plan asserts. With `response_mode=form_post` it is the Form Post OP plan. */
import { createHash } from 'node:crypto'
import { UnsecuredJWT } from 'jose'
import { expect, vi } from 'vitest'
import type { basicModules } from './modules.ts'
import { refreshToken } from './refresh.ts'
import type { RelyingParty } from './relying-party.ts'
import { scopeModule } from './scopes.ts'

/** Instead of waiting. */
const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })

const works = (params: Record<string, string>) => async (rp: RelyingParty) => {
  await rp.flow(params)
}

/** Twice, the second time with these parameters: the login of the first time is meant both times. */
const sameLoginTwice = async (
  rp: RelyingParty,
  second: (first: Awaited<ReturnType<RelyingParty['flow']>>) => Record<string, string>,
  { first: params = {}, way }: { first?: Record<string, string>; way: 'no page' | 'go on' },
) => {
  const first = await rp.flow(params)
  later(2)
  const { idToken } = await rp.flow(second(first), { way })
  expect([idToken.sub, idToken.auth_time]).toEqual([first.idToken.sub, first.idToken.auth_time])
}

/** Twice, the second time with these parameters: the citizen must log in again, and later than before. */
const newLogin = async (rp: RelyingParty, seconds: number, params: Record<string, string>) => {
  const first = await rp.flow()
  later(seconds)
  const sent = await rp.send(params)
  expect(sent.page.text).not.toContain('/continue')
  const { idToken } = await rp.complete(sent, 'login')
  expect(idToken.sub).toBe(first.idToken.sub)
  expect(idToken.auth_time).toBeGreaterThan(first.idToken.auth_time)
  expect(Math.abs(idToken.auth_time - Date.now() / 1000)).toBeLessThan(300)
}

const requestObject = (rp: RelyingParty) =>
  new UnsecuredJWT({
    client_id: 'oidcc',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: rp.redirectUriOf('oidcc'),
    state: rp.random(),
    nonce: rp.random(),
  })
    .setIssuer('oidcc')
    .setAudience(rp.issuer)
    .encode()

const codeReuse = async (rp: RelyingParty, wait: number) => {
  const { code, tokens } = await rp.flow()
  later(wait)
  const again = await rp.redeem(code)
  expect([again.status, again.body.error]).toEqual([400, 'invalid_grant'])
  expect(again.headers['content-type']).toMatch(/^application\/json/)
  expect((await rp.userinfo(tokens.access_token ?? '')).status).toBe(401)
}

export const basic: Readonly<Record<keyof typeof basicModules, (rp: RelyingParty) => Promise<void>>> = {
  'oidcc-server': async (rp) => {
    const { code, tokens, idToken } = await rp.flow()
    expect(code.length * 8).toBeGreaterThanOrEqual(128)
    expect(new Set(code).size).toBeGreaterThan(16)
    expect(idToken).not.toHaveProperty('name')
    if (idToken.at_hash !== undefined) {
      const hash = createHash('sha256')
        .update(tokens.access_token ?? '')
        .digest()
      expect(idToken.at_hash).toBe(hash.subarray(0, 16).toString('base64url'))
    }
  },

  'oidcc-response-type-missing': async (rp) => {
    const sent = await rp.send({}, { leaveOut: ['response_type'] })
    expect(['invalid_request', 'unsupported_response_type']).toContain(rp.errorIn(sent.page, sent))
  },

  'oidcc-idtoken-signature': async (rp) => {
    const { header } = await rp.flow()
    expect([header.alg, typeof header.kid]).toEqual(['RS256', 'string'])
  },

  'oidcc-idtoken-unsigned': async (rp) => {
    expect(rp.server.id_token_signing_alg_values_supported).not.toContain('none')
    const { header } = await rp.flow()
    expect(rp.server.id_token_signing_alg_values_supported).toContain(header.alg)
  },

  'oidcc-userinfo-get': async (rp) => {
    const { tokens, idToken } = await rp.flow()
    expect((await rp.userinfo(tokens.access_token ?? '', 'get').expect(200)).body.sub).toBe(idToken.sub)
  },
  'oidcc-userinfo-post-header': async (rp) => {
    const { tokens, idToken } = await rp.flow()
    expect((await rp.userinfo(tokens.access_token ?? '', 'post header').expect(200)).body.sub).toBe(idToken.sub)
  },
  'oidcc-userinfo-post-body': async (rp) => {
    const { tokens, idToken } = await rp.flow()
    expect((await rp.userinfo(tokens.access_token ?? '', 'post body').expect(200)).body.sub).toBe(idToken.sub)
  },

  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': async (rp) => {
    const { idToken } = await rp.complete(await rp.send({}, { leaveOut: ['nonce'] }))
    expect(idToken).not.toHaveProperty('nonce')
  },

  'oidcc-scope-profile': scopeModule(['profile']),
  'oidcc-scope-email': scopeModule(['email']),
  'oidcc-scope-address': scopeModule(['address']),
  'oidcc-scope-phone': scopeModule(['phone']),
  'oidcc-scope-all': scopeModule(['profile', 'email', 'address', 'phone']),
  'oidcc-ensure-other-scope-order-succeeds': scopeModule(['email'], 'email openid'),

  'oidcc-display-page': works({ display: 'page' }),
  'oidcc-display-popup': works({ display: 'popup' }),

  'oidcc-prompt-login': (rp) => newLogin(rp, 1, { prompt: 'login' }),
  'oidcc-prompt-none-not-logged-in': async (rp) => {
    const sent = await rp.send({ prompt: 'none', state: rp.random(96) })
    expect(rp.errorIn(sent.page, sent)).toBe('login_required')
  },
  'oidcc-prompt-none-logged-in': (rp) => sameLoginTwice(rp, () => ({ prompt: 'none' }), { way: 'no page' }),
  'oidcc-max-age-1': (rp) => newLogin(rp, 2, { max_age: '1' }),
  'oidcc-max-age-10000': (rp) =>
    sameLoginTwice(rp, () => ({ max_age: '10000' }), { first: { max_age: '15000' }, way: 'go on' }),

  'oidcc-ensure-request-with-unknown-parameter-succeeds': works({ extra: 'foobar' }),
  'oidcc-id-token-hint': (rp) =>
    sameLoginTwice(rp, ({ tokens }) => ({ prompt: 'none', id_token_hint: tokens.id_token ?? '' }), { way: 'no page' }),
  'oidcc-login-hint': works({ login_hint: 'buffy@login.regione.example' }),
  'oidcc-ui-locales': async (rp) => {
    await rp.flow({ ui_locales: 'se' })
    const { page } = await rp.send({ ui_locales: 'se de-AT', prompt: 'login' })
    expect(page.text).toMatch(/<html[^>]*lang="de"/)
  },
  'oidcc-claims-locales': works({ claims_locales: 'se' }),
  'oidcc-ensure-request-with-acr-values-succeeds': async (rp) => {
    const { idToken } = await rp.flow({ acr_values: [rp.server.acr_values_supported].flat().join(' ') })
    expect(rp.server.acr_values_supported).toContain(idToken.acr)
  },

  'oidcc-codereuse': (rp) => codeReuse(rp, 0),
  'oidcc-codereuse-30seconds': (rp) => codeReuse(rp, 30),

  'oidcc-ensure-registered-redirect-uri': async (rp) => {
    const { page } = await rp.send({ redirect_uri: `${rp.redirectUriOf('oidcc')}/${rp.random()}` })
    expect([page.status, page.location, /<form/.test(page.text)]).toEqual([400, undefined, false])
    expect(page.text).toContain('oidc_request_invalid')
  },
  'oidcc-ensure-post-request-succeeds': async (rp) => {
    await rp.complete(await rp.send({}, { method: 'POST' }))
  },
  'oidcc-server-client-secret-post': async (rp) => {
    expect(rp.server.token_endpoint_auth_methods_supported).toContain('client_secret_post')
    await rp.flow({}, { client: 'oidcc-post' })
  },

  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': async (rp) => {
    expect(rp.server.request_uri_parameter_supported).toBe(false)
    const sent = await rp.send({ request_uri: 'https://oidcc.ala.example/request.jwt' })
    expect(rp.errorIn(sent.page, sent)).toBe('request_uri_not_supported')
  },
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported': async (rp) => {
    expect(rp.server.request_parameter_supported).toBe(false)
    const sent = await rp.send({ request: requestObject(rp) })
    expect(rp.errorIn(sent.page, sent)).toBe('request_not_supported')
  },
  'oidcc-claims-essential': async (rp) => {
    const { idToken, userinfo } = await rp.flow({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) })
    expect(userinfo.name).toBe('Ada Rossi')
    expect(idToken).not.toHaveProperty('name')
  },
  'oidcc-ensure-request-object-with-redirect-uri': async (rp) => {
    const { page } = await rp.send({ request: requestObject(rp), redirect_uri: 'https://evil.example/callback' })
    expect([page.status, page.location, /<form/.test(page.text)]).toEqual([400, undefined, false])
  },
  'oidcc-refresh-token': (rp) => refreshToken(rp, later),
  'oidcc-ensure-request-with-valid-pkce-succeeds': async (rp) => {
    const verifier = rp.random(32)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    await rp.flow(
      { code_challenge: challenge, code_challenge_method: 'S256' },
      { redemption: { code_verifier: verifier } },
    )
  },
}
