/** The module oidcc-refresh-token: OpenID Connect Core 12, RFC 6749 6. */
import { expect } from 'vitest'
import type { RelyingParty } from './relying-party.ts'

const offline = { scope: 'openid offline_access', prompt: 'consent' }

export const refreshToken = async (rp: RelyingParty, later: (seconds: number) => void): Promise<void> => {
  expect(rp.server.grant_types_supported).toContain('refresh_token')

  /** Logs in, renews once, and hands on the refresh token that is good now. */
  const renewed = async (client: string, way: 'login' | 'go on', scope: Record<string, string>): Promise<string> => {
    const first = await rp.flow(offline, { client, way })
    const refresh = first.tokens.refresh_token ?? ''
    expect(refresh).toMatch(/^[\x20-\x7E]{16,}$/)
    // so that the times differ
    later(1)
    const answer = await rp.token({ grant_type: 'refresh_token', refresh_token: refresh, ...scope }, client).expect(200)
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) })
    expect(answer.body.access_token).not.toBe(first.tokens.access_token)
    const { payload } = await rp.verified(answer.body.id_token, { client, nonce: first.idToken.nonce as string })
    const { iss, sub, aud, auth_time } = first.idToken
    expect(payload).toMatchObject({ iss, sub, aud, auth_time })
    expect('azp' in payload).toBe('azp' in first.idToken)
    expect(payload.iat).not.toBe(first.idToken.iat)
    expect((await rp.userinfo(answer.body.access_token).expect(200)).body.sub).toBe(sub)
    return answer.body.refresh_token
  }

  await renewed('oidcc', 'login', { scope: offline.scope })
  const second = await renewed('oidcc2', 'go on', {})
  const stolen = await rp.token({ grant_type: 'refresh_token', refresh_token: second }, 'oidcc')
  expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant'])
  expect(stolen.headers['content-type']).toMatch(/^application\/json/)
}
