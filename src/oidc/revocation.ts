/** Orders of an operator: everything that a person opened at a tenant ends. By the store, so that any gateway carries them out. */
import type { Queue, Records } from '../store/sealed.ts'

interface Order {
  readonly sub: string
}

/** Seconds: no gateway has carried it out by then. */
const ORDER_LIFE = 24 * 3600
/** Milliseconds until another gateway takes an order up. */
const LEASE = 60_000
const AT_ONCE = 16

export interface Orders {
  readonly queue: Queue
  readonly recordsOf: (tenant: string) => Records
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export const REVOCATION_QUEUE = 'revocation'

/** `id`: new for each order. */
export const orderRevocation = async ({ queue, recordsOf, now }: Orders, tenant: string, id: string, sub: string) => {
  await recordsOf(tenant).put('RevocationOrder', id, { sub } satisfies Order, ORDER_LIFE)
  await queue.schedule(`${tenant} ${id}`, now())
}

/** Carries out what was ordered; to be called again and again. `revoke` rejects where it must be tried again. */
export const createRevocations = ({
  queue,
  recordsOf,
  now,
  revoke,
  report,
}: Orders & {
  readonly revoke: (tenant: string, sub: string) => Promise<void>
  readonly report: (error: unknown) => void
}) => {
  const carryOut = async (member: string): Promise<void> => {
    const [tenant = '', id = ''] = member.split(' ')
    const order = await recordsOf(tenant).get<Order>('RevocationOrder', id)
    if (order !== undefined) await revoke(tenant, order.sub)
    await recordsOf(tenant).delete('RevocationOrder', id)
    await queue.done(member)
  }
  return {
    async serve(): Promise<void> {
      try {
        const members = await queue.claim({ now: now(), until: now() + LEASE, most: AT_ONCE })
        await Promise.all(members.map((member) => carryOut(member).catch(report)))
      } catch (error) {
        report(error)
      }
    },
  }
}
export type Revocations = ReturnType<typeof createRevocations>
