/** The citizen has chosen: a pending login is stored under a fresh RelayState and the browser goes to the upstream. */
import type { Level } from '../citizen/assurance.ts'
import { GatewayError } from '../errors.ts'
import { neighbourhoodOf } from '../http/networks.ts'
import type { Ctx } from '../http/request-context.ts'
import { allowFormTo } from '../http/security-headers.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import type { Language } from '../tenant/tenant.ts'
import { runStrategy } from '../upstream/run-strategy.ts'
import type { Pending, ServiceProvider, Upstream } from '../upstream/upstream.ts'
import type { InteractionDeps } from './deps.ts'
import { loginFacts } from './login-record.ts'
import type { LoginState } from './login-state.ts'
import { waysIn } from './ways-in.ts'

export interface Wanted {
  readonly upstream: string
  readonly idp: string | undefined
  /** Higher than the service asks: the citizen would rather read the card. */
  readonly level?: Level
}

export const createBegin = (deps: InteractionDeps, state: LoginState) => {
  const { tenant, pages, audit, now, randomId, register, signing } = deps

  const registrationOf = (id: Upstream['id']) => (id === 'cie' || id === 'eidas' ? tenant[id] : tenant.spid)

  const pendingFor = (
    login: LoginUnderWay,
    upstream: Upstream,
    wanted: Wanted,
    level: Level,
    language: Language,
  ): Pending => {
    const resolved = upstream.resolve(wanted.idp)
    if (resolved === undefined) throw new GatewayError('idp_unknown')
    const { idp } = resolved
    const registration = registrationOf(upstream.id)
    if (registration === undefined) throw new GatewayError('upstream_not_allowed')
    const { entityId, acsUrl, attributeSets } = registration
    // CIE has one set and is always asked for all of it
    const attributeSet =
      upstream.id === 'spid' ? attributeSets.find(({ index }) => index === login.client.attributeSet) : attributeSets[0]
    if (attributeSet === undefined) throw new GatewayError('internal_error', 'tenant without an attribute set')
    return {
      relayState: randomId(),
      tenant: tenant.id,
      uid: login.uid,
      clientId: login.client.id,
      upstream: upstream.id,
      ...(idp === undefined ? {} : { idp }),
      entityId,
      acsUrl,
      level,
      attributeSet: { index: attributeSet.index, attributes: attributeSet.attributes },
      ...(login.client.purpose === undefined ? {} : { purpose: login.client.purpose }),
      language,
      requestId: `_${randomId()}`,
      issuedAt: now(),
    }
  }

  return async (ctx: Ctx, login: LoginUnderWay, wanted: Wanted): Promise<void> => {
    const level = Math.max(login.level, wanted.level ?? 1) as Level
    const upstream = waysIn(deps, level).find(({ id }) => id === wanted.upstream)
    if (upstream === undefined) throw new GatewayError('upstream_not_allowed')
    // of a way in with one provider, the address names none
    if (deps.isPaused(upstream.id, upstream.resolve(wanted.idp)?.idp?.entityId))
      throw new GatewayError('upstream_paused')
    if (!(await state.mayBegin(login.uid))) throw new GatewayError('too_many_requests')
    const language = pages.languageOf(ctx.req, tenant, login.uiLocales)
    const pending = pendingFor(login, upstream, wanted, level, language)
    const strategy = upstream.strategy(pending, serviceProviderOf(signing, pending))
    const outcome = await runStrategy(strategy, { step: 'begin', now: pending.issuedAt })
    const idp = pending.idp === undefined ? {} : { idp: pending.idp.entityId }
    const facts = { tenant: tenant.id, client: login.client.id, uid: login.uid, upstream: upstream.id, ...idp }
    if (outcome.kind !== 'redirect' && outcome.kind !== 'form') {
      throw outcome.kind === 'refused' ? outcome.error : new GatewayError('internal_error', 'verified before asking')
    }

    await state.pending.put(pending)
    await register.write({
      kind: 'login.request',
      ...loginFacts(ctx, pending),
      result: 'sent',
      ...(outcome.evidence.request === undefined ? {} : { message: outcome.evidence.request }),
    })
    audit({ type: 'login.sent', ...facts, level: pending.level })
    deps.departed(upstream.id, pending.idp?.entityId, neighbourhoodOf(ctx.state.clientAddress).far)

    if (outcome.kind === 'redirect') {
      ctx.status = 302
      ctx.redirect(outcome.url)
      return
    }
    // the provider may send the browser on to other hosts of its own
    allowFormTo(ctx.res, [new URL(outcome.action).origin, 'https:'])
    const to = upstream.choices({ level: login.level }).find((choice) => choice.idp === wanted.idp)?.name ?? ''
    ctx.type = 'html'
    ctx.body = pages.render('post', { action: outcome.action, fields: outcome.fields, to }, { tenant, language })
  }
}

/** What the tenant is towards the upstream, as it was when the login began. */
export const serviceProviderOf = (signing: InteractionDeps['signing'], pending: Pending): ServiceProvider => {
  const identity = signing[pending.upstream]
  return {
    entityId: pending.entityId,
    acsUrl: pending.acsUrl,
    attributeSet: pending.attributeSet,
    ...(identity === undefined ? {} : { signing: identity }),
  }
}
