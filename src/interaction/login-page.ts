/** The page where the citizen chooses a way in; also where an attempt that failed comes back to. */
import type { UpstreamId } from '../citizen/citizen.ts'
import type { GatewayError } from '../errors.ts'
import { inLanguage } from '../http/pages.ts'
import type { Ctx } from '../http/request-context.ts'
import type { LoginView } from '../http/views.ts'
import type { LoginUnderWay, Present } from '../oidc/logins.ts'
import { cookieName } from '../tenant/cookie-name.ts'
import type { Language } from '../tenant/tenant.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { InteractionDeps } from './deps.ts'
import { shuffled } from './shuffle.ts'

/** The scheme's own name, in every language. */
const names = { spid: 'SPID', cie: 'CIE', eidas: 'eIDAS' } as const

const A_YEAR = 365 * 24 * 3600

/** The upstreams that this tenant offers, that can reach the level and lead somewhere, in the region's order. */
export const waysIn = ({ tenant, region, upstreams }: InteractionDeps, level: LoginUnderWay['level']): Upstream[] =>
  region.methodOrder
    .filter((id) => tenant.methods[id])
    .flatMap((id) => upstreams.get(id) ?? [])
    .filter((upstream) => upstream.levels.some((reachable) => reachable >= level))
    // SPID has none as long as no list of its providers could be had
    .filter((upstream) => upstream.choices({ level }).length > 0)

const presentView = ({ name, obstacle }: Present, base: string): NonNullable<LoginView['present']> => ({
  ...(name !== undefined && { name }),
  ...(obstacle === undefined ? { continueHref: `${base}/continue` } : { obstacle }),
})

export const createLoginPage = (deps: InteractionDeps) => {
  const { tenant, region, pages } = deps

  const label = (id: UpstreamId, language: Language) =>
    id === 'cns' ? inLanguage(region.cnsLabel, language) : names[id]

  const methodsOf = (login: LoginUnderWay, base: string, language: Language): LoginView['methods'] =>
    waysIn(deps, login.level).map((upstream) => {
      const hrefOf = (idp: string | undefined, more: Readonly<Record<string, string>> = {}) =>
        `${base}/begin?${new URLSearchParams({ upstream: upstream.id, ...(idp === undefined ? {} : { idp }), lang: language, ...more })}`
      const entries = shuffled(upstream.choices({ level: login.level }), login.uid).map(({ name, idp }) => ({
        name,
        href: hrefOf(idp),
      }))
      const card = upstream.id === 'cie' && login.level < 3 ? { cardHref: hrefOf(undefined, { level: '3' }) } : {}
      return { id: upstream.id, label: label(upstream.id, language), entries, ...card }
    })

  /** `failure`: what brought the citizen back. The status is then the error's: never 200 with an error text. */
  return (
    ctx: Ctx,
    login: LoginUnderWay,
    failure?: { error: GatewayError; upstream?: UpstreamId; provider?: string | undefined },
  ): void => {
    const language = ctx.state.language ?? pages.languageOf(ctx.req, tenant, login.uiLocales)
    if (ctx.query.lang !== undefined) {
      const options = { path: tenant.mountPath || '/', maxAge: A_YEAR * 1000, sameSite: 'lax', httpOnly: true } as const
      ctx.cookies.set(cookieName(tenant, 'lang', 'tenant'), language, { ...options, signed: false })
    }
    const base = `${tenant.mountPath}/login/${login.uid}`
    const { row, code } = failure?.error ?? {}
    ctx.status = row?.status ?? 200
    ctx.type = 'html'
    ctx.body = pages.render(
      'login',
      {
        service: inLanguage(login.client.names, language),
        level: login.level,
        methods: methodsOf(login, base, language),
        claims: login.claims,
        ...(login.present && { present: presentView(login.present, base) }),
        needsFiscalNumber: login.client.claims.includes('fiscal_number'),
        cancelHref: code === undefined ? `${base}/abort` : `${base}/abort?after=${code}`,
        ...(row && code
          ? {
              alert: {
                code,
                sentence: row.sentence,
                id: ctx.state.requestId,
                ...(failure?.upstream === undefined ? {} : { upstream: failure.upstream }),
                // behind the eIDAS node stands a provider of another country: it, not the node, can help
                ...(failure?.provider === undefined || failure.upstream === 'eidas'
                  ? {}
                  : { provider: failure.provider }),
              },
            }
          : {}),
      },
      // another language is asked for with the same alert above the choice
      { tenant, language, sameAt: code === undefined ? base : `${base}?after=${code}` },
    )
  }
}
