/** What each module of the Back-Channel Logout OP plan asserts. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { expect } from 'vitest'
import { endpointsAreHttps, hasEndSessionEndpoint, isBackAtTheSite, logOut, nobodyIsLoggedIn } from './logout.ts'
import type { backChannelLogoutModules } from './modules.ts'
import type { RelyingParty } from './relying-party.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

export interface LogoutRequest {
  readonly method: string | undefined
  readonly contentType: string | undefined
  readonly form: URLSearchParams
}

/** The address at which the suite waits for logout requests. */
export const startLogoutEar = async () => {
  const heard: LogoutRequest[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.setEncoding('utf8')
    req.on('data', (chunk: string) => {
      body += chunk
    })
    req.on('end', () => {
      heard.push({ method: req.method, contentType: req.headers['content-type'], form: new URLSearchParams(body) })
      res.setHeader('Cache-Control', 'no-store').end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/backchannel_logout`,
    /** The one request that came since the last time. */
    next: () =>
      expect
        .poll(() => heard.length, { timeout: 10_000 })
        .toBe(1)
        .then(() => heard.splice(0)[0]),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
export type LogoutEar = Awaited<ReturnType<typeof startLogoutEar>>

export const backChannelLogout: Readonly<
  Record<keyof typeof backChannelLogoutModules, (rp: RelyingParty, ear: LogoutEar) => Promise<void>>
> = {
  'oidcc-backchannel-logout-discovery-endpoint-verification': async (rp) => {
    endpointsAreHttps(rp)
    hasEndSessionEndpoint(rp)
    expect([rp.server.backchannel_logout_supported, rp.server.backchannel_logout_session_supported]).toEqual([
      true,
      true,
    ])
  },

  'oidcc-backchannel-rp-initiated-logout': async (rp, ear) => {
    const { first, page, state } = await logOut(rp)
    const sent = await ear.next()
    expect([sent?.method, sent?.contentType]).toEqual([
      'POST',
      expect.stringMatching(/^application\/x-www-form-urlencoded/),
    ])
    expect([...(sent?.form.keys() ?? [])]).toEqual(['logout_token'])
    const { payload, protectedHeader } = await jwtVerify(
      sent?.form.get('logout_token') ?? '',
      createLocalJWKSet(await rp.jwks()),
      { issuer: rp.issuer, audience: 'oidcc' },
    )
    expect(protectedHeader).toMatchObject({ alg: first.header.alg, kid: expect.any(String) })
    expect(payload).toMatchObject({ sub: first.idToken.sub, sid: first.idToken.sid, jti: expect.any(String) })
    expect(first.idToken.sid).toEqual(expect.any(String))
    expect(Math.abs((payload.iat ?? 0) - Date.now() / 1000)).toBeLessThan(300)
    expect(payload.events).toEqual({ [EVENT]: {} })
    expect(payload).not.toHaveProperty('nonce')
    isBackAtTheSite(rp, page, { state })
    await nobodyIsLoggedIn(rp)
  },
}
