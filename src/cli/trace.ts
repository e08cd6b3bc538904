/** What happened to one citizen: from the support code of their page to the steps of that login. */
import type { Step } from '../audit/steps.ts'
import { supportCodeOf, traceLogin } from '../audit/trace.ts'
import { type ErrorCode, errorRow, isErrorCode } from '../errors.ts'
import { type Command, jsonText } from './command.ts'
import { readWithout } from './configuration.ts'
import { printable } from './printable.ts'

/** In the order of a journey, in the words of whoever is on the phone. */
const sentences: Readonly<Record<string, string>> = {
  'login.started': 'the login page was shown',
  'login.sent': 'went to the provider',
  'login.returned': 'came back, and the answer is good',
  'login.refused': 'came back, and the answer was refused',
  'login.cross_browser': 'came back in another browser than the one that began',
  'login.abandoned': 'gave up on the login page',
  'login.left': 'took the service’s other way in',
  'login.finished': 'the login is complete',
  'session.used': 'was let in by an earlier login, without another one',
  'code.issued': 'went back to the site',
  'token.issued': 'the site took the tokens',
  'oidc.refused': 'the site got an error in the place of a code or token',
  'code.replayed': 'the site brought a code a second time: its tokens were revoked',
  'refresh_token.replayed': 'a refresh token came a second time: everything of that login was revoked',
  'session.ended': 'the session here ended',
  'limit.reached': 'their network did something too often',
  'request.refused': 'saw an error page',
}

const shown = ['tenant', 'client', 'upstream', 'idp', 'assurance', 'error', 'limit', 'why', 'detail'] as const

const described = (step: Step): string => {
  const facts = shown.flatMap((name) => (step[name] === undefined ? [] : [`${name} ${step[name]}`]))
  const code = typeof step.code === 'string' ? [`code ${step.code}`] : []
  return [
    `${step.time}  ${step.requestId}  ${sentences[step.event] ?? step.event}`,
    ...[...code, ...facts].map((fact) => `    ${printable(fact, '      ')}`),
  ].join('\n')
}

const advice = (code: ErrorCode): string => {
  const { status, page } = errorRow(code)
  const whose =
    status >= 500 ? 'The cause is in the log, under the same requestId.' : 'The citizen was told what to do.'
  return `${code}: ${page === 'choice' ? 'shown above the choice, the citizen can try again there' : 'shown on a page of its own'}. ${whose} See docs/errors.md.`
}

export const trace: Command = {
  name: 'trace',
  operands: ['SUPPORT-CODE'],
  options: '--config FILE [--json]',
  summary: 'the steps of the login whose support code a citizen reads out; of the last three days, on this machine',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const code = supportCodeOf(args.operands[0] ?? '')
    const steps = await traceLogin(config.stateDir, code)
    if (args.json) world.out(jsonText(steps))
    if (steps.length === 0) {
      world.err(
        `Nothing is known of ${code}: it is older than three days, misread, or another gateway's. Try there; the register knows it for 24 months: varco register search.\n`,
      )
      return 1
    }
    if (args.json) return 0
    world.out(`${steps.map(described).join('\n')}\n`)
    const last = steps.findLast(({ code: refusal }) => typeof refusal === 'string')?.code
    if (typeof last === 'string' && isErrorCode(last)) world.out(`\n${advice(last)}\n`)
    return 0
  },
}
