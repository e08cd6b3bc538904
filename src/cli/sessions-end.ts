/** A citizen calls: the telephone was stolen, the card is lost. Everything that they opened at a tenant ends. */
import { randomBytes } from 'node:crypto'
import { isFiscalCode, isProvisionalFiscalCode } from '../citizen/fiscal-code.ts'
import { subjectOf } from '../claims/subject.ts'
import { openedBy } from '../oidc/person-logins.ts'
import { orderRevocation, REVOCATION_QUEUE } from '../oidc/revocation.ts'
import { createRedisStore } from '../store/redis.ts'
import { createSealedStore } from '../store/sealed.ts'
import { type Command, jsonText } from './command.ts'
import { readWithout } from './configuration.ts'
import { findTenant } from './find-tenant.ts'

export const sessionsEnd: Command = {
  name: 'sessions end',
  operands: ['TENANT'],
  options: '--config FILE [--json]',
  summary:
    'ends everything that a person opened at a tenant; reads the tax code from the input, where no history keeps it',
  run: async (args, world) => {
    const [id = ''] = args.operands
    const around = await readWithout(args, world)
    const tenant = around && findTenant(around, id, world)
    if (around === undefined || tenant === undefined) return 1
    const { config } = around
    if (config.store.kind === 'memory') {
      world.err('This gateway keeps its sessions in its own memory: restart it, and all of them end.\n')
      return 3
    }
    const code = (await world.readInput()).trim().toUpperCase()
    if (!isFiscalCode(code) && !isProvisionalFiscalCode(code)) {
      world.err('That is no tax code: send its 16 characters to the input, without TINIT-.\n')
      return 1
    }
    const { masterKeys, subjectKey } = config
    const store = createRedisStore({ servers: config.store })
    try {
      const { forTenant, queue } = createSealedStore({ store, masterKeys, randomBytes })
      const sub = subjectOf(subjectKey, tenant.sector, `TINIT-${code}`)
      const opened = await openedBy(forTenant(id), sub)
      const orders = { queue: queue(REVOCATION_QUEUE), recordsOf: forTenant, now: world.now }
      await orderRevocation(orders, id, world.randomUuid(), sub)
      const services = opened.length === 1 ? '1 service' : `${opened.length} services`
      if (args.json) world.out(jsonText({ tenant: id, services: opened.length }))
      else
        world.out(
          `${id}: this person had opened ${services}. A gateway ends that within seconds: event person.revoked.\n`,
        )
      return 0
    } finally {
      await store.close()
    }
  },
}
