/**
 * What costs something before anybody has shown who he is, limited for each neighbourhood and tenant: a login that begins
 * is kept for half an hour, a choice is signed and written to the register, an answer is verified, a secret can be guessed.
 * Far more is allowed than a school or a town hall behind one address needs (docs/operations.md, "Limits").
 */
import type { Audit, LimitedUse } from '../audit/events.ts'
import { GatewayError } from '../errors.ts'
import type { Limit, Limits } from '../store/limits.ts'
import { createNetworks, neighbourhoodOf } from './networks.ts'
import type { Ctx, Handler } from './request-context.ts'

/** For one neighbourhood at one tenant, in ten minutes. */
export interface Allowances {
  readonly loginStarts: number
  /** Of identity providers, brought by browsers; logouts among them, and those that a service's page posts. */
  readonly answers: number
  readonly cards: number
  /** Servers that cannot prove which client they are. One that can is not counted: it speaks for all its citizens. */
  readonly failedClients: number
}

/** At all tenants together a neighbourhood may do so many times as much. */
const EVERYWHERE = 4
/** Of what the store can hold. What is left is for those who are already under way. */
const FULL: { readonly [use in LimitedUse]?: number } = { login: 0.8, pushed: 0.8, choice: 0.9 }

const limitedAt = (method: string, path: string): readonly LimitedUse[] => {
  if (method === 'GET' && path === '/authorize') return ['login']
  if (method === 'GET' && /^\/login\/[^/]+\/begin$/.test(path)) return ['choice']
  if (/^\/saml\/[^/]+\/(acs|slo)$/.test(path)) return ['answer']
  // written to the register, and kept until the browser comes back for it, with its cookie or without
  if (path === '/end-session') return ['answer']
  if (path === '/cns') return ['card']
  if (method === 'POST' && path === '/par') return ['pushed', 'client']
  return method === 'POST' && /^\/(token|introspection|revocation)$/.test(path) ? ['client'] : []
}

/**
 * Comes after `origin` and `tenantResolver`. `fullness`: of the store, 0 to 1. Throws `rate_limited` with the seconds to
 * wait, `store_unavailable` for a login that begins while little room is left.
 */
export const rateLimit = ({
  limits,
  allowances: { loginStarts, answers, cards, failedClients },
  trustedProxies,
  fullness,
  audit,
}: {
  limits: Limits
  allowances: Allowances
  trustedProxies: readonly string[]
  fullness: () => number
  audit: Audit
}): Handler => {
  const proxies = createNetworks(trustedProxies)
  const both = (what: LimitedUse, most: number): readonly [near: Limit, far: Limit] => [
    limits(what, most),
    limits(what, EVERYWHERE * most),
  ]
  const limitOf = {
    login: both('login', loginStarts),
    // back, and another provider
    choice: both('choice', 2 * loginStarts),
    // a service's server pushes for all its citizens
    pushed: both('pushed', 10 * loginStarts),
    answer: both('answer', answers),
    card: both('card', cards),
    client: both('client', failedClients),
  } satisfies Record<LimitedUse, unknown>

  const apply = async (ctx: Ctx, what: LimitedUse, how: 'use' | 'look'): Promise<number | undefined> => {
    const { tenant, clientAddress } = ctx.state
    // a proxy that does not say for whom it asks, as one that passes TCP through: nobody can be told from anybody
    if (tenant === undefined || proxies.includes(clientAddress)) return undefined
    const { near, far } = neighbourhoodOf(clientAddress)
    const [here, everywhere] = limitOf[what]
    // together, for each is a way to the store and back; who is refused at one tenant uses up nothing at the others
    const [there, all] = [{ tenant: tenant.id, network: near }, { network: far }]
    const verdicts = await Promise.all([here[how](there), everywhere[how](all)])
    if (how === 'use' && verdicts[0].wait !== undefined) await everywhere.back(all)
    for (const { wait, crossed } of verdicts) {
      if (crossed) audit({ type: 'limit.reached', tenant: tenant.id, limit: what })
      if (wait !== undefined) return wait
    }
    return undefined
  }

  return async (ctx, next) => {
    const { tenant, tenantPath = '' } = ctx.state
    const limited = tenant === undefined ? [] : limitedAt(ctx.method, tenantPath)
    for (const what of limited) {
      const isServer = what === 'client'
      // RFC 6749 5.2: a server is answered in JSON, whatever its HTTP library says that it likes
      if (isServer) ctx.req.headers.accept = 'application/json'
      const client = what === 'login' && tenant?.clients.find(({ id }) => id === ctx.query.client_id)
      if (client) ctx.state.clientId = client.id
      const wait = await apply(ctx, what, isServer ? 'look' : 'use')
      if (wait !== undefined) throw new GatewayError('rate_limited', what, { retryAfter: wait })
      if (fullness() >= (FULL[what] ?? Number.POSITIVE_INFINITY)) {
        throw new GatewayError('store_unavailable', 'what is left of the store is for logins under way')
      }
    }
    await next()
    if (limited.includes('client') && ctx.res.statusCode === 401) await apply(ctx, 'client', 'use')
  }
}
