/**
 * Single logout by SAML (docs/rules/spid-saml.md section 6): a provider ends what its session opened here, and always gets
 * an answer; and a citizen who leaves is led past the providers that keep a session, then to where the service wants them.
 */
import type { LogoutMessage } from '../audit/register/records.ts'
import type { UpstreamId } from '../citizen/citizen.ts'
import { GatewayError } from '../errors.ts'
import { readForm } from '../http/form-body.ts'
import { inLanguage } from '../http/pages.ts'
import type { Ctx } from '../http/request-context.ts'
import { allowFormTo } from '../http/security-headers.ts'
import type { ProviderSession } from '../oidc/provider-sessions.ts'
import type { Language } from '../tenant/tenant.ts'
import type { LogoutRequest, LogoutResponse, LogoutSender, Sent, SingleLogout } from '../upstream/upstream.ts'
import type { InteractionDeps } from './deps.ts'
import type { Leaving, LoginState } from './login-state.ts'

export const createSingleLogout = (deps: InteractionDeps, state: LoginState) => {
  const { tenant, oidc, upstreams, signing, register, pages, audit, now, randomId } = deps

  const registrationOf = (upstream: UpstreamId) => (upstream === 'cie' ? tenant.cie : tenant.spid)

  const senderOf = (upstream: UpstreamId): LogoutSender => {
    const identity = signing[upstream]
    if (identity === undefined) throw new GatewayError('internal_error', `no signing key for ${upstream}`)
    return { entityId: registrationOf(upstream).entityId, signing: identity, id: `_${randomId()}`, now: now() }
  }

  const record = (
    ctx: Ctx,
    upstream: UpstreamId,
    facts: Pick<LogoutMessage, 'kind' | 'idp' | 'requestId' | 'responseId' | 'result' | 'message'>,
  ) =>
    register.write({
      tenant: tenant.id,
      upstream,
      entityId: registrationOf(upstream).entityId,
      support: ctx.state.requestId,
      clientAddress: ctx.state.clientAddress,
      ...facts,
    })

  /** By a redirect, or by a page that posts itself. */
  const send = (ctx: Ctx, upstream: UpstreamId, idp: string, sent: Sent, uiLocales?: string): void => {
    if (sent.kind === 'redirect') {
      // 303: what came by POST goes on as GET
      ctx.status = 303
      ctx.redirect(sent.url)
      return
    }
    allowFormTo(ctx.res, [new URL(sent.action).origin, 'https:'])
    const choices = upstreams.get(upstream)?.choices({ level: 1 })
    const to = choices?.find((choice) => choice.idp === idp)?.name ?? new URL(sent.action).hostname
    ctx.type = 'html'
    ctx.body = pages.render(
      'post',
      { action: sent.action, fields: sent.fields, to },
      { tenant, language: pages.languageOf(ctx.req, tenant, uiLocales) },
    )
  }

  const servicesOf = (clients: readonly string[], language: Language) =>
    tenant.clients
      .filter(({ id }) => clients.includes(id))
      .map(({ names, url }) => ({ name: inLanguage(names, language), href: url }))

  const farewell = (ctx: Ctx, { url, uiLocales, partial, untold = [] }: Omit<Leaving, 'sessions'>): void => {
    if (url !== undefined && !partial) {
      ctx.status = 303
      ctx.redirect(url)
      return
    }
    const view = partial
      ? ({ step: 'partial', ...(url === undefined ? {} : { backHref: url }) } as const)
      : ({ step: 'done' } as const)
    const language = pages.languageOf(ctx.req, tenant, uiLocales)
    ctx.type = 'html'
    ctx.body = pages.render('logout', { ...view, services: servicesOf(untold, language) }, { tenant, language })
  }

  /** Our request to the provider of this session; `undefined` when it cannot be asked. */
  const requestFor = (session: ProviderSession): { sender: LogoutSender; sent: Sent } | undefined => {
    const logout = upstreams.get(session.upstream)?.logout
    const sender = logout && senderOf(session.upstream)
    const sent = sender && logout.request(session, sender)
    return sent && { sender, sent }
  }

  /** The session here has ended: on to the next provider that keeps one, or to the end. */
  const leave = async (ctx: Ctx, { sessions: [session, ...rest], ...leaving }: Leaving): Promise<void> => {
    if (session === undefined) return farewell(ctx, leaving)
    const request = requestFor(session)
    // a provider that cannot be asked stays connected: that is to be said
    if (request === undefined) return leave(ctx, { ...leaving, sessions: rest, partial: true })
    const { sender, sent } = request
    const { idp, upstream } = session
    await state.logout.put(sender.id, { idp, upstream, leaving: { ...leaving, sessions: rest } })
    const message = sent.evidence.request ?? ''
    await record(ctx, upstream, { kind: 'logout.request', idp, requestId: sender.id, result: 'sent', message })
    audit({ type: 'logout.sent', tenant: tenant.id, upstream, idp })
    send(ctx, upstream, idp, sent, leaving.uiLocales)
  }

  /** The provider asks. Whatever became of the session, it gets an answer. */
  const answer = async (ctx: Ctx, upstream: UpstreamId, logout: SingleLogout, request: LogoutRequest) => {
    const { id: requestId, idp, departure } = request
    if (!(await state.logout.firstRequest(idp, requestId))) throw new GatewayError('saml_response_already_used')
    await record(ctx, upstream, { kind: 'logout.request', idp, requestId, result: 'verified', message: request.xml })
    const ended = departure === undefined ? 0 : await oidc.endSessionsOf({ idp, ...departure })
    const facts = { tenant: tenant.id, upstream, idp }
    audit({ type: 'logout.received', ...facts, ended })

    const sender = senderOf(upstream)
    const sent = logout.respond(request, sender)
    if (sent === undefined) return farewell(ctx, { partial: false })
    const message = sent.evidence.request ?? ''
    const answered = { kind: 'logout.response', idp, requestId, responseId: sender.id, result: 'sent' } as const
    await record(ctx, upstream, { ...answered, message })
    audit({ type: 'logout.answered', ...facts })
    send(ctx, upstream, idp, sent)
  }

  /** The provider answers a request of ours. */
  const arrived = async (
    ctx: Ctx,
    upstream: UpstreamId,
    { id, idp, inResponseTo = '', complete, xml }: LogoutResponse,
  ) => {
    const asked = await state.logout.get(inResponseTo)
    // looked at before it is taken: another provider's answer must not use it up
    const ours = asked?.idp === idp && asked.upstream === upstream
    const pending = ours ? await state.logout.take(inResponseTo) : undefined
    if (pending === undefined) throw new GatewayError('saml_in_response_to_mismatch')
    const facts = { kind: 'logout.response', idp, requestId: inResponseTo, responseId: id, result: 'verified' } as const
    await record(ctx, upstream, { ...facts, message: xml })
    audit({ type: 'logout.returned', tenant: tenant.id, upstream, idp, complete })
    const { leaving } = pending
    await leave(ctx, { ...leaving, partial: leaving.partial || !complete })
  }

  return {
    leave,
    servicesOf,

    /** What a page must be allowed to post to (CSP) when its form may end at these providers and come back from them. */
    formTargets: (sessions: readonly ProviderSession[]): readonly string[] => {
      const addresses = sessions.flatMap((session) => upstreams.get(session.upstream)?.logout?.addressOf(session) ?? [])
      // the provider may send the browser on to other hosts of its own
      return addresses.length === 0 ? [] : [...addresses.map((address) => new URL(address).origin), 'https:']
    },

    /** GET and POST `/saml/{upstream}/slo`. Throws `saml_logout_refused` for every message that cannot be believed: it gets no answer. */
    receive: async (ctx: Ctx, upstream: UpstreamId): Promise<void> => {
      const logout = upstreams.get(upstream)?.logout
      if (logout === undefined) throw new GatewayError('page_not_found')
      const received =
        ctx.method === 'POST'
          ? ({ binding: 'post', fields: await readForm(ctx.req) } as const)
          : ({ binding: 'redirect', query: ctx.querystring } as const)
      try {
        const message = logout.read(received, { destination: registrationOf(upstream).sloUrl, now: now() })
        if (message.kind === 'request') await answer(ctx, upstream, logout, message)
        else await arrived(ctx, upstream, message)
      } catch (error) {
        if (!(error instanceof GatewayError) || !error.code.startsWith('saml_')) throw error
        const { code, detail } = error
        audit({
          type: 'logout.refused',
          tenant: tenant.id,
          upstream,
          code,
          ...(detail === undefined ? {} : { detail }),
        })
        throw new GatewayError('saml_logout_refused', code, { cause: error })
      }
    },
  }
}
