/** What an attempt that failed is told as, above the choice, with the way to try it again. */
import type { UpstreamId } from '../citizen/citizen.ts'
import type { GatewayError, Sentence } from '../errors.ts'
import { inLanguage } from '../http/pages.ts'
import type { Ctx } from '../http/request-context.ts'
import type { Alert } from '../http/views.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import type { Language } from '../tenant/tenant.ts'
import type { Addresses } from './addresses.ts'
import type { InteractionDeps } from './deps.ts'
import { labelOf, waysIn } from './ways-in.ts'

/** What brought the citizen back to the choice. */
export interface Failure {
  readonly error: GatewayError
  readonly upstream?: UpstreamId
  /** EntityID of the provider that they come from. */
  readonly idp?: string
  /** Of the request in which it happened; the present one unless said. */
  readonly requestId?: string
}

/** Where the same way in, taken once more, may well lead there. */
const worthAnotherTry: ReadonlySet<Sentence> = new Set(['timeout', 'consent', 'identity_type', 'idp_unknown_error'])

export const createAlert =
  (deps: InteractionDeps) =>
  (
    ctx: Ctx,
    login: LoginUnderWay,
    { error, upstream, idp, requestId }: Failure,
    { at, language }: { readonly at: Addresses; readonly language: Language },
  ): Alert => {
    const { sentence } = error.row
    const way = waysIn(deps, login.level).find(({ id }) => id === upstream)
    const choice = way?.choices({ level: login.level }).find((one) => one.idp === idp)
    // behind the eIDAS node stands a provider of another country: it, not the node, can help
    const provider = upstream === 'eidas' ? undefined : choice?.name
    const card = upstream === 'cie' && sentence === 'level'
    const again = way !== undefined && choice !== undefined && (card || worthAnotherTry.has(sentence))
    return {
      code: error.code,
      sentence,
      id: requestId ?? ctx.state.requestId,
      at: deps.now(),
      ...(upstream !== undefined && { upstream }),
      ...(provider !== undefined && { provider }),
      ...(sentence === 'identity_type' && {
        wants: login.client.purpose === undefined ? ('personal' as const) : ('professional' as const),
      }),
      ...(sentence === 'forgotten' && {
        restart: { href: login.client.initiateLoginUri, service: inLanguage(login.client.names, language) },
      }),
      ...(again && {
        retry: {
          href: at('begin', {
            upstream: way.id,
            idp: choice.idp,
            lang: language,
            ...(card && { level: '3' as const }),
          }),
          name: provider ?? labelOf(deps.region, way.id, language),
          card,
        },
      }),
    }
  }
