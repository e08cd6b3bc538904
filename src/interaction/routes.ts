/** The addresses of a login below its tenant, in the order in which a browser meets them. */
import { GatewayError } from '../errors.ts'
import { browserOf } from '../http/browser.ts'
import type { Ctx } from '../http/request-context.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import { createAbort } from './abort.ts'
import { createBegin, type Wanted } from './begin.ts'
import { createCallback } from './callback.ts'
import type { InteractionDeps } from './deps.ts'
import { createFinish } from './finish.ts'
import { createHelp } from './help.ts'
import { createLoginPage, failureIn } from './login-page.ts'
import { loginState } from './login-state.ts'
import { createOther } from './other.ts'
import { isForgotten } from './patience.ts'
import { createSingleLogout } from './single-logout.ts'
import { isOutOfReach, waysIn } from './ways-in.ts'

const LOGIN = /^\/login\/([\w-]+)(?:\/(begin|continue|finish|abort|other|help))?$/
const SAML = /^\/saml\/(spid|cie)\/(acs|slo)$/

/** OpenID Connect Core Error Code unmet_authentication_requirements 1.0. */
const UNMET = 'unmet_authentication_requirements'

const unlessLost = (error: unknown): undefined => {
  if (!(error instanceof GatewayError)) throw error
}

export const createInteractionRoutes = (deps: InteractionDeps) => {
  const { tenant, oidc, audit, records, now } = deps
  const https = tenant.issuer.startsWith('https:')
  const state = loginState(records, tenant.lifetimes.interaction)
  const loginPage = createLoginPage(deps)
  const begin = createBegin(deps, state)
  const callback = createCallback(deps, state)
  const finish = createFinish(deps, state, loginPage)
  const abort = createAbort(deps)
  const other = createOther(deps)
  const help = createHelp(deps)
  const singleLogout = createSingleLogout(deps, state)

  /** The login that this browser's cookie and this path name together. Throws `interaction_expired`, `saml_response_already_used`. */
  const loginOf = async (ctx: Ctx, uid: string): Promise<LoginUnderWay> => {
    // for the page, should the login be refused for what the tenant's file says now
    if (typeof ctx.query.c === 'string') ctx.state.clientId = ctx.query.c
    const login = await oidc.loginUnderWay(ctx.req, ctx.res)
    if (login?.uid === uid) {
      ctx.state.clientId = login.client.id
      return login
    }
    const finishedFor = await state.finished.clientOf(uid)
    const clientId = finishedFor ?? ctx.query.c
    if (typeof clientId === 'string') ctx.state.clientId = clientId
    if (finishedFor !== undefined) throw new GatewayError('saml_response_already_used')
    // a browser that began anything here has a name, for as long as it is open and keeps cookies
    throw new GatewayError(browserOf(ctx.req, https) ? 'interaction_expired' : 'browser_unknown')
  }

  /** Where a client's `idp_hint` leads: a provider's entityID, or `cie`, `cns`, `eidas`. Unknown ones lead to the page. */
  const hinted = ({ idpHint, level, present }: LoginUnderWay): Wanted | undefined => {
    // who may go on as they are is asked first
    if (idpHint === undefined || (present !== undefined && present.obstacle === undefined)) return undefined
    const choices = waysIn(deps, level).flatMap((upstream) => upstream.choices({ level }))
    const choice = choices.find(({ upstream, idp }) => idp === idpHint || (upstream !== 'spid' && upstream === idpHint))
    return choice && { upstream: choice.upstream, idp: choice.idp }
  }

  const leave = (ctx: Ctx, next: string): void => {
    ctx.status = 303
    ctx.redirect(next)
  }

  const page = async (ctx: Ctx, login: LoginUnderWay): Promise<void> => {
    if (isOutOfReach(deps, login.level)) return leave(ctx, await oidc.refuse(ctx.req, ctx.res, UNMET))
    const failure = failureIn(ctx, deps, login.level)
    if (failure !== undefined) return loginPage(ctx, login, failure)
    const wanted = hinted(login)
    if (wanted && (await state.hintOnce(login.uid))) return begin(ctx, login, wanted)
    audit({ type: 'login.started', tenant: tenant.id, client: login.client.id, uid: login.uid, level: login.level })
    loginPage(ctx, login)
  }

  /** The service may no longer know what it asked. Throws `service_state_expired`, once in a login. */
  const warnOfLateness = async (login: LoginUnderWay): Promise<void> => {
    if (isForgotten(login, now()) && (await state.warnOnce(login.uid))) throw new GatewayError('service_state_expired')
  }

  const chosen = async (ctx: Ctx, login: LoginUnderWay): Promise<void> => {
    const { upstream, idp, level } = ctx.query
    try {
      await warnOfLateness(login)
      const card = level === '3' ? { level: 3 as const } : {}
      await begin(ctx, login, { upstream: String(upstream), idp: typeof idp === 'string' ? idp : undefined, ...card })
    } catch (error) {
      if (!(error instanceof GatewayError) || error.row.page !== 'choice') throw error
      loginPage(ctx, login, { error })
    }
  }

  /** Who is logged in goes on to the service. */
  const goOn = async (ctx: Ctx, login: LoginUnderWay): Promise<void> => {
    // the policy would ask again anyway; this saves the round
    if (login.present === undefined || login.present.obstacle !== undefined) return loginPage(ctx, login)
    try {
      await warnOfLateness(login)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      return loginPage(ctx, login, { error })
    }
    const next = await oidc.proceed(ctx.req, ctx.res)
    await state.finished.put(login.uid, login.client.id)
    leave(ctx, next)
  }

  /** Answers and resolves `true`, or resolves `false` for paths that are not of a login. */
  return {
    /** What is left to do when a session here has ended. */
    leave: singleLogout.leave,
    logoutTargets: singleLogout.formTargets,
    servicesOf: singleLogout.servicesOf,

    regional: async (ctx: Ctx, path: string): Promise<boolean> => {
      const [, uid, step] = LOGIN.exec(path) ?? []
      if (uid !== undefined) {
        // HEAD shows a page; it must not take a step
        if (ctx.method !== 'GET' && (ctx.method !== 'HEAD' || (step !== undefined && step !== 'help')))
          throw new GatewayError('method_not_allowed')
        if (step === 'finish') await finish(ctx, uid)
        else if (step === 'begin') await chosen(ctx, await loginOf(ctx, uid))
        else if (step === 'continue') await goOn(ctx, await loginOf(ctx, uid))
        else if (step === 'abort') await abort(ctx, await loginOf(ctx, uid))
        else if (step === 'other') await other(ctx, await loginOf(ctx, uid))
        // read also when the login is over: there is just no way back to it
        else if (step === 'help') help(ctx, await loginOf(ctx, uid).catch(unlessLost))
        else await page(ctx, await loginOf(ctx, uid))
        return true
      }
      if (path === '/help') {
        if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new GatewayError('method_not_allowed')
        help(ctx, undefined)
        return true
      }
      const [, upstream, service] = SAML.exec(path) ?? []
      if (upstream === undefined) return false
      const reads = service === 'slo' ? ['GET', 'POST'] : ['POST']
      if (!reads.includes(ctx.method)) throw new GatewayError('method_not_allowed')
      if (service === 'slo') await singleLogout.receive(ctx, upstream as 'spid' | 'cie')
      else await callback.assertionConsumer(ctx, upstream as 'spid' | 'cie')
      return true
    },

    /** On the card listener there is one address only. */
    card: async (ctx: Ctx, path: string): Promise<boolean> => {
      if (path !== '/cns') return false
      if (ctx.method !== 'GET') throw new GatewayError('method_not_allowed')
      await callback.card(ctx)
      return true
    },
  }
}
