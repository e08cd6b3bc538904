/** gateway.yaml: cards. */
import { z } from 'zod'
import { told } from './explain.ts'
import { keyPair, pair } from './key-pair-schema.ts'
import { trustList } from './lists-schema.ts'
import { secretReference } from './references.ts'
import { always, block, filePath, httpsOrigin, listen, network, origin } from './rules.ts'

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
export const cns = block({
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
