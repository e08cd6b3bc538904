/** What the first middlewares find out about a request, for all that come after. In `ctx.state`. */
import type { Middleware, ParameterizedContext } from 'koa'
import type { Logger } from 'pino'
import type { Language, Tenant } from '../tenant/tenant.ts'

export interface RequestState {
  /** The same in the log, in `X-Request-Id` and on the citizen's page. */
  requestId: string
  log: Logger
  /** Of the browser, as far as the configured proxies can be believed. */
  clientAddress: string
  /** On the card listener: DER of what the browser proved to hold the key of, the card first; empty without a card. */
  clientCertificate?: readonly Buffer[]
  tenant?: Tenant
  /** The path below the tenant: `/login/…`. */
  tenantPath?: string
  /** What the citizen reads in this login, where it is known better than from the request. */
  language?: Language
  /** Client of the login under way, once known: error pages offer to start again there. */
  clientId?: string
}

export type Ctx = ParameterizedContext<RequestState>
export type Handler = Middleware<RequestState>
