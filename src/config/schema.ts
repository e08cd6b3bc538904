/** gateway.yaml and region.yaml: every key, in the order in which docs and examples show it. */
import { z } from 'zod'
import { told } from './explain.ts'
import { secretReference } from './references.ts'
import {
  always,
  block,
  distinct,
  filePath,
  httpsOrigin,
  listen,
  localised,
  network,
  origin,
  text,
  webUrl,
} from './rules.ts'

/** A certificate is no secret: a plain path will do. */
const certificateReference = z.union(
  [secretReference, filePath.transform((file) => ({ file }))],
  told('is not a file', 'write a path beside this file, or env:NAME'),
)
const keyPair = block({ key: secretReference, certificate: certificateReference })

/** `https://…` is fetched, anything else is a path. */
const metadataSource = z.union(
  [
    text.transform((value) => (/^https?:\/\//.test(value) ? { url: value } : { file: value.replace(/^file:/, '') })),
    block({ file: filePath }),
    block({ url: webUrl }),
  ],
  told('is neither a path nor a URL', 'write a path beside this file, or https://…'),
)
const metadata = z.array(metadataSource).default([])

const redisUrl = z.union(
  [
    secretReference,
    z
      .string()
      .regex(/^rediss?:\/\/[^@]+$/)
      .transform((url) => ({ url })),
  ],
  told('is no Redis address', 'write redis://host:6379/0, or env:NAME where it holds a password'),
)

const store = z.union(
  [
    z.literal('memory').transform(() => ({ kind: 'memory' as const })),
    block({ kind: z.literal('memory') }),
    block({ kind: z.literal('redis'), url: redisUrl }),
  ],
  told('is no store', 'write { kind: memory } or { kind: redis, url: "redis://127.0.0.1:6379/0" }'),
)

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, told('is not a SHA-256 in hex', 'write its 64 digits in small letters'))

export const gatewaySchema = block({
  public_url: origin,
  listen,
  operations: block({ listen }),
  trusted_proxies: z.array(network).default([]),
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
  region: filePath,
  aggregator: block({ spid: keyPair, cie: keyPair }),
  spid: block({ metadata, names: filePath.exactOptional() }).default({ metadata: [] }),
  cie: block({ metadata, comparison: z.enum(['minimum', 'exact']).default('minimum') }).default({
    metadata: [],
    comparison: 'minimum',
  }),
  cns: block({
    url: httpsOrigin,
    start_url: origin.exactOptional(),
    listen,
    tls: keyPair,
    trust: z.array(filePath).min(1, told('is empty', 'name the PEM files of the card authorities')),
  }).exactOptional(),
  outgoing: block({ allowed_networks: z.array(network).default([]) }).default({ allowed_networks: [] }),
  log: block({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    pretty: z.boolean().default(false),
  }).default({ level: 'info', pretty: false }),
  tenants: filePath,
})
export type GatewayFile = z.output<typeof gatewaySchema>

export const helpdesk = block({
  phone: text.exactOptional(),
  email: z.email(told('is not an e-mail address', 'write it as help@comune.example.it')).exactOptional(),
  hours: localised(text).exactOptional(),
})

/** One address for all languages may be written without them. */
const localisedUrl = z.preprocess((value) => (typeof value === 'string' ? { it: value } : value), localised(webUrl))
export const legal = block({
  privacy_url: localisedUrl.exactOptional(),
  accessibility_url: localisedUrl.exactOptional(),
})

const methods = ['spid', 'cie', 'cns'] as const
export const regionSchema = block({
  name: localised(text),
  helpdesk: helpdesk.default({}),
  legal: legal.default({}),
  cns_label: localised(text).default({ it: 'CNS' }),
  method_order: z
    .array(z.enum(methods))
    .refine(
      (order) => methods.every((method) => order.filter((one) => one === method).length === 1),
      told('does not name each way in exactly once', 'write spid, cie and cns in the order of the page'),
    )
    .default([...methods]),
})
export type RegionFile = z.output<typeof regionSchema>

/** entityID → the name that citizens know. */
export const namesSchema = z.record(webUrl, text)
