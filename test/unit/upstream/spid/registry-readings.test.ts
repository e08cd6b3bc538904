import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { IdpMetadata } from '../../../../src/upstream/saml/idp-metadata.ts'
import type { IdpRegistry, Refreshed } from '../../../../src/upstream/spid/registry.ts'
import { startReadings } from '../../../../src/upstream/spid/registry-readings.ts'

const HOUR = 3_600_000
const idp: IdpMetadata = { entityId: 'https://idp.example', sso: [], certificates: [], expiredCertificates: [] }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** What each reading ends in; the last one again and again. */
const registryThat = ({ copy = false, ...ends }: { copy?: boolean; results: readonly Refreshed['result'][] }) => {
  const results = [...ends.results]
  const seen = { readings: 0, closed: false, list: [] as IdpMetadata[] }
  const registry: IdpRegistry = {
    load: async () => {
      if (copy) seen.list = [idp]
    },
    refresh: async () => {
      seen.readings++
      const result = (results.length > 1 ? results.shift() : results[0]) ?? 'refused'
      if (result === 'refused') return { result, reason: 'down' }
      seen.list = [idp]
      return result === 'unchanged' ? { result } : { result, changes: { added: [], removed: [], changed: [] } }
    },
    current: () => seen.list,
    status: () => ({}),
    close: () => {
      seen.closed = true
    },
  }
  return { registry, seen }
}

it('are one at the start and one a day', async () => {
  const { registry, seen } = registryThat({ results: ['updated', 'unchanged'] })
  await startReadings(registry, { refreshHours: 24, now: Date.now })
  expect(seen.readings).toBe(1)
  await vi.advanceTimersByTimeAsync(24 * HOUR - 1)
  expect(seen.readings).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(seen.readings).toBe(2)
  await vi.advanceTimersByTimeAsync(48 * HOUR)
  expect(seen.readings).toBe(4)
})

it('come again after an hour when one was refused', async () => {
  const { registry, seen } = registryThat({ copy: true, results: ['refused', 'refused', 'unchanged'] })
  await startReadings(registry, { refreshHours: 24, now: Date.now })
  await vi.advanceTimersByTimeAsync(2 * HOUR)
  expect(seen.readings).toBe(3)
  await vi.advanceTimersByTimeAsync(23 * HOUR)
  expect(seen.readings).toBe(3)
})

it('come again after five minutes as long as there is no list at all', async () => {
  const { registry, seen } = registryThat({ results: ['refused', 'refused', 'updated'] })
  await startReadings(registry, { refreshHours: 24, now: Date.now })
  await vi.advanceTimersByTimeAsync(10 * 60_000)
  expect(seen.readings).toBe(3)
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(seen.readings).toBe(3)
})

it('are waited for at the start only where there is no copy', async () => {
  const { registry, seen } = registryThat({ copy: true, results: ['unchanged'] })
  const never = { ...registry, refresh: () => new Promise<Refreshed>(() => {}) }
  await startReadings(never, { refreshHours: 24, now: Date.now })
  seen.list = []
  let started = false
  const waiting = { ...never, load: async () => {} }
  void startReadings(waiting, { refreshHours: 24, now: Date.now }).then(() => {
    started = true
  })
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(started).toBe(false)
})

it('end when the gateway stops, and the one under way with them', async () => {
  const { registry, seen } = registryThat({ results: ['updated'] })
  const readings = await startReadings(registry, { refreshHours: 1, now: Date.now })
  readings.stop()
  await vi.advanceTimersByTimeAsync(5 * HOUR)
  expect(seen).toMatchObject({ readings: 1, closed: true })
  expect(vi.getTimerCount()).toBe(0)
})
