import { randomBytes } from 'node:crypto'
import type { RefreshToken } from 'oidc-provider'
import { describe, expect, it } from 'vitest'
import type { Citizen } from '../../../src/citizen/citizen.ts'
import { createFindAccount } from '../../../src/oidc/account.ts'
import { loginRecords } from '../../../src/oidc/login-record.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { createSealedStore } from '../../../src/store/sealed.ts'
import { configOf, load } from '../config/files.ts'

const citizen: Citizen = {
  upstream: 'spid',
  idp: 'https://alfa.example/idp',
  level: 2,
  authTime: 1_768_471_200,
  fiscalNumber: 'TINIT-RSSDAA80E52L378U',
  givenName: 'Ada',
}

describe('the account of a refresh token', () => {
  const accountWith = async (minLevel: 1 | 2 | 3 | undefined, kind = 'RefreshToken', sub = 'sub') => {
    const [tenant] = configOf(await load()).tenants
    const [client] = tenant?.clients ?? []
    if (tenant === undefined || client === undefined) throw new Error('the example has a tenant with a client')
    const records = createSealedStore({
      store: createMemoryStore({ now: Date.now }),
      masterKeys: [{ id: 'k1', key: randomBytes(32) }],
      randomBytes,
    }).forTenant('esempio')
    await loginRecords(records).put('grant', { sub: 'sub', citizen, declared: ['given_name'] }, 60)
    const findAccount = createFindAccount({
      records,
      tenant,
      clientOf: () => (minLevel === undefined ? undefined : { ...client, minLevel }),
      singleSignOn: { of: async () => undefined },
    })
    const ctx = { oidc: { client: { clientId: 'sito' } } } as unknown as Parameters<typeof findAccount>[0]
    const token = { kind, grantId: 'grant', clientId: 'sito' } as unknown as RefreshToken
    return findAccount(ctx, sub, token)
  }

  it('is there as long as the service asks no more than the level of that login', async () => {
    const account = await accountWith(2)
    expect(account?.accountId).toBe('sub')
    expect(await account?.claims('userinfo', '', {}, [])).toMatchObject({ given_name: 'Ada' })
  })

  it('is gone once the service asks more, or is no longer there', async () => {
    expect(await accountWith(3)).toBeUndefined()
    expect(await accountWith(undefined)).toBeUndefined()
  })

  it('is still there for an access token, which ends by itself', async () => {
    expect(await accountWith(3, 'AccessToken')).toBeDefined()
  })

  it('is nobody else', async () => {
    expect(await accountWith(2, 'RefreshToken', 'another')).toBeUndefined()
  })
})
