import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createRollout, type Wanted, withLater } from '../../../src/operations/rollout.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { createSealedStore } from '../../../src/store/sealed.ts'

const wanted = (id: string, tenants: Wanted['tenants'], by = 'anna'): Wanted => ({ id, at: 0, by, tenants })

it('hears everybody who wants something, also at once, in order', async () => {
  const store = createMemoryStore({ now: () => 0, maxBytes: 2 ** 20 })
  const masterKeys = [{ id: 'k', key: Buffer.alloc(32, 1) }]
  const rollout = createRollout(createSealedStore({ store, masterKeys, randomBytes }).forTenant('~operations'))
  expect(await rollout.wantedIds()).toEqual([])
  const all = ['a', 'b', 'c'].map((id) => wanted(id, { [id]: 'h' }))
  await Promise.all(all.map(rollout.want))
  await rollout.want(wanted('d', {}))
  const ids = await rollout.wantedIds()
  expect([ids.toSorted(), ids.at(-1)]).toEqual([['a', 'b', 'c', 'd'], 'd'])
  expect(await rollout.wanted('b')).toEqual(all[1])
  for (let more = 0; more < 40; more++) await rollout.want(wanted(`${more}`, {}))
  expect(await rollout.wantedIds()).toHaveLength(32)
})

it('waits for the last word of each tenant that it is about', () => {
  const mine = wanted('1', { ala: 'a1', moena: null, trento: 't1' })
  const later = [wanted('2', { ala: 'a2', moena: 'm1', bolzano: 'b1' }), wanted('3', { ala: null })]
  expect(withLater(mine, later).tenants).toEqual({ ala: null, moena: 'm1', trento: 't1' })
  expect(withLater(mine, [])).toEqual(mine)
})
