import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sessionRecords } from '../../../src/oidc/session-records.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { createSealedStore, type Records } from '../../../src/store/sealed.ts'

const setUp = () => {
  const clock = { now: 0 }
  const store = createMemoryStore({ now: () => clock.now })
  const masterKeys = [{ id: 'k1', key: randomBytes(32) }]
  const records = createSealedStore({ store, masterKeys, randomBytes }).forTenant('ala')
  return { clock, records, sessions: sessionRecords(records, { session: 3600, grant: 7200 }) }
}
const session = (...clients: string[]) => ({
  uid: 'uid',
  accountId: 'ada',
  authorizations: Object.fromEntries(clients.map((id) => [id, { sid: `sid ${id}`, grantId: `grant ${id}` }])),
})

describe('a session', () => {
  it('keeps what each of two requests at once gave, and is found under its new id only', async () => {
    const { sessions } = setUp()
    await sessions.adapter.upsert('first', session('sito'), 60)
    await Promise.all([
      sessions.adapter.upsert('first', session('sito', 'palestra'), 60),
      sessions.adapter.upsert('first', session('sito', 'albo'), 60),
    ])
    await sessions.adapter.destroy('first')
    await sessions.adapter.upsert('second', session('sito'), 60)
    const found = await sessions.adapter.findByUid('uid')
    expect(Object.keys(found?.authorizations ?? {}).sort()).toEqual(['albo', 'palestra', 'sito'])
    expect(await sessions.adapter.find('first')).toBeUndefined()
  })

  it('lives as long as the library last said, its clients too', async () => {
    const { sessions, clock } = setUp()
    await sessions.adapter.upsert('id', session('sito'), 10)
    await sessions.adapter.upsert('id', session('sito'), 60)
    clock.now = 59_000
    expect(await sessions.adapter.findByUid('uid')).toMatchObject({ accountId: 'ada' })
    clock.now = 60_000
    expect(await sessions.adapter.findByUid('uid')).toBeUndefined()
    expect(await sessions.authorizationsOf('uid')).toEqual({})
  })

  it('that has ended stays ended, whoever saves it afterwards and under which id', async () => {
    const { sessions } = setUp()
    await sessions.adapter.upsert('id', session('sito'), 60)
    expect(Object.keys(await sessions.close('uid'))).toEqual(['sito'])
    await sessions.forget('uid')
    for (const id of ['id', 'another']) {
      await sessions.adapter.upsert(id, session('sito', 'palestra'), 60)
      expect(await sessions.adapter.find(id)).toBeUndefined()
    }
    expect(await sessions.adapter.findByUid('uid')).toBeUndefined()
  })

  it('does not come back through a logout that runs between any two steps of a save', async () => {
    for (let pause = 0; pause < 8; pause++) {
      const { records } = setUp()
      // the save stops before its n-th operation on the store until the logout is over
      let steps = 0
      let logout = async () => {}
      const halting = new Proxy(records, {
        get:
          (target, name: keyof Records) =>
          async (...args: never[]) => {
            if (steps++ === pause) await logout()
            return (target[name] as (...all: never[]) => unknown)(...args)
          },
      })
      const own = sessionRecords(records, { session: 3600, grant: 7200 })
      await own.adapter.upsert('old', session('sito'), 60)
      logout = async () => {
        await own.close('uid')
        await own.adapter.destroy('old')
        await own.forget('uid')
      }
      await sessionRecords(halting, { session: 3600, grant: 7200 }).adapter.upsert(
        'new',
        session('sito', 'palestra'),
        60,
      )
      if (steps <= pause) await logout()
      expect([pause, await own.adapter.find('new'), await own.adapter.findByUid('uid')]).toEqual([
        pause,
        undefined,
        undefined,
      ])
    }
  })

  it('is found while its record changes its name: the library takes the old one away first', async () => {
    const { sessions } = setUp()
    await sessions.adapter.upsert('old', session('sito'), 60)
    await sessions.adapter.destroy('old')
    const found = sessions.adapter.findByUid('uid')
    await sessions.adapter.upsert('new', session('sito'), 60)
    expect(await found).toMatchObject({ accountId: 'ada' })
  })

  it('is not found, and not waited for without end, where its record is gone', async () => {
    const { sessions } = setUp()
    await sessions.adapter.upsert('id', session('sito'), 60)
    await sessions.adapter.destroy('id')
    expect(await sessions.adapter.findByUid('uid')).toBeUndefined()
  })

  it('that has ended takes with it what it gave while it ended', async () => {
    const { sessions, records } = setUp()
    await sessions.adapter.upsert('id', session('sito'), 60)
    await sessions.close('uid')
    await records.put('Grant', 'grant palestra', {}, 60)
    await sessions.adapter.upsert('id', session('sito', 'palestra'), 60)
    expect(await records.get('Grant', 'grant palestra')).toBeUndefined()
    expect(await records.get('RevokedGrant', 'grant palestra')).toBe(true)
  })
})
