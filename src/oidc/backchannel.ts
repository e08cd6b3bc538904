/**
 * Back-channel logout: the servers of the sites are told that a session has ended (OpenID Connect Back-Channel Logout 1.0).
 * The library would try once, while the citizen waits. Here it is a queue in the store: any gateway delivers, a site that
 * does not answer is asked again, and a gateway that dies in between takes nothing with it.
 */
import type { Audit } from '../audit/events.ts'
import type { Queue, Records } from '../store/sealed.ts'

/** Whom a site must log out. */
export interface Departed {
  readonly sub: string
  readonly sid: string
}

interface Notice extends Departed {
  readonly client: string
  readonly attempts: number
}

/** Where it goes, and the logout token; undefined when the client is gone or has no such address any more. */
export type LogoutTokenOf = (
  tenant: string,
  client: string,
  departed: Departed,
) => Promise<{ readonly uri: string; readonly token: string } | undefined>

interface Failure {
  /** For operators. */
  readonly reason: string
  /** Another attempt would end the same. */
  readonly final?: true
}

/** Milliseconds. Twelve attempts, twice as long apart each time: for more than five hours. */
const FIRST_WAIT = 10_000
const ATTEMPTS = 12
const waitAfter = (attempt: number): number | undefined =>
  attempt < ATTEMPTS ? FIRST_WAIT * 2 ** (attempt - 1) : undefined

/** Seconds: longer than all attempts. */
const NOTICE_LIFE = 12 * 3600
/** Milliseconds that one delivery has before another gateway takes it up, and that a site has to answer. */
const LEASE = 20_000
const PATIENCE = 5000
/** Deliveries under way at once; and to one site, so that one that hangs does not hold up the others. */
const AT_ONCE = 64
const AT_ONCE_TO_ONE = 4
/** Milliseconds until one that found its site busy is tried again. */
const BUSY_WAIT = 2000

export const createBackchannel = ({
  queue,
  recordsOf,
  logoutTokenOf,
  fetch,
  audit,
  now,
  report,
}: {
  queue: Queue
  recordsOf: (tenant: string) => Records
  logoutTokenOf: LogoutTokenOf
  fetch: typeof globalThis.fetch
  audit: Audit
  /** Milliseconds since 1970. */
  now: () => number
  /** Told of what must not end the service: the store is away, say. */
  report: (error: unknown) => void
}) => {
  const underWay = new Set<Promise<void>>()
  const busy = new Map<string, number>()

  const send = async (tenant: string, { client, sub, sid }: Notice): Promise<Failure | undefined> => {
    const signal = AbortSignal.timeout(PATIENCE)
    try {
      const logout = await logoutTokenOf(tenant, client, { sub, sid })
      if (logout === undefined) return { reason: 'the client has no back-channel address', final: true }
      const response = await fetch(logout.uri, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: logout.token }).toString(),
        redirect: 'manual',
        signal,
      })
      // 204: some frameworks make that of an empty 200 (Back-Channel Logout 2.8)
      return response.status === 200 || response.status === 204 ? undefined : { reason: `answered ${response.status}` }
    } catch (error) {
      if (signal.aborted) return { reason: `no answer in ${PATIENCE / 1000} s` }
      return { reason: error instanceof Error ? error.message : 'unknown reason' }
    }
  }

  const settle = async (member: string, tenant: string, id: string, notice: Notice, failure: Failure | undefined) => {
    const facts = { tenant, client: notice.client, attempt: notice.attempts }
    const wait = failure === undefined || failure.final ? undefined : waitAfter(notice.attempts)
    if (failure !== undefined && wait !== undefined) {
      await queue.schedule(member, now() + wait)
      audit({ type: 'backchannel.failed', ...facts, reason: failure.reason, retryIn: wait / 1000 })
      return
    }
    await queue.done(member)
    await recordsOf(tenant).delete('LogoutNotice', id)
    if (failure === undefined) audit({ type: 'backchannel.delivered', ...facts })
    else audit({ type: 'backchannel.given_up', ...facts, reason: failure.reason })
  }

  const deliver = async (member: string): Promise<void> => {
    const [tenant = '', id = ''] = member.split(' ')
    const records = recordsOf(tenant)
    const waiting = await records.get<Notice>('LogoutNotice', id)
    if (waiting === undefined) return queue.done(member)
    const site = `${tenant} ${waiting.client}`
    const others = busy.get(site) ?? 0
    if (others >= AT_ONCE_TO_ONE) return queue.schedule(member, now() + BUSY_WAIT)
    busy.set(site, others + 1)
    try {
      // counted before it is sent: one that ends the gateway each time must end too
      const notice = await records.update<Notice>('LogoutNotice', id, (one) => ({ ...one, attempts: one.attempts + 1 }))
      if (notice !== undefined) await settle(member, tenant, id, notice, await send(tenant, notice))
    } finally {
      const left = (busy.get(site) ?? 1) - 1
      if (left === 0) busy.delete(site)
      else busy.set(site, left)
    }
  }

  let serving: Promise<void> | undefined
  const serveAll = async () => {
    while (underWay.size < AT_ONCE) {
      const most = AT_ONCE - underWay.size
      const members = await queue.claim({ now: now(), until: now() + LEASE, most })
      for (const member of members) {
        const delivery: Promise<void> = deliver(member)
          .catch(report)
          .finally(() => underWay.delete(delivery))
        underWay.add(delivery)
      }
      if (members.length < most) return
    }
  }
  /** Begins what is due; does not wait for the sites. To be called again and again. */
  const serve = (): Promise<void> => {
    serving ??= serveAll()
      .catch(report)
      .finally(() => {
        serving = undefined
      })
    return serving
  }

  return {
    serve,
    /** Once for a session and client, however often it is said. */
    async announce(tenant: string, client: string, { sub, sid }: Departed): Promise<void> {
      await recordsOf(tenant).put('LogoutNotice', sid, { client, sub, sid, attempts: 0 } satisfies Notice, NOTICE_LIFE)
      await queue.schedule(`${tenant} ${sid}`, now())
      void serve()
    },
    /** Lets the deliveries under way end. */
    async close(): Promise<void> {
      await serving
      await Promise.all(underWay)
    },
  }
}
export type Backchannel = ReturnType<typeof createBackchannel>
