/** gateway.yaml: where metadata and the national lists are read from, and who is believed. */
import { z } from 'zod'
import { told } from './explain.ts'
import type { MetadataSource } from './gateway-config.ts'
import { block, filePath, text, webUrl } from './rules.ts'

const isUrl = (value: string): boolean => /^https?:\/\//i.test(value)

/** `https://…` is fetched, anything else is a path. */
export const metadataSource = z.union(
  [
    text.transform((value) => (isUrl(value) ? { url: value } : { file: value.replace(/^file:/, '') })),
    block({ file: filePath }),
    block({ url: webUrl }),
  ],
  told('is neither a path nor a URL', 'write a path beside this file, or https://…'),
)
export const metadata = z.array(metadataSource).default([])

/** A file is trusted as it stands; what comes over the network is believed only when it is signed. */
export const metadataFile = metadataSource.transform((source: MetadataSource, context) => {
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

export const registry = block({
  source: listSource,
  pins: z
    .array(certificatePin)
    .min(1, told('is empty', 'name the fingerprint of a certificate, or remove the key for that of AgID'))
    .exactOptional(),
  refresh_hours: refreshHours('the registry'),
})

/** docs/rules/cns.md section 3. */
export const trustList = block({
  source: listSource,
  signers: z.array(filePath).default([]),
  refresh_hours: refreshHours('the list'),
  accept_unsigned: z.boolean().default(false),
}).refine(
  ({ signers, accept_unsigned }) => signers.length > 0 || accept_unsigned,
  told('names nobody who may sign the list', 'add signers: [trust/tsl-signer.pem], the certificates of AgID'),
)
