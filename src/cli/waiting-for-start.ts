/** What the gateway's and the region's file say now, and a running gateway takes only when it is started again. */
import type { Around } from './configuration.ts'
import type { Running } from './rollout.ts'

interface Waiting {
  readonly file: string
  /** Of the first level. */
  readonly keys: readonly string[]
}

export const waitingForStart = (
  { atStart, regionPath }: Pick<Around, 'atStart' | 'regionPath'>,
  { gateways }: Pick<Running, 'gateways'>,
  gatewayPath = '',
): readonly Waiting[] =>
  (
    [
      ['gateway', gatewayPath],
      ['region', regionPath],
    ] as const
  ).flatMap(([which, file]) => {
    const now = atStart[which]
    // one of an older version does not say what it started with
    const before = gateways.flatMap((one) => (one.atStart === undefined ? [] : [one.atStart[which]]))
    const known = new Set([now, ...before].flatMap((one) => Object.keys(one)))
    const keys = [...known].filter((key) => before.some((one) => one[key] !== now[key])).toSorted()
    return keys.length === 0 ? [] : [{ file, keys }]
  })

export const waitingText = (waiting: readonly Waiting[]): string =>
  waiting
    .map(
      ({ file, keys }) =>
        `  ! ${keys.join(', ')} in ${file}: changed, and counts when the gateways are started again\n`,
    )
    .join('')
