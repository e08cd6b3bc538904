/** A short run of `npm run fuzz`, always of the same changes; a long one is for the night. */
import { expect, it } from 'vitest'
import { fuzz } from '../fuzz/fuzz.ts'
import { fieldMutations, textMutations, treeMutations } from '../fuzz/mutations.ts'

const CASES = 2500

it('accepts nothing that says other than what the provider signed', async () => {
  const report = await fuzz({ seed: 1, isOver: (tried) => tried >= CASES })
  expect(report.findings).toEqual([])
  expect(report.tried).toBe(CASES)
  // or the changes would be too coarse to reach the checks behind the signature
  expect(report.accepted).toBeGreaterThan(100)
  expect(report.refusedWith.saml_signature_invalid).toBeGreaterThan(300)
  const all = [treeMutations, textMutations, fieldMutations].flatMap(Object.keys)
  expect(Object.keys(report.byMutation).sort()).toEqual(all.sort())
}, 300_000)
