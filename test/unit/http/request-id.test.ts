import { expect, it } from 'vitest'
import { requestIdOf } from '../../../src/http/request-id.ts'

it('can be read out over the telephone: no capitals, no signs, no letter that is taken for a digit', () => {
  const ids = Array.from({ length: 500 }, (_, index) => requestIdOf(`request ${index}`))
  for (const id of ids) expect(id).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){2}[0-9a-hjkmnp-tv-z]{4}$/)
  expect(new Set(ids).size).toBe(ids.length)
  // every letter of the alphabet is used, or else it holds less than it says
  expect(new Set(ids.join('').replaceAll('-', '')).size).toBe(32)
})
