/** zod's findings in words that a webmaster understands, each with what to do. Values are never repeated: one may be a secret. */
import type { z } from 'zod'
import { exampleOf } from './examples.ts'
import type { Path } from './problem.ts'

/** Reason and fix travel in zod's one message. */
const ARROW = ' → '
export const told = (reason: string, fix: string): string => `${reason}${ARROW}${fix}`

export const explainMessage = (message: string): readonly [reason: string, fix: string] => {
  const [reason = '', fix = ''] = message.split(ARROW, 2)
  return [reason, fix]
}

export interface Finding {
  readonly path: Path
  readonly reason: string
  readonly fix: string
  /** What is wrong there: `value` unless it says otherwise. */
  readonly part?: 'key'
}

const kinds = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
} as Readonly<Record<string, string>>

/** So many values are told once, not twice. */
const MANY = 5

export const explain = (issue: z.core.$ZodIssue, value: unknown): readonly Finding[] => {
  const path = issue.path as Path
  const [reason, fix] = explainMessage(issue.message)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      reason: 'is not a key that is known here',
      fix: fix || 'remove it',
      part: 'key',
    }))
  }
  const wanted = wantedBy(issue)
  if (issue.code !== 'custom' && path.length > 0 && valueAt(value, path) === undefined) {
    return [{ path, reason: 'is missing', fix: missingFix(path, wanted, fix) }]
  }
  if (fix !== '') return [{ path, reason, fix }]
  if (wanted === undefined) return [{ path, reason: 'is not valid', fix: 'write it as in the example' }]
  if (issue.code === 'invalid_value' && issue.values.length > MANY)
    return [{ path, reason: 'is not known here', fix: `write ${wanted}` }]
  const quotes = wanted === kinds.string ? ', in quotes where it looks like a number' : ''
  const example = exampleOf(path)
  const like = issue.code !== 'invalid_type' || example === undefined ? '' : `, as ${example}`
  return [{ path, reason: `must be ${wanted}`, fix: `write ${wanted}${quotes}${like}` }]
}

const missingFix = (path: Path, wanted: string | undefined, fix: string): string => {
  const example = exampleOf(path)
  if (example !== undefined) return `add it, as ${example}`
  // of a text in several languages
  if (path.at(-1) === 'it' && wanted === kinds.string) return 'add it: the text in Italian'
  return `add it: ${wanted ?? (fix || 'see the example')}`
}

const wantedBy = (issue: z.core.$ZodIssue): string | undefined => {
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected
  if (issue.code !== 'invalid_value') return undefined
  return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  )
