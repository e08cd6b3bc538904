/** The page where the citizen chooses a way in; also where an attempt that failed comes back to. */
import { errorRow, GatewayError, isErrorCode } from '../errors.ts'
import { durationIn } from '../http/duration.ts'
import { inLanguage } from '../http/pages.ts'
import { phraseIn } from '../http/phrases.ts'
import type { Ctx } from '../http/request-context.ts'
import { isRequestId } from '../http/request-id.ts'
import { isInApp, isPhone } from '../http/user-agent.ts'
import type { LoginView } from '../http/views.ts'
import type { LoginUnderWay, Present } from '../oidc/logins.ts'
import { cookieName } from '../tenant/cookie-name.ts'
import type { Language } from '../tenant/tenant.ts'
import { type Addresses, addressesOf, type Wishes } from './addresses.ts'
import { createAlert, type Failure } from './alert.ts'
import type { InteractionDeps } from './deps.ts'
import { shuffled } from './shuffle.ts'
import { labelOf, waysIn } from './ways-in.ts'

const A_YEAR = 365 * 24 * 3600

const presentView = ({ name, obstacle }: Present, at: Addresses): NonNullable<LoginView['present']> => ({
  ...(name !== undefined && { name }),
  ...(obstacle === undefined ? { continueHref: at('continue') } : { obstacle }),
})

export const createLoginPage = (deps: InteractionDeps) => {
  const { tenant, region, pages, audit } = deps
  const alertOf = createAlert(deps)

  const methodsOf = (login: LoginUnderWay, at: Addresses, language: Language): LoginView['methods'] =>
    waysIn(deps, login.level).map((upstream) => {
      const hrefOf = (idp: string | undefined, more: Wishes = {}) =>
        at('begin', { upstream: upstream.id, idp, lang: language, ...more })
      const choices = upstream.choices({ level: login.level })
      const logos = pages.logosOf(choices.map(({ idp }) => idp))
      const entries = shuffled(choices, login.uid).map(({ name, idp }) => {
        const logoHref = logos?.get(idp ?? '')
        return {
          name,
          href: hrefOf(idp),
          // it stays in the list, which must be complete
          troubled: deps.isPaused(upstream.id, idp) || deps.standing(idp ?? upstream.id) === 'trouble',
          ...(logoHref !== undefined && { logoHref }),
        }
      })
      const card = upstream.id === 'cie' && login.level < 3 ? { cardHref: hrefOf(undefined, { level: '3' }) } : {}
      const open = upstream.id === 'spid' && login.idpHint === 'spid'
      return { id: upstream.id, label: labelOf(region, upstream.id, language), entries, ...card, ...(open && { open }) }
    })

  /** `failure`: what brought the citizen back. The status is then the error's: never 200 with an error text. */
  return (ctx: Ctx, login: LoginUnderWay, failure?: Failure): void => {
    const language = ctx.state.language ?? pages.languageOf(ctx.req, tenant, login.uiLocales)
    if (ctx.query.lang !== undefined) rememberLanguage(ctx, language)
    const at = addressesOf(tenant, login)
    const alert = failure && alertOf(ctx, login, failure, { at, language })
    const { otherAccess } = login.client
    ctx.status = failure?.error.row.status ?? 200
    if (failure !== undefined && failure.requestId === undefined) {
      const { code } = failure.error
      audit({
        type: 'request.refused',
        tenant: tenant.id,
        client: login.client.id,
        uid: login.uid,
        code,
        status: ctx.status,
      })
    }
    ctx.type = 'html'
    ctx.body = pages.render(
      'login',
      {
        service: inLanguage(login.client.names, language),
        ...(tenant.branding.text !== undefined && { text: phraseIn(tenant.branding.text, language) }),
        level: login.level,
        methods: methodsOf(login, at, language),
        claims: login.claims,
        ...(login.renewableFor !== undefined && { renewableFor: durationIn(login.renewableFor, language) }),
        ...(login.present && { present: presentView(login.present, at) }),
        needsFiscalNumber: login.client.claims.includes('fiscal_number'),
        ...(otherAccess !== undefined && {
          other: { label: phraseIn(otherAccess.label, language), href: at('other') },
        }),
        phone: isPhone(ctx.req.headers),
        // not this address: its login belongs to this browser
        ...(isInApp(ctx.req.headers) && { beginAt: login.client.initiateLoginUri }),
        cancelHref: at('abort', alert && { after: alert.code }),
        ...(alert !== undefined && { alert }),
      },
      {
        tenant,
        language,
        helpHref: at('help', { lang: language }),
        // another language is asked for with the same alert above the choice
        sameAt: at(undefined, failure && alert && againAfter(failure, alert.id)),
      },
    )
  }

  function rememberLanguage(ctx: Ctx, language: Language): void {
    const options = { path: tenant.mountPath || '/', maxAge: A_YEAR * 1000, sameSite: 'lax', httpOnly: true } as const
    ctx.cookies.set(cookieName(tenant, 'lang', 'tenant'), language, { ...options, signed: false })
  }
}

/** Everything that the alert is made from, by ids that mean nothing elsewhere. */
const againAfter = ({ error, upstream, idp }: Failure, request: string): Wishes => ({
  after: error.code,
  request,
  from: upstream,
  idp,
})

/** The failure that such an address speaks of; undefined for anything else. What it names must be on the page. */
export const failureIn = (ctx: Ctx, deps: InteractionDeps, level: LoginUnderWay['level']): Failure | undefined => {
  const { after, from, idp, request } = ctx.query
  if (!isErrorCode(after) || errorRow(after).page !== 'choice') return undefined
  const upstream = waysIn(deps, level).find(({ id }) => id === from)
  const choice = upstream?.choices({ level }).find((one) => one.idp === idp)
  return {
    error: new GatewayError(after),
    ...(upstream && { upstream: upstream.id }),
    ...(choice?.idp !== undefined && { idp: choice.idp }),
    ...(isRequestId(request) && { requestId: request }),
  }
}
