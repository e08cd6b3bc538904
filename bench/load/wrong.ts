/** A login that is not right in every step counts for nothing: it ends the run. */
import type { Answer } from './client.ts'

export class WrongAnswer extends Error {}

export const right = (holds: boolean, step: string, what: string, answer?: Answer): void => {
  if (holds) return
  const said = answer && ` (${answer.status} ${answer.location ?? ''} ${answer.body.slice(0, 400)})`
  throw new WrongAnswer(`${step}: ${what}${said ?? ''}`)
}

/** The address that the answer leads to. */
export const ledOn = (answer: Answer, step: string, start: string): string => {
  const { status, location } = answer
  if ((status === 302 || status === 303) && location?.startsWith(start)) return location
  throw new WrongAnswer(`${step}: does not lead to ${start} (${status} ${location ?? answer.body.slice(0, 400)})`)
}
