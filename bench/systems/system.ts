/** What can be measured: a process to start, and a login at it. The same driver, the same load, the same counting for all. */
import type { Timings } from '../load/timings.ts'
import type { Measured } from '../process/measured.ts'

export interface Setting {
  /** Scratch, of this start alone. */
  readonly folder: string
  /** `redis://…`; absent: whatever the system keeps in memory. */
  readonly redis?: string
  /** Where the process runs. */
  readonly core?: number | undefined
  /** More for its Node. */
  readonly nodeArgs?: readonly string[]
}

export interface Running {
  readonly process: Measured
  /** One whole login by a new browser. Rejects with WrongAnswer unless everything is right. */
  login(timings: Timings, number: number): Promise<void>
  stop(): Promise<void>
}

export interface System {
  /** As it stands in the table. */
  readonly name: string
  /** In the order of a login. */
  readonly steps: readonly string[]
  start(setting: Setting): Promise<Running>
}
