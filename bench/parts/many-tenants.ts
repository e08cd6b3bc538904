/** Many Comuni in one process: how soon it listens, what they weigh when all have been asked, and whether the last is as fast as the first. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { sealFile } from '../../src/keyring/sealed-file.ts'
import { newSigningKeys } from '../../src/keyring/signing-key.ts'
import { environment } from '../../test/fixtures/gateway/files.ts'
import { hosts } from '../../test/fixtures/gateway/identities.ts'
import { createClient } from '../load/client.ts'
import { createTimings, percentile } from '../load/timings.ts'
import { createVisitor } from '../load/visitor.ts'
import { ledOn } from '../load/wrong.ts'
import { type Region, writeBenchRegion } from '../region/region.ts'
import { callbackOf, tenantOf } from '../region/tenant-files.ts'
import { askFor } from '../systems/site.ts'
import { startVarco } from '../systems/varco.ts'
import { scratch } from './measure-system.ts'

export interface ManyTenants {
  readonly tenants: number
  /** Seconds from the command to the open port. */
  readonly start: number
  /** MB. */
  readonly rssAtStart: number
  /** After an authorization request at each; 0 where they were not asked. */
  readonly rssAllAsked: number
  /** Milliseconds of an authorization request, median. */
  readonly firstRequest: number
  readonly steady: { readonly first: number; readonly last: number }
}

/** Making 8,000 RSA keys takes longer than everything else here: each tenant is given the same, sealed as its own. */
const giveKeys = async ({ folder, tenants }: Region): Promise<void> => {
  const now = Date.now()
  const signing = await newSigningKeys(now)
  const text = JSON.stringify({ signing, cookieKeys: ['a cookie key of the bench'], createdAt: now })
  const masterKeys = [{ id: 'k1', key: Buffer.from(environment.MASTER_KEY, 'base64') }]
  await mkdir(join(folder, 'state/keyring'), { recursive: true, mode: 0o700 })
  for (let number = 0; number < tenants; number++) {
    const tenant = tenantOf(number)
    const sealed = sealFile(text, `keyring/${tenant}/1`, masterKeys)
    await writeFile(join(folder, 'state/keyring', `${tenant}.1.json`), sealed, { mode: 0o600 })
  }
}

const STEADY = 300

export const measureTenants = (
  tenants: number,
  { core, ask }: { core: number | undefined; ask: boolean },
): Promise<ManyTenants> =>
  scratch(async (folder) => {
    const region = await writeBenchRegion(folder, { tenants })
    if (ask) await giveKeys(region)
    const began = performance.now()
    const { process, ports } = await startVarco(region, { folder, core })
    const start = (performance.now() - began) / 1000
    const rss = async () => (await process.usage()).rss / 2 ** 20
    const rssAtStart = await rss()
    const client = createClient({ port: ports.regional, host: hosts.login })
    const begin = async (number: number, step: string, timings = createTimings()) => {
      const tenant = tenantOf(number)
      const visitor = createVisitor(client, timings, {
        'X-Forwarded-For': `10.1.${number & 255}.${(number >> 8) & 255}`,
      })
      const { query } = askFor('sito', callbackOf(tenant), 'openid')
      ledOn(await visitor.visit(step, `/t/${tenant}/authorize?${query}`), step, '')
    }
    try {
      const timings = createTimings()
      if (ask) for (let number = 0; number < tenants; number++) await begin(number, 'first', timings)
      const rssAllAsked = ask ? await rss() : 0
      // in turns: neither pays for what the other leaves behind
      if (ask)
        for (let round = 0; round < STEADY; round++) {
          await begin(0, 'the first', timings)
          await begin(tenants - 1, 'the last', timings)
        }
      const median = (step: string) => percentile(timings.steps.get(step) ?? [], 0.5)
      const steady = { first: median('the first'), last: median('the last') }
      return { tenants, start, rssAtStart, rssAllAsked, firstRequest: median('first'), steady }
    } finally {
      client.close()
      await process.stop()
    }
  })
