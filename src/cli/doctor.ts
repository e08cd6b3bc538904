/** `varco doctor`: everything that would keep somebody from logging in, today or in a month, each with what to do. */
import { inShort } from '../config/problem.ts'
import { createKeyring } from '../keyring/keyring.ts'
import { type Command, jsonText } from './command.ts'
import { readAround } from './configuration.ts'
import { withControl } from './control.ts'
import { clock, gateways, metadata, names, tenantFiles, tls } from './doctor/around.ts'
import { type Check, type Finding, fail, type Surroundings } from './doctor/finding.ts'
import { certificates, disk, keys, lists, runtime, secrets } from './doctor/here.ts'
import { printable } from './printable.ts'

const checks: readonly Check[] = [
  runtime,
  disk,
  keys,
  secrets,
  certificates,
  clock,
  names,
  tls,
  gateways,
  lists,
  tenantFiles,
  metadata,
]

/** A check that cannot even look is what was found. */
const examine = (around: Surroundings): Promise<readonly (readonly Finding[])[]> =>
  Promise.all(
    checks.map((check) =>
      check(around).catch((error: Error) => [
        fail(check.name, `could not look: ${error.message}`, 'run it as the account of the gateway, on its machine'),
      ]),
    ),
  )

const marks = { ok: '✓', warn: '!', fail: '✗' } as const

const lineOf = ({ check, health, message, fix }: Finding): string =>
  `${marks[health]} ${check}: ${printable(message)}${fix === undefined ? '' : `\n    → ${fix}`}\n`

export const doctor: Command = {
  name: 'doctor',
  operands: [],
  options: '--config FILE [--json]',
  summary:
    'looks at clock, DNS, TLS, disk, store, lists, tenant files, metadata, certificates, keys and secrets, and says what to do',
  run: async (args, world) => {
    const around = await readAround(args, world, { evenEmpty: true })
    if (around === undefined) return 1
    const { config, problems, broken } = around
    const [folderProblem] = broken.length === 0 ? problems : []
    const { stateDir, masterKeys } = config
    const keyring = createKeyring({ stateDir, masterKeys, now: world.now })
    const findings = (
      await examine({
        ...world.look,
        config,
        brokenFiles: broken.map(({ file }) => ({ file, reason: inShort(problems.filter((one) => one.file === file)) })),
        ...(folderProblem !== undefined && { folderProblem }),
        now: world.now(),
        hasKeys: async (tenant) => (await keyring.load(tenant)) !== undefined,
        control: (work) => withControl(config, world.now, work),
      })
    ).flat()
    world.out(args.json ? jsonText(findings) : findings.map(lineOf).join(''))
    const health = new Set(findings.map((finding) => finding.health))
    return health.has('fail') ? 1 : health.has('warn') ? 2 : 0
  },
}
