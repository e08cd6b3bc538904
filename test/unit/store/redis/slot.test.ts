import { expect, it } from 'vitest'
import { slotOf } from '../../../../src/store/redis/slot.ts'

it.each([
  // the check value of CRC-16/XMODEM: 0x31c3
  ['123456789', 0x31c3],
  ['foo', 12_182],
  ['', 0],
])('puts %j in slot %i', (key, slot) => {
  expect(slotOf(key)).toBe(slot)
})

it.each([
  ['varco:{t:ala}:Session:a', 'varco:{t:ala}:Grant:b'],
  ['{user1000}.following', 'user1000'],
  ['foo{bar}{zap}', 'bar'],
  ['foo{{bar}}zap', '{bar'],
])('puts %s and %s in one slot', (one, other) => {
  expect(slotOf(one)).toBe(slotOf(other))
})

it('takes the whole key where nothing stands between the braces', () => {
  expect(slotOf('foo{}{bar}')).not.toBe(slotOf('bar'))
  expect(slotOf('foo{}{bar}')).toBe(8363)
})
