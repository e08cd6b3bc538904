/** Numbers that a seed repeats (mulberry32): a finding can be looked at again. */
export interface Random {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number
  chance(probability: number): boolean
  /** Throws on an empty list. */
  pick<Item>(items: readonly Item[]): Item
  /** `undefined` from an empty list. */
  maybe<Item>(items: readonly Item[]): Item | undefined
}

export const randomOf = (seed: number): Random => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  const maybe = <Item>(items: readonly Item[]): Item | undefined => items[below(items.length)]
  return {
    below,
    maybe,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = maybe(items)
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
  }
}
