/** How long each step took, milliseconds, and what of it is worth saying. */
export interface Timings {
  add(step: string, milliseconds: number): void
  readonly steps: ReadonlyMap<string, readonly number[]>
}

export const createTimings = (): Timings => {
  const steps = new Map<string, number[]>()
  return {
    add: (step, milliseconds) => {
      const known = steps.get(step)
      if (known === undefined) steps.set(step, [milliseconds])
      else known.push(milliseconds)
    },
    steps,
  }
}

/** `share` from 0 to 1; NaN of nothing. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
