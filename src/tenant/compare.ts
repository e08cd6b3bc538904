/** What is different between two versions of a tenant, by the keys of its file; services by their id. */
import { createHash, X509Certificate } from 'node:crypto'
import type { Plain } from '../config/yaml-edit.ts'
import { effectiveOf } from './effective.ts'
import type { SamlRegistration, Tenant } from './tenant.ts'

export interface Change {
  /** `branding.colour`, `clients.sito.redirect_uris`; a whole service is `clients.sito`. */
  readonly path: string
  /** Absent where it was not there, or is no longer, and of what is not to be shown. */
  readonly from?: Plain
  readonly to?: Plain
  readonly what: 'added' | 'changed' | 'removed'
}

/** Compared, not shown: `shown` absent. */
interface Value {
  readonly key: string
  readonly shown?: Plain
}

/** Paths of clients name them: two lists of services may be ordered differently. */
const named = (path: string, { clients }: Tenant): string =>
  path.replace(/^clients\[(\d+)\]/, (_, index) => `clients.${clients[Number(index)]?.id}`)

const certificatesOf = ({ signing }: SamlRegistration): Value => {
  const pems = [signing?.certificate, signing?.next?.certificate].filter((pem) => pem !== undefined)
  const ends = pems.map((pem) => {
    const { fingerprint256, validTo } = new X509Certificate(pem)
    return `SHA-256 ${fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase()}…, until ${validTo}`
  })
  return { key: JSON.stringify([pems, digest(signing?.key ?? '')]), shown: ends }
}

const digest = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('base64url')

const valuesOf = (tenant: Tenant): ReadonlyMap<string, Value> => {
  const all = new Map<string, Value>()
  for (const { path, value } of effectiveOf(tenant, {}, {}))
    all.set(named(path, tenant), { key: JSON.stringify(value), shown: value })
  const { logo } = tenant.branding
  if (logo !== undefined) all.set('branding.logo', { key: digest(logo.body) })
  if (tenant.notices.length > 0) {
    const shown = tenant.notices.map(({ text, until }) => `${text.it} (until ${new Date(until).toISOString()})`)
    all.set('notices', { key: JSON.stringify(tenant.notices), shown })
  }
  for (const upstream of ['spid', 'cie'] as const)
    if (tenant[upstream].signing !== undefined)
      all.set(`federation.${upstream}.certificate`, certificatesOf(tenant[upstream]))
  for (const { id, secrets } of tenant.clients)
    if (secrets.length > 0) all.set(`clients.${id}.secrets`, { key: JSON.stringify(secrets) })
  return all
}

const ofClient = (path: string): string | undefined => /^clients\.[^.]+/.exec(path)?.[0]

/** Nothing of it is a secret: of secrets only that they are others. */
export const compare = (before: Tenant, after: Tenant): readonly Change[] => {
  const [was, is] = [valuesOf(before), valuesOf(after)]
  const [hadClient, hasClient] = [before, after].map(
    ({ clients }) => new Set(clients.map(({ id }) => `clients.${id}`)),
  ) as [Set<string>, Set<string>]
  const whole = (path: string, there: Set<string>) => {
    const client = ofClient(path)
    return client !== undefined && !there.has(client)
  }
  return [
    ...[...hasClient].filter((path) => !hadClient.has(path)).map((path): Change => ({ path, what: 'added' })),
    ...[...hadClient].filter((path) => !hasClient.has(path)).map((path): Change => ({ path, what: 'removed' })),
    ...[...new Set([...was.keys(), ...is.keys()])].flatMap((path): readonly Change[] => {
      const [from, to] = [was.get(path), is.get(path)]
      if (from?.key === to?.key || whole(path, hadClient) || whole(path, hasClient)) return []
      const what = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed'
      return [
        {
          path,
          what,
          ...(from?.shown !== undefined && { from: from.shown }),
          ...(to?.shown !== undefined && { to: to.shown }),
        },
      ]
    }),
  ]
}
