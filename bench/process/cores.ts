/** Who runs where: the measured process alone on the first core, everybody else (driver, identity provider, Redis) on the second. */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

export interface Cores {
  /** Of the measured process; undefined where nothing can be pinned. */
  readonly measured: number | undefined
  /** As it stands in the report. */
  readonly said: string
}

/** Pins this process with all its threads, and so all that it starts from now on. */
export const takeCores = (): Cores => {
  if (availableParallelism() < 2) return { measured: undefined, said: 'one core for all: the driver competes' }
  const { status } = spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', '1', String(process.pid)])
  return status === 0
    ? { measured: 0, said: 'the measured process on one core; driver, identity provider and Redis on another' }
    : { measured: undefined, said: 'nobody pinned to a core (there is no taskset)' }
}
