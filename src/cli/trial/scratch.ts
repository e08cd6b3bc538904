/** A folder for the length of a trial, with throw-away keys in it: gone at its end, also where somebody ends it by a signal. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Scratch {
  readonly folder: string
  drop(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** @param ending the process that must not leave it behind. */
export const createScratch = (ending: NodeJS.Process): Scratch => {
  const folder = mkdtempSync(join(tmpdir(), 'varco-trial-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const stop = (signal: NodeJS.Signals) => {
    drop()
    // and now as if nobody had listened
    ending.kill(ending.pid, signal)
  }
  const drop = () => {
    remove()
    for (const signal of SIGNALS) ending.off(signal, stop)
  }
  for (const signal of SIGNALS) ending.on(signal, stop)
  return { folder, drop }
}
