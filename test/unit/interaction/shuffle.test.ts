import { describe, expect, it } from 'vitest'
import { shuffled } from '../../../src/interaction/shuffle.ts'

describe('shuffled', () => {
  it('holds still for one login', () => expect(shuffled([1, 2, 3, 4], 'uid')).toEqual(shuffled([1, 2, 3, 4], 'uid')))
  it('keeps every provider exactly once', () =>
    expect(
      shuffled(
        Array.from({ length: 12 }, (_, index) => index),
        'x',
      ).sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 12 }, (_, index) => index)))
  it('leaves the list that it was given alone', () => {
    const list = [1, 2, 3]
    shuffled(list, 'seed')
    expect(list).toEqual([1, 2, 3])
  })
  it('gives each of the 24 orders of four its share: 24,000 seeds, chi-square below the 0.001 limit', () => {
    const counts = new Map<string, number>()
    for (let seed = 0; seed < 24_000; seed++) {
      const order = shuffled(['a', 'b', 'c', 'd'], `login ${seed}`).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(chiSquare).toBeLessThan(49.7) // 23 degrees of freedom; the seeds are fixed, so this is no matter of luck
  })
})
