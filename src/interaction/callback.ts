/**
 * The upstream's answer. It comes cross-site and without cookies, so it logs nobody in: what was verified is stored under
 * a fresh handle that appears nowhere but in the redirect to the browser that delivered the answer.
 */
import type { UpstreamId } from '../citizen/citizen.ts'
import { GatewayError } from '../errors.ts'
import { readForm } from '../http/form-body.ts'
import type { Ctx } from '../http/request-context.ts'
import { isLanguage } from '../tenant/tenant.ts'
import { runStrategy } from '../upstream/run-strategy.ts'
import type { Pending, UpstreamRequest } from '../upstream/upstream.ts'
import { serviceProviderOf } from './begin.ts'
import type { InteractionDeps } from './deps.ts'
import { type Answer, responseRecord } from './login-record.ts'
import type { LoginState, StoredOutcome } from './login-state.ts'

/** Whose answers come to an address. The eIDAS node reads SPID's metadata and so answers there: docs/design/0002-eidas-acs.md. */
const answeredAt: Readonly<Record<AnswerAddress, readonly UpstreamId[]>> = {
  spid: ['spid', 'eidas'],
  cie: ['cie'],
  cns: ['cns'],
}

/** What an address names: `/saml/{spid|cie}/acs`, `/cns`. */
export type AnswerAddress = 'spid' | 'cie' | 'cns'

export const createCallback = (deps: InteractionDeps, state: LoginState) => {
  const { tenant, upstreams, signing, register, audit, now, randomId } = deps

  const factsOf = (pending: Pending) => ({
    tenant: pending.tenant,
    client: pending.clientId,
    uid: pending.uid,
    upstream: pending.upstream,
    ...(pending.idp === undefined ? {} : { idp: pending.idp.entityId }),
  })

  /** The pending login of a RelayState, if it is one of this tenant that is answered at this address. Throws `saml_relay_state_unknown`, `saml_response_already_used`. */
  const pendingOf = async (ctx: Ctx, relayState: string | undefined, at: AnswerAddress): Promise<Pending> => {
    const pending = relayState ? await state.pending.get(relayState) : undefined
    if (pending?.tenant === tenant.id && answeredAt[at].includes(pending.upstream)) {
      ctx.state.clientId = pending.clientId
      if (isLanguage(pending.language)) ctx.state.language = pending.language
      return pending
    }
    const usedBy = relayState ? await state.pending.usedBy(relayState) : undefined
    if (usedBy === undefined) throw new GatewayError(at === 'cns' ? 'cns_ticket_unknown' : 'saml_relay_state_unknown')
    ctx.state.clientId = usedBy
    throw new GatewayError('saml_response_already_used')
  }

  const verify = async (pending: Pending, request: UpstreamRequest): Promise<Answer> => {
    const upstream = upstreams.get(pending.upstream)
    if (upstream === undefined) throw new GatewayError('upstream_unknown')
    const outcome = await runStrategy(upstream.strategy(pending, serviceProviderOf(signing, pending)), request)
    if (outcome.kind === 'verified' || outcome.kind === 'refused') return outcome
    throw new GatewayError('internal_error', `an answer ended in ${outcome.kind}`)
  }

  /** Uses the pending login up. Throws `saml_response_already_used` for every answer but the first. */
  const useUp = async (pending: Pending, answer: Answer) => {
    if ((await state.pending.take(pending)) === undefined) throw new GatewayError('saml_response_already_used')
    if (answer.kind !== 'verified') return
    const { ids, until } = answer.replay
    for (const id of ids) {
      const ttl = Math.max(1, Math.ceil((until - now()) / 1000))
      if (!(await state.firstUse(answer.citizen.idp, id, ttl))) throw new GatewayError('saml_response_already_used')
    }
  }

  const passOn = async (ctx: Ctx, pending: Pending, result: StoredOutcome['result']) => {
    const handle = randomId()
    const { uid, clientId, upstream } = pending
    const { language } = ctx.state
    const known = language === undefined ? {} : { language }
    await state.outcome.put(handle, { tenant: tenant.id, uid, clientId, upstream, ...known, result })
    ctx.status = 303
    ctx.redirect(`${tenant.issuer}/login/${uid}/finish?${new URLSearchParams({ handle, c: clientId })}`)
  }

  /** The session that the provider keeps now, where it keeps one that can be ended. */
  const sessionOf = ({ upstream }: Pending, { citizen, logout }: Extract<Answer, { kind: 'verified' }>) => {
    const ends = upstreams.get(upstream)?.logout?.levels.includes(citizen.level)
    return ends && logout !== undefined ? { session: { upstream, ...logout } } : {}
  }

  const refuse = async (ctx: Ctx, pending: Pending, answer: Answer, { code, detail }: GatewayError) => {
    const authenticated = answer.kind === 'verified' || answer.authenticated
    await register.write(responseRecord(ctx, pending, answer, code))
    const why = detail === undefined ? {} : { detail }
    audit({ type: 'login.refused', ...factsOf(pending), code, authenticated, ...why })
  }

  const settle = async (ctx: Ctx, pending: Pending, answer: Answer) => {
    const facts = factsOf(pending)
    if (answer.kind === 'verified') {
      try {
        await useUp(pending, answer)
      } catch (error) {
        if (error instanceof GatewayError) await refuse(ctx, pending, answer, error)
        throw error
      }
      // the register has it before anything is issued: if it cannot be written, no login completes
      await register.write(responseRecord(ctx, pending, answer))
      audit({ type: 'login.returned', ...facts, level: answer.citizen.level })
      return passOn(ctx, pending, { citizen: answer.citizen, ...sessionOf(pending, answer) })
    }
    const { error, authenticated } = answer
    if (!authenticated && !(await state.pending.bears(pending.relayState))) {
      await state.pending.take(pending)
      throw error
    }
    await refuse(ctx, pending, answer, error)
    // An unsigned refusal only chooses the sentence: whoever sends one must not be able to spend the login.
    if (authenticated) await useUp(pending, answer)
    if (error.row.page !== 'choice') throw error
    return passOn(ctx, pending, { error: error.code, ...(pending.idp && { idp: pending.idp.entityId }) })
  }

  return {
    /** POST `/saml/{spid|cie}/acs`. */
    assertionConsumer: async (ctx: Ctx, at: Exclude<AnswerAddress, 'cns'>): Promise<void> => {
      if (!answeredAt[at].some((id) => upstreams.has(id))) throw new GatewayError('page_not_found')
      const fields = await readForm(ctx.req)
      const pending = await pendingOf(ctx, fields.RelayState, at)
      await settle(ctx, pending, await verify(pending, { step: 'form', now: now(), fields }))
    },

    /** GET `/cns?ticket=…` on the listener that asked for a card. A ticket is spent by whatever card is shown; without one it waits. */
    card: async (ctx: Ctx): Promise<void> => {
      const ticket = typeof ctx.query.ticket === 'string' ? ctx.query.ticket : undefined
      const pending = await pendingOf(ctx, ticket, 'cns')
      const chain = ctx.state.clientCertificate ?? []
      await settle(ctx, pending, await verify(pending, { step: 'certificate', now: now(), chain }))
    },
  }
}
