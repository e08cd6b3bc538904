/** What the fake identity provider reads of a request. */
import { type KeyObject, verify } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { right } from '../load/wrong.ts'

/** Signatures of requests are verified of so many. */
const VERIFIED = 20

export interface AskedIdp {
  readonly requestId: string
  readonly relayState: string
}

/** By the HTTP-Redirect binding: the signature is of the query as it stands (saml-bindings 3.4.4.1). */
export const readRedirect = (address: string, number: number, signer?: KeyObject): AskedIdp => {
  const query = address.slice(address.indexOf('?') + 1)
  const params = new URLSearchParams(query)
  const xml = inflateRawSync(Buffer.from(params.get('SAMLRequest') ?? '', 'base64')).toString()
  const [, requestId] = /<\w+:AuthnRequest\b[^>]*\sID="([^"]+)"/.exec(xml) ?? []
  right(requestId !== undefined, 'begin', `no AuthnRequest: ${xml.slice(0, 200)}`)
  if (signer !== undefined && number % VERIFIED === 0) {
    const signed = query.slice(0, query.indexOf('&Signature='))
    const signature = Buffer.from(params.get('Signature') ?? '', 'base64')
    right(verify('sha256', Buffer.from(signed), signer, signature), 'begin', 'the AuthnRequest’s signature')
  }
  return { requestId: requestId ?? '', relayState: params.get('RelayState') ?? '' }
}
