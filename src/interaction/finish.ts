/**
 * Where the answer and the browser that began meet. It takes both: the handle (once, 120 seconds) and the interaction
 * cookie, and all four ids must be the same. So who begins a login and lures a victim through it gets nothing.
 */
import { GatewayError } from '../errors.ts'
import { inLanguage } from '../http/pages.ts'
import type { Ctx } from '../http/request-context.ts'
import type { Completed, LoginUnderWay } from '../oidc/logins.ts'
import type { InteractionDeps } from './deps.ts'
import type { createLoginPage } from './login-page.ts'
import { toldRecord } from './login-record.ts'
import type { LoginState } from './login-state.ts'

export const createFinish = (
  deps: InteractionDeps,
  state: LoginState,
  loginPage: ReturnType<typeof createLoginPage>,
) => {
  const { tenant, oidc, audit, pages, register } = deps

  /** Without an outcome: a page loaded again, or too late. Whose login goes on, as after a failure, goes on choosing. */
  const lost = async (ctx: Ctx, uid: string): Promise<void> => {
    const finishedFor = await state.finished.clientOf(uid)
    const clientId = finishedFor ?? ctx.query.c
    if (typeof clientId === 'string') ctx.state.clientId = clientId
    if (finishedFor !== undefined) throw new GatewayError('saml_response_already_used')
    const login = await oidc.loginUnderWay(ctx.req, ctx.res)
    if (login?.uid !== uid) throw new GatewayError('login_result_unknown')
    ctx.status = 303
    ctx.redirect(`${tenant.issuer}/login/${uid}?${new URLSearchParams({ c: login.client.id })}`)
  }

  /** At a shared computer: who comes after somebody is told that they were still logged in. */
  const farewellToAnother = (ctx: Ctx, { client, uiLocales }: LoginUnderWay, next: string): void => {
    const language = ctx.state.language ?? pages.languageOf(ctx.req, tenant, uiLocales)
    const view = { step: 'switched', nextHref: next, service: inLanguage(client.names, language) } as const
    ctx.type = 'html'
    ctx.body = pages.render('logout', view, { tenant, language })
  }

  return async (ctx: Ctx, uid: string): Promise<void> => {
    const handle = typeof ctx.query.handle === 'string' ? ctx.query.handle : ''
    // together, for neither needs the other
    const asked = oidc.loginUnderWay(ctx.req, ctx.res)
    const [taken] = await Promise.allSettled([state.outcome.take(handle), asked])
    if (taken.status === 'rejected') throw taken.reason
    const outcome = taken.value
    if (outcome === undefined) return lost(ctx, uid)
    ctx.state.clientId = outcome.clientId
    if (outcome.language !== undefined) ctx.state.language = outcome.language

    const login = await asked.catch(async (error: unknown) => {
      if (error instanceof GatewayError) await register.write(toldRecord(ctx, outcome, error.code))
      throw error
    })
    if (
      outcome.tenant !== tenant.id ||
      outcome.uid !== uid ||
      login?.uid !== uid ||
      login.client.id !== outcome.clientId
    ) {
      // the outcome is gone: nobody can try it again
      audit({ type: 'login.cross_browser', tenant: tenant.id, uid })
      // a second window of a login that is over no longer has its cookie either; "another browser" would be untrue there
      const finished = (await state.finished.clientOf(uid)) !== undefined
      const code = finished ? 'saml_response_already_used' : 'login_browser_mismatch'
      await register.write(toldRecord(ctx, outcome, code))
      throw new GatewayError(code)
    }

    if ('error' in outcome.result) {
      const { error, ...from } = outcome.result
      await register.write(toldRecord(ctx, outcome, error))
      return loginPage(ctx, login, { error: new GatewayError(error), upstream: outcome.upstream, ...from })
    }
    const { citizen, session } = outcome.result
    const facts = { tenant: tenant.id, client: login.client.id, uid, upstream: outcome.upstream }
    let completed: Completed
    try {
      completed = await oidc.complete(ctx.req, ctx.res, citizen, session)
    } catch (error) {
      if (!(error instanceof GatewayError) || error.row.page !== 'choice') throw error
      // this service cannot take this person by this way in; another way may do
      audit({ type: 'login.refused', ...facts, idp: citizen.idp, code: error.code, authenticated: true })
      await register.write(toldRecord(ctx, outcome, error.code))
      return loginPage(ctx, login, { error, upstream: outcome.upstream })
    }
    await state.finished.put(uid, login.client.id)
    audit({ type: 'login.finished', ...facts, level: citizen.level })
    if (completed.another) return farewellToAnother(ctx, login, completed.next)
    ctx.status = 303
    ctx.redirect(completed.next)
  }
}
