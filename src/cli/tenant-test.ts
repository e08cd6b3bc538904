/** `varco tenant test`: a tenant is tried out as a whole, on this machine alone; the running gateway learns nothing of it. */
import type { GatewayConfig } from '../config/gateway-config.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type Command, jsonText, type World } from './command.ts'
import { readWithout } from './configuration.ts'
import { findTenant } from './find-tenant.ts'
import { createBrowser } from './trial/browser.ts'
import { type Check, checksOf } from './trial/checks.ts'
import { files, privateCopy, registeredAs, withCredentials } from './trial/private-copy.ts'
import type { Sandbox, TrialWorld } from './trial/world.ts'

export interface Result {
  readonly check: string
  readonly passed: boolean
  /** What was seen, or what was wrong. */
  readonly detail: string
}

export const tenantTest: Command = {
  name: 'tenant test',
  operands: ['TENANT'],
  options: '--config FILE [--json]',
  summary:
    'tries a tenant out with test providers: pages, metadata, errors, a whole login of each service; in a checkout only',
  run: async (args, world) => {
    const around = await readWithout(args, world)
    const tenant = around && findTenant(around, args.operands[0] ?? '', world)
    if (around === undefined || tenant === undefined) return 1
    const { config } = around
    const { trial } = world
    const sandbox = await trial?.sandbox()
    if (trial === undefined || sandbox === undefined) {
      world.err('There is no sandbox here, as in the image: run it in a checkout, where the folder sandbox/ is.\n')
      return 3
    }
    const begun = world.now()
    try {
      if (!args.json)
        world.out(`${tenant.id}: a copy of its own on 127.0.0.1, with throw-away keys and test providers\n`)
      const results = await tryOut(config, tenant, { ...world, trial, sandbox, quiet: args.json })
      const failed = results.filter(({ passed }) => !passed).length
      if (args.json) world.out(jsonText({ tenant: tenant.id, failed, results }))
      else
        world.out(
          `${results.length - failed} passed, ${failed} failed in ${((world.now() - begun) / 1000).toFixed(1)} s\n`,
        )
      return failed > 0 ? 1 : 0
    } finally {
      sandbox.close()
    }
  },
}

const tryOut = async (
  config: GatewayConfig,
  real: Tenant,
  {
    trial,
    sandbox,
    now,
    randomUuid,
    out,
    quiet,
  }: World & { readonly trial: TrialWorld; readonly sandbox: Sandbox; readonly quiet: boolean },
): Promise<readonly Result[]> => {
  const inbox = await trial.inbox()
  const { tenant, credentials } = withCredentials(real, inbox.port)
  const prepared = await sandbox.ask({
    ask: 'prepare',
    spid: registeredAs(real, 'spid'),
    cie: registeredAs(real, 'cie'),
    cardUrl: config.cns?.url ?? config.publicUrl,
  })
  const gateway = await trial.gateway(files(prepared), (folder) => privateCopy(config, tenant, prepared, folder))
  try {
    const { regionalPort, cardPort } = gateway
    const hosts = [new URL(config.publicUrl).host, new URL(tenant.issuer).host]
    const newBrowser = () => createBrowser(trial, { port: regionalPort, hosts })
    const run = { tenant, credentials, sandbox, inbox, regionalPort, cardPort, send: trial.send, newBrowser, now }
    const results: Result[] = []
    for (const check of checksOf(run, config, randomUuid())) {
      const result = await resultOf(check)
      results.push(result)
      if (!quiet) out(`  ${result.passed ? '✓' : '✗'} ${result.check}: ${result.detail}\n`)
    }
    return results
  } finally {
    await gateway.close()
    inbox.close()
  }
}

const resultOf = ({ name, run }: Check): Promise<Result> =>
  run().then(
    (detail) => ({ check: name, passed: true, detail }),
    (error: Error) => ({ check: name, passed: false, detail: error.message }),
  )
