import { expect, it } from 'vitest'
import { readInfo } from '../../../../src/store/redis/observation.ts'
import { pauseBefore } from '../../../../src/store/redis/servers.ts'

const info = (lines: readonly string[]) => ['# Memory', ...lines, ''].join('\r\n')

it('reads how full a server is, and how many replicas it has', () => {
  const lines = ['used_memory:750', 'used_memory_peak:999', 'maxmemory:1000', 'maxmemory_policy:noeviction']
  expect(readInfo(info([...lines, 'connected_slaves:2']))).toEqual({ fullness: 0.75, replicas: 2, evicts: false })
})

it('reads no limit as never full', () => {
  expect(readInfo(info(['used_memory:750', 'maxmemory:0', 'maxmemory_policy:allkeys-lru']))).toEqual({
    fullness: 0,
    replicas: 0,
    evicts: false,
  })
})

it('notices a server that would throw away what is still needed', () => {
  expect(readInfo(info(['used_memory:1', 'maxmemory:1000', 'maxmemory_policy:volatile-lru'])).evicts).toBe(true)
})

it('knows nothing of a server that may not say', () => {
  expect(readInfo('')).toEqual({ fullness: 0, replicas: 0, evicts: false })
})

it('waits longer before each attempt to connect, up to two seconds, and never the same as its neighbour', () => {
  const pauses = (random: number) => [1, 2, 3, 4, 5, 6, 50].map((attempt) => pauseBefore(attempt, () => random))
  expect(pauses(0)).toEqual([50, 100, 200, 400, 800, 1000, 1000])
  expect(pauses(1)).toEqual([100, 200, 400, 800, 1600, 2000, 2000])
})
