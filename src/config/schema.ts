/** gateway.yaml and region.yaml: every key, in the order in which docs and examples show it. */
import { z } from 'zod'
import { lifetimesSchema } from '../tenant/lifetimes.ts'
import { noticesSchema } from '../tenant/notices.ts'
import { tenantDefaults } from '../tenant/shared-schema.ts'
import { told } from './explain.ts'
import type { MetadataSource } from './gateway-config.ts'
import { certificateReference, secretReference } from './references.ts'
import {
  always,
  belfioreCode,
  block,
  bodyFiscalCode,
  distinct,
  filePath,
  httpsOrigin,
  ipaCategory,
  ipaCode,
  listen,
  localised,
  nace2Code,
  network,
  officeEmail,
  officePhone,
  origin,
  province,
  text,
  vatNumber,
  webUrl,
} from './rules.ts'
import { store } from './store-schema.ts'

const pair = { key: secretReference, certificate: certificateReference }
const keyPair = block(pair)

/** Published beside the pair in use while keys change; its own key is needed only where it is to sign one day. */
export const nextPair = block({ key: secretReference.exactOptional(), certificate: certificateReference })

const samlKeyPair = {
  key: secretReference,
  certificate: certificateReference,
  next: nextPair.exactOptional(),
}

/** Whom to call; of an office, not of a person. */
export const contact = block({ email: officeEmail.exactOptional(), phone: officePhone.exactOptional() })

const country = z
  .string()
  .regex(/^[A-Z]{2}$/, told('is not a country', 'write the two capital letters of ISO 3166-1, as IT'))

const policyOid = z
  .string()
  .regex(/^[0-2](\.\d+){2,}$/, told('is not a policy OID', 'write it in quotes, as "1.3.76.16.4.2.1"'))

/** Who runs the gateway. All but the keys may be missing until metadata or a certificate is asked for. */
const aggregator = block({
  name: text.exactOptional(),
  uri: webUrl.exactOptional(),
  ipa_code: ipaCode.exactOptional(),
  ipa_category: ipaCategory.exactOptional(),
  vat_number: vatNumber.exactOptional(),
  fiscal_code: bodyFiscalCode.exactOptional(),
  nace2_codes: z
    .array(nace2Code)
    .min(1, told('is empty', 'name the main activity, or remove the key'))
    .superRefine(distinct(), always)
    .exactOptional(),
  email: officeEmail.exactOptional(),
  phone: officePhone.exactOptional(),
  organization_identifier: text.exactOptional(),
  policy_oids: z
    .array(policyOid)
    .min(1, told('is empty', 'remove it for the usual ones'))
    .superRefine(distinct(), always)
    .exactOptional(),
  city: text.exactOptional(),
  kind: z.enum(['public', 'private']).exactOptional(),
  municipality: text.exactOptional(),
  province: province.exactOptional(),
  country: country.default('IT'),
  spid: block(samlKeyPair),
  cie: block({ ...samlKeyPair, contact: contact.default({}) }),
}).superRefine(({ municipality, country }: { municipality?: unknown; country?: unknown }, context) => {
  // abroad it is the postal code (docs/rules/cie.md A2.1)
  if (municipality === undefined || (country ?? 'IT') !== 'IT') return
  for (const { message } of belfioreCode.safeParse(municipality).error?.issues ?? []) {
    context.addIssue({ code: 'custom', path: ['municipality'], message })
  }
}, always)

const isUrl = (value: string): boolean => /^https?:\/\//i.test(value)

/** `https://…` is fetched, anything else is a path. */
const metadataSource = z.union(
  [
    text.transform((value) => (isUrl(value) ? { url: value } : { file: value.replace(/^file:/, '') })),
    block({ file: filePath }),
    block({ url: webUrl }),
  ],
  told('is neither a path nor a URL', 'write a path beside this file, or https://…'),
)
const metadata = z.array(metadataSource).default([])

/** A file is trusted as it stands; what comes over the network is believed only when it is signed. */
const metadataFile = metadataSource.transform((source: MetadataSource, context) => {
  if ('file' in source) return source
  const fix = 'use spid.registry: { source: https://… }: what it answers is verified and kept'
  context.addIssue({ code: 'custom', message: told('is a URL', fix) })
  return z.NEVER
})

/** With or without colons, as openssl and people write it. */
const certificatePin = z
  .string()
  .transform((value) => value.replaceAll(':', '').toLowerCase())
  .pipe(
    z
      .string()
      .regex(
        /^[0-9a-f]{64}$/,
        told('is no SHA-256 fingerprint', 'write what `openssl x509 -fingerprint -sha256` prints, in quotes'),
      ),
  )

const listSource = text
  .refine(
    (value) => !isUrl(value) || webUrl.safeParse(value).success,
    told('is no address to read from', 'write https://… or a path beside this file'),
  )
  .transform((value) => (isUrl(value) ? { url: value } : { file: value.replace(/^file:/, '') }))

const refreshHours = (list: string) =>
  z
    .int()
    .min(1, told('is less than an hour', 'write 24'))
    .max(24, told('is more than a day', `write 24 or less: ${list} is read at least daily`))
    .default(24)

const registry = block({
  source: listSource,
  pins: z
    .array(certificatePin)
    .min(1, told('is empty', 'name the fingerprint of a certificate, or remove the key for that of AgID'))
    .exactOptional(),
  refresh_hours: refreshHours('the registry'),
})

/** docs/rules/cns.md section 3. */
const trustList = block({
  source: listSource,
  signers: z.array(filePath).default([]),
  refresh_hours: refreshHours('the list'),
  accept_unsigned: z.boolean().default(false),
}).refine(
  ({ signers, accept_unsigned }) => signers.length > 0 || accept_unsigned,
  told('names nobody who may sign the list', 'add signers: [trust/tsl-signer.pem], the certificates of AgID'),
)

/** docs/rules/cns.md section 4, check 7. */
const revocation = block({
  mode: z.enum(['required', 'off']).default('required'),
  grace_hours: z
    .int()
    .min(0, told('is less than nothing', 'write 0 for no grace'))
    .max(72, told('is more than three days', 'write 72 or less: so long may a revoked card still enter'))
    .default(0),
})

/** docs/rules/cns.md section 6: either Varco ends TLS, with settings of its own, or a proxy does. */
const cns = block({
  url: httpsOrigin,
  start_url: origin.exactOptional(),
  listen,
  tls: keyPair.exactOptional(),
  tls_max_version: z.enum(['1.2', '1.3']).exactOptional(),
  security_level: z
    .union([z.literal(0), z.literal(1)], told('is not a level to lower to', 'write 1 or 0, or remove the key'))
    .exactOptional(),
  proxy: block({
    from: z.array(network).min(1, told('is empty', 'name the address of the proxy, as 127.0.0.1 or 10.1.2.0/24')),
    secret: secretReference.exactOptional(),
    tls: block({
      ...pair,
      clients: z
        .array(filePath)
        .min(1, told('is empty', 'name the PEM file of the certificate that the proxy presents')),
    }).exactOptional(),
    header: z.enum(['rfc9440', 'nginx']),
  })
    .refine(
      ({ secret, tls }) => secret !== undefined || tls !== undefined,
      told('does not say how the proxy is known', 'add secret: file:…, or tls: { key, certificate, clients }'),
    )
    .exactOptional(),
  trust: z.array(filePath).min(1, told('is empty', 'name the PEM files of the card authorities')).exactOptional(),
  trust_list: trustList.exactOptional(),
  revocation: revocation.default({ mode: 'required', grace_hours: 0 }),
  // no public rule says what card and PIN are worth; docs/rules/cns.md section 5 proposes 3
  level: z.union([z.literal(2), z.literal(3)], told('is not a level of a card', 'write 3 or 2')).default(3),
  // cards until about 2018 have keys of 1024 bits: section 3, number 5
  min_key_bits: z
    .union([z.literal(1024), z.literal(2048)], told('is not the length of a card’s key', 'write 1024 or 2048'))
    .default(1024),
}).superRefine((value, context) => {
  const problem = (key: string, reason: string, fix: string) =>
    context.addIssue({ code: 'custom', path: [key], message: told(reason, fix) })
  if (value.tls === undefined && value.proxy === undefined)
    problem('tls', 'is missing', 'add tls: { key, certificate }, or proxy where another server ends TLS')
  if (value.trust === undefined && value.trust_list === undefined)
    problem(
      'trust',
      'is missing: no card authority is named',
      'add trust: [trust/cns-ca.pem] or trust_list: { source: https://… }',
    )
  if (value.proxy === undefined) return
  for (const key of ['tls', 'tls_max_version', 'security_level'] as const) {
    if (value[key] !== undefined)
      problem(key, 'stands beside proxy', 'remove it: the proxy ends TLS; or remove proxy where Varco does')
  }
}, always)

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

export const helpdesk = block({
  phone: text.exactOptional(),
  email: z.email(told('is not an e-mail address', 'write it as help@comune.example.it')).exactOptional(),
  hours: localised(text).exactOptional(),
  form_url: webUrl.exactOptional(),
})

/** One address for all languages may be written without them. */
const localisedUrl = z
  .preprocess((value) => (typeof value === 'string' ? { it: value } : value), localised(webUrl))
  .meta({ shorthand: { type: 'string', format: 'uri' } })
export const legal = block({
  privacy_url: localisedUrl.exactOptional(),
  accessibility_url: localisedUrl.exactOptional(),
  accessibility_declared: z.iso
    .date(told('is not a day', 'write the day on which form.agid.gov.it took the declaration, as "2026-09-20"'))
    .exactOptional(),
  notes_url: localisedUrl.exactOptional(),
})

const methods = ['spid', 'cie', 'cns'] as const
export const regionSchema = block({
  name: localised(text),
  helpdesk: helpdesk.default({}),
  legal: legal.default({}),
  cns_label: localised(text).default({ it: 'CNS' }),
  marks: filePath.exactOptional(),
  // a way in that is not named is off in the whole region; `eidas` comes last where it is not named
  method_order: z
    .array(z.enum([...methods, 'eidas']))
    .min(1, told('is empty', 'write spid, cie, cns, eidas in the order of the page, without those that are off'))
    .superRefine(distinct(), always)
    .default([...methods]),
  lifetimes: lifetimesSchema,
  notices: noticesSchema,
  tenants: tenantDefaults.exactOptional(),
})
export type RegionFile = z.output<typeof regionSchema>

/** entityID → the name that citizens know. */
export const namesSchema = z.record(webUrl, text)
