import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Citizen } from '../../../src/citizen/citizen.ts'
import { createSingleSignOn, obstacleBetween, type SessionLogin } from '../../../src/oidc/single-sign-on.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { createSealedStore } from '../../../src/store/sealed.ts'
import type { Client, Tenant } from '../../../src/tenant/tenant.ts'
import { configOf, load } from '../config/files.ts'

const AT = 1_768_471_200
const citizen: Citizen = {
  upstream: 'spid',
  idp: 'https://alfa.example/idp',
  level: 2,
  authTime: AT,
  fiscalNumber: 'TINIT-RSSDAA80E52L378U',
  givenName: 'Ada',
}
const base = ['fiscalNumber', 'name', 'familyName', 'dateOfBirth']
const login: SessionLogin = { sub: 'ada', citizen, attributes: base, browser: 'b' }

const [known] = configOf(await load()).tenants
const [first] = known?.clients ?? []
if (known === undefined || first === undefined) throw new Error('the example has a tenant with a client')
const { purpose: _, ...plain } = first
const client = (more: Partial<Client>): Client => ({ ...plain, claims: ['given_name'], ...more })

describe('between a session and a service', () => {
  it.each<[what: string, login: Partial<SessionLogin>, client: Partial<Client>, level: 1 | 2 | 3, obstacle?: string]>([
    ['its level, or a lower one, is none', {}, {}, 2],
    ['a higher level stands', {}, {}, 3, 'level'],
    ['a claim stands whose attribute was not asked', {}, { claims: ['email'] }, 2, 'data'],
    ['a claim whose attribute was asked is none', { attributes: [...base, 'email'] }, { claims: ['email'] }, 2],
    [
      'a claim that this way in never gives is none',
      { attributes: undefined as never, citizen: { ...citizen, upstream: 'cie' } },
      { claims: ['email'] },
      2,
    ],
    ['another kind of identity stands', {}, { purpose: 'PG' }, 2, 'data'],
    ['and the other way round', { purpose: 'PG' }, {}, 2, 'data'],
    ['the same kind is none', { purpose: 'PG' }, { purpose: 'PG' }, 2],
    [
      'a kind of identity that only SPID knows is none for a card',
      { citizen: { ...citizen, upstream: 'cns' } },
      { purpose: 'PG' },
      2,
    ],
    [
      'a missing tax code stands where the service works with it',
      { citizen: (({ fiscalNumber: __, ...rest }) => ({ ...rest, upstream: 'eidas' }))(citizen) as Citizen },
      { claims: ['fiscal_number'] },
      2,
      'data',
    ],
  ])('%s', (__, more, wanted, level, obstacle) => {
    expect(obstacleBetween({ ...login, ...more }, client(wanted), level)).toBe(obstacle)
  })
})

describe('what a session remembers', () => {
  const setUp = (seconds?: number) => {
    const clock = { now: AT * 1000 }
    const now = () => clock.now
    const memory = createMemoryStore({ now })
    const masterKeys = [{ id: 'k', key: randomBytes(32) }]
    const records = createSealedStore({ store: memory, masterKeys, randomBytes }).forTenant('ala')
    const { singleSignOn: __, ...without } = known as Tenant
    const tenant: Tenant = { ...without, ...(seconds !== undefined && { singleSignOn: { seconds } }) }
    const browserOf = (req: IncomingMessage) => req.headers.cookie
    return {
      clock,
      memory,
      records,
      tenant,
      of: (one = tenant) => createSingleSignOn({ records, tenant: one, now, browserOf }),
    }
  }
  const from = (cookie: string) => ({ headers: { cookie } }) as IncomingMessage
  const session = { uid: 'uid', accountId: 'ada' }

  it('is nothing at all where the Comune has not turned it on', async () => {
    const { memory, of } = setUp()
    await of().remember(from('a'), 'uid', { sub: 'ada', citizen }, client({}))
    expect(memory.size).toBe(0)
    expect(await of().loginOf(from('a'), session)).toBeUndefined()
  })

  it('is gone at once when the Comune turns it off, and sooner when it is made shorter', async () => {
    const { tenant, of, clock } = setUp(7200)
    await of().remember(from('a'), 'uid', { sub: 'ada', citizen }, client({}))
    const { singleSignOn: __, ...off } = tenant
    expect(await of().loginOf(from('a'), session)).toMatchObject({ sub: 'ada' })
    expect(await of(off).loginOf(from('a'), session)).toBeUndefined()
    clock.now += 3600_000
    expect(await of({ ...tenant, singleSignOn: { seconds: 3600 } }).loginOf(from('a'), session)).toBeUndefined()
    expect(await of().loginOf(from('a'), session)).toBeDefined()
    clock.now += 3600_000
    expect(await of().loginOf(from('a'), session)).toBeUndefined()
  })

  it('counts for the same person in the same browser only', async () => {
    const { of } = setUp(7200)
    await of().remember(from('a'), 'uid', { sub: 'ada', citizen }, client({}))
    expect(await of().loginOf(from('b'), session)).toBeUndefined()
    expect(await of().loginOf({ headers: {} } as IncomingMessage, session)).toBeUndefined()
    expect(await of().loginOf(from('a'), { ...session, accountId: 'mario' })).toBeUndefined()
    expect(await of().loginOf(from('a'), { uid: 'uid' })).toBeUndefined()
    await of().forget('uid')
    expect(await of().loginOf(from('a'), session)).toBeUndefined()
  })
})
