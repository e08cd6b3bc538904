/**
 * Reading a message that came by HTTP-Redirect. Its signature is over octets of the query as they were sent, so the
 * parameters are cut out of the raw text and never decoded and encoded again. SAML bindings 3.4.4.1, docs/rules/spid-saml.md section 6.
 */
import { verify } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { GatewayError } from '../../errors.ts'
import { strictBase64, strictUtf8 } from './base64.ts'
import type { MessageField } from './send.ts'
import { rsaKeyOf } from './verification-key.ts'
import { MAX_MESSAGE_BYTES } from './xml.ts'

export interface RedirectQuery {
  readonly field: MessageField
  readonly xml: string
  readonly relayState?: string
  /** What was signed, and how. */
  readonly octets: string
  readonly sigAlg: string
  readonly signature: Buffer
}

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
/** SigAlg → digest. Nothing else: no SHA-1, no HMAC, no DSA. */
const digests: Readonly<Record<string, string>> = {
  [`${MORE}rsa-sha256`]: 'sha256',
  [`${MORE}rsa-sha384`]: 'sha384',
  [`${MORE}rsa-sha512`]: 'sha512',
}

const PARAMETERS: ReadonlySet<string> = new Set(['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature'])

/**
 * `query` without its question mark. Throws `saml_signature_missing` (an unsigned message is not read any further),
 * `saml_algorithm_forbidden`, `saml_structure_forbidden` (a parameter twice, both kinds of message), `saml_message_malformed`,
 * `saml_message_too_large`.
 */
export const readRedirectQuery = (query: string): RedirectQuery => {
  const raw = new Map<string, string>()
  for (const pair of query.split('&')) {
    const name = pair.split('=', 1)[0] ?? ''
    // only in their plain spelling: a reader that decodes names would see another message
    if (!PARAMETERS.has(name)) continue
    if (raw.has(name)) throw new GatewayError('saml_structure_forbidden', `${name} stands twice`)
    raw.set(name, pair.slice(name.length + 1))
  }
  // base64 and URIs hold no blank, so a `+` in them is a plus that somebody forgot to encode
  const value = (name: string) => decoded(raw.get(name))
  if (raw.has('SAMLRequest') && raw.has('SAMLResponse'))
    throw new GatewayError('saml_structure_forbidden', 'both kinds')
  const field = raw.has('SAMLResponse') ? 'SAMLResponse' : 'SAMLRequest'
  const message = value(field)
  if (message === undefined) throw new GatewayError('saml_message_malformed', 'no message')
  const [sigAlg, signature, relayState] = [
    value('SigAlg'),
    value('Signature'),
    decoded(raw.get('RelayState')?.replaceAll('+', '%20')),
  ]
  if (sigAlg === undefined || !signature) throw new GatewayError('saml_signature_missing')
  if (!Object.hasOwn(digests, sigAlg)) throw new GatewayError('saml_algorithm_forbidden', 'SigAlg')
  // the order that was signed is fixed, whatever the order of the query
  const octets = [field, 'RelayState', 'SigAlg']
    .filter((name) => raw.has(name))
    .map((name) => `${name}=${raw.get(name)}`)
    .join('&')
  return {
    field,
    xml: inflated(message),
    ...(relayState !== undefined && { relayState }),
    octets,
    sigAlg,
    signature: strictBase64(signature),
  }
}

/** `certificates`: PEM, those of one provider; their notAfter is not looked at (docs/rules/spid-saml.md 5.4). Throws `saml_signature_invalid`. */
export const verifyRedirectQuery = (
  { octets, sigAlg, signature }: RedirectQuery,
  certificates: readonly string[],
): void => {
  const signed = certificates
    .map(rsaKeyOf)
    .some((key) => key !== undefined && verify(digests[sigAlg], Buffer.from(octets), key, signature))
  if (!signed) throw new GatewayError('saml_signature_invalid')
}

const decoded = (raw: string | undefined): string | undefined => {
  try {
    return raw === undefined ? undefined : decodeURIComponent(raw)
  } catch (cause) {
    throw new GatewayError('saml_message_malformed', 'percent encoding', { cause })
  }
}

const inflated = (message: string): string => {
  const compressed = strictBase64(message)
  try {
    // a few bytes may stand for a gigabyte
    return strictUtf8(inflateRawSync(compressed, { maxOutputLength: MAX_MESSAGE_BYTES }))
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    const tooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new GatewayError(tooLarge ? 'saml_message_too_large' : 'saml_message_malformed', 'DEFLATE', { cause })
  }
}
