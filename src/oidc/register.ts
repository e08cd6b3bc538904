/**
 * One record for each answer of the provider that counts, written before the answer leaves: a code that the register does
 * not know is never given to anybody. Of codes, tokens, `state` and `nonce` only the SHA-256.
 */
import { hash } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import { fingerprintOf } from '../audit/line.ts'
import type { Authorization, EndSession, Revocation, TokenRequest, UserInfoRequest } from '../audit/register/records.ts'
import type { Register } from '../audit/register/register.ts'
import { GatewayError } from '../errors.ts'

type Refusal = Error & { readonly error_detail?: string }
type Answered = Authorization | TokenRequest | UserInfoRequest | Revocation

/** Characters of what came with a request: a form may be longer than anything that means something. */
const LONGEST = 2048
/** The same where it was refused: anybody can have sent it, as often as the limits let him. */
const LONGEST_REFUSED = 256

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : undefined
const shorter = <T extends object>(facts: T): T =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, LONGEST_REFUSED) : value,
    ]),
  ) as T
/** What is compared later is what came: the whole of it. */
const hashOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? hash('sha256', value, 'base64url') : undefined

/** Without what is not there. */
const known = <T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

export const createOidcRecords = (
  provider: Provider,
  {
    tenant,
    register,
    renderFailure,
  }: {
    tenant: string
    register: Register
    /** The page of an answer that could not be recorded. */
    renderFailure: (ctx: KoaContextWithOIDC) => string
  },
) => {
  const refusals = new WeakMap<KoaContextWithOIDC, string>()
  const answers = new WeakMap<KoaContextWithOIDC, object>()
  /** Refused for what had been issued: brought twice, too late, by another, without its proof. */
  const aboutIssued = new WeakSet<KoaContextWithOIDC>()
  provider.on('authorization.success', (ctx, answer = {}) => void answers.set(ctx, answer))
  for (const event of ['authorization.error', 'grant.error', 'userinfo.error', 'revocation.error'])
    (provider as EventEmitter).on(event, (ctx: KoaContextWithOIDC, { message, error_detail }: Refusal) => {
      refusals.set(ctx, message)
      if (message === 'invalid_grant' && !/^(authorization code|refresh token) not found$/.test(error_detail ?? ''))
        aboutIssued.add(ctx)
    })
  provider.on('server_error', (ctx) => void refusals.set(ctx, 'server_error'))

  const authorization = (ctx: KoaContextWithOIDC, answered: boolean): Partial<Authorization> => {
    const { params = {}, session, entities } = ctx.oidc
    const { code } = (answers.get(ctx) ?? {}) as { readonly code?: string }
    return {
      kind: 'oidc.authorization',
      ...known({
        login: entities.Interaction && fingerprintOf(entities.Interaction.uid),
        session: session && hashOf(session.uid),
        redirectUri: text(params.redirect_uri),
        scope: text(params.scope),
        claims: text(params.claims),
        acrAsked: text(params.acr_values),
        acr: answered ? ctx.oidc.acr : undefined,
        sub: answered ? session?.accountId : undefined,
        code: hashOf(code),
        state: hashOf(params.state),
        nonce: hashOf(params.nonce),
      }),
    }
  }

  const token = (ctx: KoaContextWithOIDC): Partial<TokenRequest> => {
    const { params = {}, client, entities } = ctx.oidc
    const issued = (ctx.body ?? {}) as Readonly<Record<string, unknown>>
    return {
      kind: 'oidc.token',
      ...known({
        grantType: text(params.grant_type),
        clientAuthentication: client?.clientAuthMethod,
        redirectUri: text(params.redirect_uri),
        scope: text(issued.scope) ?? text(params.scope),
        acr: (entities.AuthorizationCode ?? entities.RefreshToken)?.acr,
        sub: entities.Account?.accountId,
        code: hashOf(params.code),
        jti: hashOf(entities.AccessToken?.jti),
        idToken: hashOf(issued.id_token),
        refreshToken: hashOf(issued.refresh_token),
      }),
    }
  }

  const userinfo = ({ oidc, body }: KoaContextWithOIDC, answered: boolean): Partial<UserInfoRequest> => ({
    kind: 'oidc.userinfo',
    ...known({
      jti: hashOf(oidc.entities.AccessToken?.jti),
      scope: oidc.entities.AccessToken?.scope,
      sub: oidc.entities.Account?.accountId,
      released: answered && typeof body === 'object' && body !== null ? Object.keys(body) : undefined,
    }),
  })

  const revocation = ({ oidc: { params = {}, entities } }: KoaContextWithOIDC): Partial<Revocation> => {
    const found = entities.AccessToken ?? entities.RefreshToken
    return {
      kind: 'oidc.revocation',
      ...known({ tokenKind: found?.kind, jti: hashOf(found?.jti ?? params.token), sub: found?.accountId }),
    }
  }

  const aboutAnswer = (ctx: KoaContextWithOIDC, answered: boolean): Partial<Answered> | undefined => {
    const { route } = ctx.oidc
    if (route === 'authorization' || route === 'resume')
      // neither answered nor refused: the citizen is sent to the login page
      return answers.has(ctx) || !answered ? authorization(ctx, answered) : undefined
    if (route === 'token') return token(ctx)
    if (route === 'userinfo') return userinfo(ctx, answered)
    return route === 'revocation' ? revocation(ctx) : undefined
  }

  const grantOf = ({ oidc: { entities } }: KoaContextWithOIDC): string | undefined =>
    entities.Grant?.jti ??
    entities.AccessToken?.grantId ??
    entities.AuthorizationCode?.grantId ??
    entities.RefreshToken?.grantId

  const received = (req: IncomingMessage, res: ServerResponse) => ({
    tenant,
    support: String(res.getHeader('X-Request-Id')),
    // the origin middleware set it: the browser's, or that of a service's server
    clientAddress: String(req.headers['x-forwarded-for']),
  })

  /** A client without a secret is named by whoever likes to; nothing that was ever issued shows that it was the client. */
  const isNobodys = (ctx: KoaContextWithOIDC): boolean => {
    const { route, client, entities } = ctx.oidc
    if (client?.clientAuthMethod !== 'none' || (route !== 'token' && route !== 'revocation')) return false
    const { AuthorizationCode, RefreshToken, AccessToken } = entities
    return (AuthorizationCode ?? RefreshToken ?? AccessToken) === undefined && !aboutIssued.has(ctx)
  }

  /** Who names no client of this tenant is nobody: there is nothing to record, and no way to fill the disk. */
  const recordOf = (ctx: KoaContextWithOIDC): Answered | undefined => {
    const client = ctx.oidc?.client?.clientId
    const error = refusals.get(ctx)
    const about = client === undefined ? undefined : aboutAnswer(ctx, error === undefined)
    if (client === undefined || about === undefined || isNobodys(ctx)) return undefined
    const grant = hashOf(grantOf(ctx))
    const facts = { ...received(ctx.req, ctx.res), client, result: error ?? 'success', ...(grant && { grant }) }
    return { ...(error === undefined ? about : shorter(about)), ...facts } as Answered
  }

  provider.use(async (ctx, next) => {
    await next()
    const context = ctx as KoaContextWithOIDC
    const record = recordOf(context)
    if (record === undefined) return
    try {
      await register.write(record)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      // what was made for this answer stays behind, and nobody ever learns its name
      ctx.remove('Location')
      ctx.status = error.row.status
      ctx.set('Retry-After', String(error.retryAfter))
      if (ctx.accepts('json', 'html') === 'html') {
        ctx.type = 'html'
        ctx.body = renderFailure(context)
      } else {
        ctx.body = { error: 'temporarily_unavailable', error_description: error.code }
      }
    }
  })

  return {
    /** A service or a citizen ended a session, or asked for it. Nothing is kept of who has no session and names no client. */
    endSession: async (
      req: IncomingMessage,
      res: ServerResponse,
      { result, client, sub, url }: LogoutFacts,
    ): Promise<void> => {
      if (result === 'no session' && client === undefined) return
      const facts = known({ client, sub, ...splitState(url) })
      await register.write({ kind: 'oidc.end-session', ...received(req, res), result, ...facts })
    },
  }
}
export type OidcRecords = ReturnType<typeof createOidcRecords>

interface LogoutFacts {
  readonly result: EndSession['result']
  readonly client?: string | undefined
  readonly sub?: string | undefined
  /** Where the citizen goes then, with the client's `state`. */
  readonly url?: string | undefined
}

const splitState = (
  address: string | undefined,
): { readonly redirectUri?: string | undefined; readonly state?: string | undefined } => {
  if (address === undefined) return {}
  const url = new URL(address)
  const state = hashOf(url.searchParams.get('state'))
  url.searchParams.delete('state')
  return { redirectUri: text(url.href), state }
}
