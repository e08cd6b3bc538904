/** From a support code to the steps of that login: every line with the code, then every line of the logins that these name. */
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Step, stepsFolder } from './steps.ts'

const readSteps = async (stateDir: string, wanted: (line: string) => boolean): Promise<Step[]> => {
  const folder = stepsFolder(stateDir)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const steps: Step[] = []
  for (const name of names.sort()) {
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      if (!wanted(line)) continue
      try {
        steps.push(JSON.parse(line) as Step)
      } catch {
        // the last line of a process that was killed while it wrote
      }
    }
  }
  return steps.sort((a, b) => a.time.localeCompare(b.time))
}

/** As a citizen reads it out: capitals, blanks and missing dashes do not matter. */
export const supportCodeOf = (typed: string): string =>
  typed
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replace(/(.{4})(?=.)/g, '$1-')

/** In the order of time; empty when nothing with this code was kept. */
export const traceLogin = async (stateDir: string, supportCode: string): Promise<readonly Step[]> => {
  const named = await readSteps(stateDir, (line) => line.includes(`"${supportCode}"`))
  const of = named.filter(({ requestId }) => requestId === supportCode)
  const logins = new Set(of.flatMap(({ login }) => login ?? []))
  if (logins.size === 0) return of
  const all = await readSteps(stateDir, (line) => [...logins].some((login) => line.includes(`"${login}"`)))
  const belongs = ({ login, requestId }: Step) =>
    requestId === supportCode || (login !== undefined && logins.has(login))
  const seen = new Set<string>()
  return [...of, ...all]
    .filter(belongs)
    .filter((step) => {
      const key = JSON.stringify(step)
      return !seen.has(key) && seen.add(key)
    })
    .sort((a, b) => a.time.localeCompare(b.time))
}
