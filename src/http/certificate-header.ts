/** A certificate as proxies write it into a header. Strict: what is not exactly that form comes from somebody else. */

/**
 * `rfc9440`: `Client-Cert` and `Client-Cert-Chain`, byte sequences of RFC 8941 (`:base64 of the DER:`).
 * `nginx`: `X-SSL-Client-Cert`, the PEM as `$ssl_client_escaped_cert` has it, percent-encoded.
 */
export type HeaderFormat = 'rfc9440' | 'nginx'

/** In lower case, as Node has them. */
export const headersOf: Readonly<Record<HeaderFormat, readonly string[]>> = {
  rfc9440: ['client-cert', 'client-cert-chain'],
  nginx: ['x-ssl-client-cert'],
}

/** DER, the leaf first; empty where there is no certificate; undefined where the header is none of its form. */
type Reading = (values: readonly (string | undefined)[]) => readonly Buffer[] | undefined

const fromBase64 = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined
}

const byteSequence = (text: string): Buffer | undefined => fromBase64(/^:([^:]+):$/.exec(text.trim())?.[1] ?? '')

const all = (found: readonly (Buffer | undefined)[]): readonly Buffer[] | undefined =>
  found.every((bytes) => bytes !== undefined) ? found : undefined

const rfc9440: Reading = ([leaf, chain]) => {
  // RFC 9440 2.3: no chain without a leaf
  if (leaf === undefined) return chain === undefined ? [] : undefined
  return all([leaf, ...(chain?.split(',') ?? [])].map(byteSequence))
}

const PEM = /^-----BEGIN CERTIFICATE-----\r?\n([\w+/=\r\n]+)-----END CERTIFICATE-----\s*$/

const nginx: Reading = ([value = '']) => {
  // a proxy without a certificate sends the header empty, or not at all
  if (value === '') return []
  try {
    return all([fromBase64((PEM.exec(decodeURIComponent(value))?.[1] ?? '').replace(/\s/g, ''))])
  } catch {
    return undefined
  }
}

export const certificatesIn: Readonly<Record<HeaderFormat, Reading>> = { rfc9440, nginx }
