/** What several keys of one client have wrong together. They may still be anything: these rules also run where a key is wrong. */
import type { z } from 'zod'
import { told } from '../config/explain.ts'
import { presetNames, presets } from './presets.ts'

interface Unchecked {
  readonly preset?: unknown
  readonly auth?: unknown
  readonly secrets?: unknown
  readonly jwks?: unknown
  readonly jwks_uri?: unknown
  readonly pkce?: unknown
  readonly claims?: unknown
  readonly id_token_claims?: unknown
  readonly email_fallback?: unknown
  readonly scopes_preset?: unknown
  readonly scope_claims?: unknown
}

type Report = (path: readonly PropertyKey[], reason: string, fix: string) => void

const presetOf = ({ preset }: Unchecked) => presets[presetNames.find((name) => name === preset) ?? 'generic']

const secretsFit = (client: Unchecked, auth: unknown, report: Report): void => {
  const count = Array.isArray(client.secrets) ? client.secrets.length : 0
  const wanted = auth !== 'none' && auth !== 'private_key_jwt'
  if (!wanted && count > 0) {
    const reason = `stands beside auth: ${auth}, which has no secret`
    report(['secrets'], reason, 'remove the secrets, or choose auth: client_secret_basic')
  }
  if (wanted && count === 0) {
    const fix = 'add one as env:NAME, file:path or { sha256: … }; a client that cannot keep one has auth: none'
    report(['secrets'], 'names no secret', fix)
  }
}

const keysFit = (client: Unchecked, auth: unknown, report: Report): void => {
  const named = (['jwks', 'jwks_uri'] as const).filter((key) => client[key] !== undefined)
  const [first] = named
  if (auth !== 'private_key_jwt' && first !== undefined) {
    report([first], 'is only for auth: private_key_jwt', 'remove it, or choose that')
  } else if (auth === 'private_key_jwt' && named.length !== 1) {
    const reason = named.length === 0 ? 'are missing' : 'stand beside jwks_uri'
    report(['jwks'], reason, 'write either the keys under jwks, or where they are under jwks_uri')
  }
}

const pkceFits = (client: Unchecked, auth: unknown, report: Report): void => {
  if (client.pkce !== 'optional') return
  if (auth === 'none') {
    report(['pkce'], 'is optional for a client without a secret', 'remove it: nothing else protects its codes')
  } else if (!presetOf(client).mayWaivePkce) {
    report(['pkce'], 'is optional for software that can do PKCE', 'remove it, and switch PKCE (S256) on at the service')
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const claimsFit = (client: Unchecked, _auth: unknown, report: Report): void => {
  for (const [index, name] of list(client.id_token_claims).entries()) {
    if ([...list(client.claims), ...presetOf(client).claims].includes(name)) continue
    report(['id_token_claims', index], 'is not declared under claims', 'add it there, or remove it here')
  }
}

/** Their meaning is fixed for every service: OpenID Connect Core 2, and what docs/claims.md says of a login. */
const OF_THE_PROTOCOL = new Set(
  'iss sub aud exp iat nbf jti nonce sid azp at_hash c_hash acr acr_actual amr auth_time idp idp_type tenant'.split(
    ' ',
  ),
)

const scopesFit = (client: Unchecked, _auth: unknown, report: Report): void => {
  const { scope_claims: scopes } = client
  if (scopes === undefined) return
  if (client.scopes_preset === undefined) {
    report(['scope_claims'], 'changes the names of no preset', 'add scopes_preset: aac-migration, or remove it')
  }
  for (const [scope, claims] of Object.entries(scopes ?? {})) {
    for (const name of Object.keys(claims ?? {}).filter((one) => OF_THE_PROTOCOL.has(one))) {
      report(
        ['scope_claims', scope, name],
        'has a meaning of its own in every token',
        'choose another name for the claim',
      )
    }
  }
}

/** Not decided for anybody: an invented address is a promise to the service that it keeps. */
const emailFits = (client: Unchecked, _auth: unknown, report: Report): void => {
  if (!presetOf(client).needsEmail || client.email_fallback !== undefined) return
  const fix = 'write email_fallback: synthetic for an address that takes no mail, or none if the site can do without'
  report(
    ['email_fallback'],
    `is missing, and ${client.preset} refuses who has no mail address: everybody who enters by CIE or by a card`,
    fix,
  )
}

export const consistent = (client: Unchecked, context: z.core.$RefinementCtx): void => {
  const report: Report = (path, reason, fix) =>
    context.addIssue({ code: 'custom', path: [...path], message: told(reason, fix) })
  const auth = client.auth ?? presetOf(client).auth
  for (const rule of [secretsFit, keysFit, pkceFits, claimsFit, scopesFit, emailFits]) rule(client, auth, report)
}
