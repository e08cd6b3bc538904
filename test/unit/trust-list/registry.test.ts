import { describe, expect, it } from 'vitest'
import { authorityName } from '../../../src/trust-list/authority-name.ts'
import { createTrustListRegistry, type TrustListEvent } from '../../../src/trust-list/registry.ts'
import { service, signTrustList, trustList } from '../../fixtures/cns/trust-list.ts'
import { selfSigned } from '../../fixtures/saml/certificate.ts'

const [agid, stranger, one, other] = [
  selfSigned(),
  selfSigned(),
  selfSigned({ name: 'one' }),
  selfSigned({ name: 'other' }),
]
const listOf = (sequence: number, ...cas: readonly { certificate: string }[]) =>
  signTrustList(
    trustList(
      cas.map(({ certificate }) => service({ certificates: [certificate] })),
      { sequence },
    ),
    agid,
  )

const world = ({ copy, at = '2026-11-22T10:00:00Z' }: { copy?: string; at?: string } = {}) => {
  const state = { now: Date.parse(at), source: '', copy, writable: true }
  const events: TrustListEvent[] = []
  const used: string[][] = []
  const registry = createTrustListRegistry({
    source: async () => {
      if (state.source === '') throw new Error('the source is down')
      return state.source
    },
    lastGood: {
      read: async () => state.copy,
      write: async (text) => {
        if (!state.writable) throw new Error('read-only file system')
        state.copy = text
      },
    },
    signers: [agid.certificate],
    acceptUnsigned: false,
    now: () => state.now,
    report: (event) => events.push(event),
    use: (authorities) => used.push(authorities.map(authorityName)),
  })
  return { registry, state, events, used }
}

describe('the registry of card authorities', () => {
  it('takes a good list up, keeps it as it came and says what changed', async () => {
    const { registry, state, events, used } = world()
    state.source = listOf(1, one)
    expect(await registry.refresh()).toMatchObject({ result: 'updated', removed: [] })
    expect(state.copy).toBe(state.source)
    state.source = listOf(2, other)
    expect(await registry.refresh()).toMatchObject({ result: 'updated' })
    const [first, second] = used
    expect(events).toEqual([
      { type: 'trust_list.updated', origin: 'source', sequence: 1, added: first, removed: [] },
      { type: 'trust_list.updated', origin: 'source', sequence: 2, added: second, removed: first },
    ])
    expect(await registry.refresh()).toEqual({ result: 'unchanged' })
    expect(used).toHaveLength(2)
  })

  it('keeps what it has, with an alarm, when the source is down, forged or older', async () => {
    const { registry, state, events } = world()
    state.source = listOf(5, one, other)
    await registry.refresh()
    const good = state.source
    const forged = signTrustList(
      trustList([service({ certificates: [stranger.certificate] })], { sequence: 6 }),
      stranger,
    )
    for (const bad of ['', forged, listOf(4, one)]) {
      state.source = bad
      expect(await registry.refresh()).toMatchObject({ result: 'refused' })
    }
    expect(registry.current()).toHaveLength(2)
    expect(state.copy).toBe(good)
    expect(events.slice(1)).toMatchObject([
      { type: 'trust_list.refused', origin: 'source', reason: 'the source is down' },
      { type: 'trust_list.refused', reason: expect.stringContaining('not signed by one of') },
      { type: 'trust_list.refused', reason: 'its number is 4, that of the list in use 5' },
    ])
  })

  it('starts from its copy, which is verified again', async () => {
    const { registry, events } = world({ copy: listOf(3, one) })
    await registry.load()
    expect(registry.current()).toHaveLength(1)
    expect(events).toMatchObject([{ type: 'trust_list.updated', origin: 'copy', sequence: 3 }])

    const changed = world({ copy: listOf(3, one).replace('2027-02-27', '2037-02-27') })
    await changed.registry.load()
    expect(changed.registry.current()).toEqual([])
    expect(changed.events).toMatchObject([{ type: 'trust_list.refused', origin: 'copy' }])
  })

  it('takes no step back after a restart either', async () => {
    const { registry, state, events } = world({ copy: listOf(3, one) })
    await registry.load()
    state.source = listOf(2, one, other)
    expect(await registry.refresh()).toMatchObject({ result: 'refused' })
    expect(registry.current()).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ reason: 'its number is 2, that of the list in use 3' })
  })

  it('takes up what another gateway kept', async () => {
    const { registry, state } = world({ copy: listOf(3, one) })
    await registry.load()
    state.copy = listOf(4, one, other)
    await registry.refresh()
    expect(registry.current()).toHaveLength(2)
  })

  it('goes on with a list that was to be replaced, with an alarm at each reading', async () => {
    const { registry, state, events } = world({ at: '2028-01-01T00:00:00Z' })
    state.source = listOf(1, one)
    await registry.refresh()
    await registry.refresh()
    expect(registry.current()).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'trust_list.outdated')).toEqual(
      Array(2).fill({ type: 'trust_list.outdated', sequence: 1, nextUpdate: '2027-02-27T00:00:00.000Z' }),
    )
  })

  it('says when its copy cannot be kept, and uses the list all the same', async () => {
    const { registry, state, events } = world()
    state.writable = false
    state.source = listOf(1, one)
    expect(await registry.refresh()).toMatchObject({ result: 'updated' })
    expect(events).toContainEqual({ type: 'trust_list.not_kept', reason: 'read-only file system' })
  })
})
