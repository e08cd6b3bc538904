import { expect, it } from 'vitest'
import { durationIn } from '../../../src/http/duration.ts'

it.each([
  [3600, 'it', '1 ora'],
  [28_800, 'it', '8 ore'],
  [5401, 'it', '2 ore'],
  [2_592_000, 'it', '30 giorni'],
  [28_800, 'de', '8 Stunden'],
  [2_592_000, 'en', '30 days'],
  [28_800, 'lld', '8 ore'],
] as const)('%i seconds are, in %s, %s', (seconds, language, words) => {
  expect(durationIn(seconds, language)).toBe(words)
})
