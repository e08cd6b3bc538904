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

export const consistent = (client: Unchecked, context: z.core.$RefinementCtx): void => {
  const report: Report = (path, reason, fix) =>
    context.addIssue({ code: 'custom', path: [...path], message: told(reason, fix) })
  const auth = client.auth ?? presetOf(client).auth
  for (const rule of [secretsFit, keysFit, pkceFits]) rule(client, auth, report)
}
