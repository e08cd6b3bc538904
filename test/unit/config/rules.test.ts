import { expect, it } from 'vitest'
import { z } from 'zod'
import { distinct } from '../../../src/config/rules.ts'

const issuesOf = (items: readonly unknown[], key?: string) =>
  z
    .array(z.unknown())
    .superRefine(distinct(key))
    .safeParse(items)
    .error?.issues.map(({ path }) => path)

it('finds what stands twice in a list, at each further place', () => {
  expect(issuesOf(['a', 'b', 'a', 'a'])).toEqual([[2], [3]])
  expect(issuesOf([{ id: 'a' }, {}, 'x', {}, { id: 'a' }], 'id')).toEqual([[4, 'id']])
  expect(issuesOf([1, 2])).toBeUndefined()
})

it('looks at each item of a list once', () => {
  expect(issuesOf(Array.from({ length: 300_000 }, (_, index) => `https://${index}.example`))).toBeUndefined()
})
