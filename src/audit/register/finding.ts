/** What is wrong with a file of the register, in a form that names the record. */

export interface Finding {
  /** Below the register's folder. */
  readonly file: string
  readonly what:
    | 'changed'
    | 'removed'
    | 'inserted'
    | 'reordered'
    | 'truncated'
    | 'unreadable'
    | 'missing'
    | 'unknown'
    | 'forged'
  /** Numbers of the records, from 0. Absent: the file as a whole. */
  readonly first?: number
  readonly last?: number
  readonly note?: string
}

export type Find = (finding: Finding) => void

export const findingText = ({ file, what, first, last, note }: Finding): string => {
  const records =
    first === undefined ? '' : first === (last ?? first) ? `record ${first} ` : `records ${first} to ${last} `
  return `${file}: ${records}${what}${note === undefined ? '' : ` (${note})`}`
}
