/** A login as the register keeps it. */
import { hash } from 'node:crypto'
import { fingerprintOf } from '../audit/line.ts'
import type { LoginRequest, LoginResponse, LoginTold } from '../audit/register/records.ts'
import type { Citizen } from '../citizen/citizen.ts'
import type { ErrorCode } from '../errors.ts'
import type { Ctx } from '../http/request-context.ts'
import type { Outcome, Pending } from '../upstream/upstream.ts'
import type { StoredOutcome } from './login-state.ts'

export type Answer = Extract<Outcome, { kind: 'verified' | 'refused' }>

/** What its request and its answer have in common. */
export const loginFacts = (ctx: Ctx, pending: Pending): Omit<LoginRequest, 'kind' | 'result' | 'message'> => ({
  support: ctx.state.requestId,
  clientAddress: ctx.state.clientAddress,
  tenant: pending.tenant,
  client: pending.clientId,
  login: fingerprintOf(pending.uid),
  upstream: pending.upstream,
  ...(pending.idp === undefined ? {} : { idp: pending.idp.entityId }),
  entityId: pending.entityId,
  requestId: pending.requestId,
  requestIssueInstant: new Date(pending.issuedAt).toISOString(),
  levelAsked: pending.level,
})

/** The end of a login whose answer had been taken: what the citizen reads now. */
export const toldRecord = (
  ctx: Ctx,
  { tenant, clientId, uid, upstream }: StoredOutcome,
  result: ErrorCode,
): LoginTold => ({
  kind: 'login.told',
  support: ctx.state.requestId,
  clientAddress: ctx.state.clientAddress,
  tenant,
  client: clientId,
  login: fingerprintOf(uid),
  upstream,
  result,
})

/** Characters that are kept of what nobody signed for: anybody can have sent it, and there are long disks to fill. */
const MOST = 32 * 1024

const messageOf = (message: string | undefined, authenticated: boolean) => {
  if (message === undefined) return {}
  if (authenticated || message.length <= MOST) return { message }
  const messageHash = hash('sha256', message, 'base64url')
  return { message: message.slice(0, MOST), messageLength: message.length, messageHash }
}

const personOf = ({ upstream, fiscalNumber, spidCode }: Citizen) => {
  if (fiscalNumber !== undefined) return { person: fiscalNumber }
  return upstream === 'eidas' && spidCode !== undefined ? { person: `eidas:${spidCode}` } : {}
}

/** `result`: where it was verified and refused all the same, why. */
export const responseRecord = (
  ctx: Ctx,
  pending: Pending,
  answer: Answer,
  result?: LoginResponse['result'],
): LoginResponse => {
  const { response, request: _, ...said } = answer.evidence
  const authenticated = answer.kind === 'verified' || answer.authenticated
  const verified = answer.kind === 'verified' ? answer.citizen : undefined
  return {
    kind: 'login.response',
    ...loginFacts(ctx, pending),
    ...(verified && { levelReached: verified.level, ...personOf(verified) }),
    // a card's authority
    ...(pending.idp === undefined && verified && { idp: verified.idp }),
    ...said,
    authenticated,
    result: result ?? (answer.kind === 'verified' ? 'verified' : answer.error.code),
    ...messageOf(response, authenticated),
  }
}
