/** What is wrong in a file that a person wrote, where, and what to write instead. */

export type Path = readonly (string | number)[]

export interface Problem {
  /** As the person named it, or relative to the file that names it. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** `clients[0].redirect_uris[0]`; empty for the file as a whole. */
  readonly path: string
  readonly reason: string
  readonly fix: string
  /** The gateway starts all the same. */
  readonly warning?: true
}

const UNREADABLE: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  EOUTSIDE: [
    'is not where a tenant’s file may name one',
    'put it beside this file or below, a key into the folder secrets/{id of the tenant}/ beside the gateway’s file, or write env:NAME',
  ],
  EFBIG: ['is too large', 'name the right file, or leave out what does not belong there: it has a few kilobytes'],
}

/** Of an error of the readers. */
export const whyUnreadable = (cause: unknown): readonly [reason: string, fix: string] => {
  const { code = 'unknown reason' } = cause as NodeJS.ErrnoException
  const [reason, fix] = UNREADABLE[code] ?? [
    'cannot be read',
    'create the file, allow Varco to read it, or correct the path',
  ]
  return [`${reason} (${code})`, fix]
}

export const unreadable = (file: string, cause: unknown): Problem => {
  const [reason, fix] = whyUnreadable(cause)
  return { file, line: 1, column: 1, path: '', reason, fix }
}

export const pathText = (path: Path): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const byPlace = (one: Problem, other: Problem): number => one.line - other.line || one.column - other.column

/** Grouped by file, in the order of its lines, with a closing count. Ends with a line break; empty without problems. */
export const formatProblems = (problems: readonly Problem[]): string => {
  if (problems.length === 0) return ''
  const files = Map.groupBy(problems, (problem) => problem.file)
  const groups = [...files].map(([file, found]) => [file, ...found.toSorted(byPlace).map(formatOne)].join('\n'))
  const warnings = problems.filter((problem) => problem.warning).length
  const errors = problems.length - warnings
  const counts = [errors > 0 && counted(errors, 'problem'), warnings > 0 && counted(warnings, 'warning')]
  return `${groups.join('\n')}\n${counts.filter(Boolean).join(', ')} in ${counted(files.size, 'file')}\n`
}

/** Of one file, on one line: where in it something is wrong first, and what. */
export const inShort = (problems: readonly Problem[]): string => {
  const [first, ...others] = problems.toSorted(byPlace)
  if (first === undefined) return ''
  const { line, column, path, reason } = first
  const more = others.length === 0 ? '' : `; and ${counted(others.length, 'problem')} more`
  return `${line}:${column} ${path === '' ? '' : `${path} `}${reason}${more}`
}

const formatOne = ({ line, column, path, reason, fix, warning }: Problem): string => {
  const place = `${line}:${column}`.padEnd(7)
  return `  ${warning ? '!' : '✗'} ${place}${path === '' ? '' : `${path}  `}${reason}\n           → ${fix}`
}
