/** gateway.yaml: every key, in the order in which docs and examples show it. */
import { z } from 'zod'
import { aggregator } from './aggregator-schema.ts'
import { cns } from './cns-schema.ts'
import { told } from './explain.ts'
import { metadata, metadataFile, metadataSource, registry } from './lists-schema.ts'
import { secretReference } from './references.ts'
import { always, block, distinct, filePath, listen, network, origin, text, webUrl } from './rules.ts'
import { store } from './store-schema.ts'

/** docs/rules/spid-saml.md section 11: 99 the minimum attribute set of a natural person, 100 the full one. */
const eidasIndex = z.union([z.literal(99), z.literal(100)], told('is not a set of the eIDAS node', 'write 99 or 100'))

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, told('is not a SHA-256 in hex', 'write its 64 digits in small letters'))

const keyAge = told('is no age of keys', 'write 7 to 1095 days, or false')

const collectorUrl = z.url({
  protocol: /^https?$/,
  error: told('is no address of a collector', 'write it as http://127.0.0.1:4318/v1/traces'),
})

/** Sites keep what they read of a JWKS for an hour. */
const publishHours = told(
  'is no time for sites to learn of new keys',
  'write 2 to 720 hours; most sites look every hour',
)

const signingKeys = block({
  rotate_after_days: z.union([z.literal(false), z.int().min(7, keyAge).max(1095, keyAge)], keyAge).default(180),
  publish_hours: z.int().min(2, publishHours).max(720, publishHours).default(24),
}).default({ rotate_after_days: 180, publish_hours: 24 })

/** In ten minutes, of one neighbourhood at one tenant. Too little locks out a school, too much is no limit. */
const allowance = (least: number, usual: number) => {
  const message = told(`is not between ${least} and 100000`, `write ${usual}, or remove the key`)
  return z.int(message).min(least, message).max(100_000, message).default(usual)
}

const rateLimits = z.preprocess(
  (value) => value ?? {},
  block({
    login_starts: allowance(60, 600),
    answers: allowance(60, 1200),
    cards: allowance(60, 1200),
    failed_clients: allowance(10, 60),
  }),
)
/** docs/rules/spid-saml.md section 9: the law's 24 months are no default that one may go below. */
const register = block({
  retention_months: z
    .int()
    .min(24, told('is less than 24', 'write 24: the law wants every request and response kept that long'))
    .max(120, told('is more than ten years', 'write 120 or less: what is about people is not kept for ever'))
    .default(24),
  on_failure: z.enum(['refuse', 'continue']).default('refuse'),
})

/** docs/design/0010-two-engines.md */
const saml = block({ verification: z.enum(['fast', 'node-saml', 'both']).default('fast') }).default({
  verification: 'fast',
})
const byHand = told('is not apply or poll', 'write apply (varco tenant apply) or poll (every five seconds)')
/** The folder alone may be written without the block. */
const tenants = z
  .preprocess(
    (value) => (typeof value === 'string' ? { folder: value } : value),
    z.strictObject(
      { folder: filePath, reload: z.enum(['apply', 'poll'], byHand).default('apply') },
      {
        error: (issue) =>
          issue.code === 'unrecognized_keys'
            ? told('', 'remove it; known are folder, reload')
            : told('is no folder', 'write the folder of the tenant files: tenants'),
      },
    ),
  )
  .meta({ shorthand: { type: 'string' } })
/** The folder that a gateway's file names, also where the rest of it is wrong. */
export const tenantsFolderIn = (file: unknown): string | undefined => {
  const { tenants: named } = (file ?? {}) as { readonly tenants?: unknown }
  const folder = typeof named === 'object' && named !== null && 'folder' in named ? named.folder : named
  return typeof folder === 'string' ? folder.replace(/^file:/, '') : undefined
}

export const gatewaySchema = block({
  public_url: origin,
  sandbox: z.boolean().default(false),
  listen,
  operations: block({ listen }),
  trusted_proxies: z.array(network).default([]),
  rate_limits: rateLimits,
  store,
  state_dir: text,
  master_keys: z
    .array(
      block({
        id: z
          .string()
          .regex(/^[\w.-]{1,32}$/, told('is not an id', 'write up to 32 letters, digits, dots, dashes: "2026-01"')),
        key: secretReference,
      }),
    )
    .min(1, told('is empty', 'name at least one key: { id: "2026-01", key: env:VARCO_MASTER_KEY }'))
    .superRefine(distinct('id'), always),
  subject_key: block({ value: secretReference, fingerprint: sha256.exactOptional() }),
  signing_keys: signingKeys,
  region: filePath,
  aggregator,
  saml,
  spid: block({
    registry: registry.exactOptional(),
    metadata: z.array(metadataFile).default([]),
    names: filePath.exactOptional(),
  }).default({
    metadata: [],
  }),
  cie: block({ metadata, comparison: z.enum(['minimum', 'exact']).default('minimum') }).default({
    metadata: [],
    comparison: 'minimum',
  }),
  cns: cns.exactOptional(),
  eidas: block({
    metadata: z.array(metadataSource).min(1, told('is empty', 'name the metadata of the eIDAS node, or remove eidas')),
    attribute_set_index: eidasIndex.default(99),
  }).exactOptional(),
  register: register.default({ retention_months: 24, on_failure: 'refuse' }),
  outgoing: block({ allowed_networks: z.array(network).default([]) }).default({ allowed_networks: [] }),
  log: block({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    pretty: z.boolean().default(false),
  }).default({ level: 'info', pretty: false }),
  // OpenTelemetry: one span for each request
  tracing: block({ otlp: collectorUrl }).exactOptional(),
  tenants,
})
export type GatewayFile = z.output<typeof gatewaySchema>

/** entityID → the name that citizens know. */
export const namesSchema = z.record(webUrl, text)
