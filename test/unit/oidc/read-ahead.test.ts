import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { describe, expect, it } from 'vitest'
import { createReadAhead } from '../../../src/oidc/read-ahead.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { createSealedStore, type Records } from '../../../src/store/sealed.ts'

const requestAt = (route: string) => ({ req: {} as IncomingMessage, oidc: { route } }) as KoaContextWithOIDC

const setUp = async () => {
  const masterKeys = [{ id: 'k1', key: randomBytes(32) }]
  const store = createMemoryStore({ now: () => 0 })
  const records = createSealedStore({ store, masterKeys, randomBytes }).forTenant('ala')
  const read: string[] = []
  const counted: Records = {
    ...records,
    get: (model, id) => {
      read.push(model)
      return records.get(model, id)
    },
  }
  const current: { ctx?: KoaContextWithOIDC | undefined } = { ctx: requestAt('token') }
  const ahead = createReadAhead(counted, () => current.ctx)
  for (const model of ['Grant', 'Login']) await records.put(model, 'id', `old ${model}`, 60)
  return { ahead, records, read, current }
}
const both = [
  ['Grant', 'id'],
  ['Login', 'id'],
] as const

describe('what a request will need', () => {
  it('is asked for at once, and given to the next who looks for it: once', async () => {
    const { ahead, records, read } = await setUp()
    ahead.expect(both)
    expect(read).toEqual(['Grant', 'Login'])
    expect(await ahead.records.get('Login', 'id')).toBe('old Login')
    expect(read).toHaveLength(2)
    await records.put('Login', 'id', 'new', 60)
    expect(await ahead.records.get('Login', 'id')).toBe('new')
    expect(await ahead.records.get('Login', 'another')).toBeUndefined()
  })

  it('is of no use to another request, nor where tokens are only shown', async () => {
    const { ahead, read, current } = await setUp()
    ahead.expect(both)
    current.ctx = requestAt('introspection')
    ahead.expect(both)
    expect(read).toHaveLength(2)
    await ahead.records.get('Grant', 'id')
    current.ctx = undefined
    ahead.expect(both)
    await ahead.records.get('Grant', 'id')
    expect(read).toHaveLength(4)
  })

  it('is read anew by who has written it since', async () => {
    const { ahead } = await setUp()
    const writes: readonly (() => Promise<unknown>)[] = [
      () => ahead.records.put('Grant', 'id', 'put', 60),
      () => ahead.records.update('Grant', 'id', () => 'updated'),
      () => ahead.records.take('Grant', 'id'),
      () => ahead.records.add('Grant', 'id', 'added', 60),
      () => ahead.records.delete('Grant', 'id'),
    ]
    const seen: unknown[] = []
    for (const write of writes) {
      ahead.expect(both)
      await write()
      seen.push(await ahead.records.get('Grant', 'id'))
    }
    expect(seen).toEqual(['put', 'updated', undefined, 'added', undefined])
  })

  it('tells of a store that is away whoever needs the record, and nobody else', async () => {
    const { records } = await setUp()
    const away = { ...records, get: () => Promise.reject(new Error('away')) }
    const ahead = createReadAhead(away, () => ctx)
    const ctx = requestAt('userinfo')
    ahead.expect(both)
    await expect(ahead.records.get('Grant', 'id')).rejects.toThrow('away')
  })
})
