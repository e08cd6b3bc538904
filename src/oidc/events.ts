/** What the library reports, as audit events. */
import type { EventEmitter } from 'node:events'
import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Logger } from 'pino'
import type { Audit } from '../audit/events.ts'

/** By what the library, and our adapter in its words, say of a second use. */
const REPLAYS: Readonly<Record<string, 'code.replayed' | 'refresh_token.replayed'>> = {
  'authorization code already consumed': 'code.replayed',
  'refresh token already used': 'refresh_token.replayed',
}

/** Errors whose detail is about a program and its secrets, and never repeats what it sent. */
const OF_PROGRAMS: ReadonlySet<string> = new Set(['invalid_client', 'invalid_client_metadata', 'invalid_grant'])

export const reportEvents = (
  provider: Provider,
  { tenant, audit, log }: { tenant: string; audit: Audit; log: Logger },
) => {
  const clientOf = (ctx: KoaContextWithOIDC) =>
    ctx.oidc.client === undefined ? { tenant } : { tenant, client: ctx.oidc.client.clientId }
  const refused = (
    ctx: KoaContextWithOIDC,
    { message, error_detail }: { message: string; error_detail?: string | undefined },
  ) =>
    audit({
      type: 'oidc.refused',
      ...clientOf(ctx),
      error: message,
      ...(error_detail !== undefined && OF_PROGRAMS.has(message) && { detail: error_detail }),
    })

  provider.on('authorization.success', (ctx) => audit({ type: 'code.issued', ...clientOf(ctx) }))
  provider.on('grant.success', (ctx) => audit({ type: 'token.issued', ...clientOf(ctx) }))
  provider.on('authorization.error', refused)
  provider.on('grant.error', (ctx, error) => {
    const replay = REPLAYS[error.error_detail ?? '']
    if (replay !== undefined) audit({ type: replay, ...clientOf(ctx) })
    refused(ctx, error)
  })
  provider.on('pushed_authorization_request.error', refused)
  provider.on('introspection.error', refused)
  provider.on('revocation.error', refused)
  provider.on('userinfo.error', refused)
  // what Koa itself catches: a request that broke off, a mistake in the library
  ;(provider as EventEmitter).on('error', (err: unknown) => log.error({ err, tenant }, 'oidc error'))
  provider.on('server_error', (ctx, err) => log.error({ err, tenant, route: ctx.oidc?.route }, 'oidc server_error'))
}
