/** Single logout as a provider speaks it: reads and makes LogoutRequest and LogoutResponse. Source: docs/rules/spid-saml.md 6. */
import { type KeyObject, randomUUID, sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { Post } from './identity-provider.ts'
import { type Binding, openMessage, type SignedMessage } from './read-request.ts'
import { type Signer, signMessage } from './response.ts'
import { attributeOf, childOf, childrenOf, parseXml, escapeXml as text, textOf } from './xml.ts'

/** What a provider remembers of a login at level 1. */
export interface IdpSession {
  readonly nameId: string
  readonly sessionIndex: string
}

export interface LogoutMessage extends SignedMessage {
  readonly kind: 'LogoutRequest' | 'LogoutResponse'
  readonly binding: Binding
  readonly relayState?: string
  readonly issuer?: string
  readonly destination?: string
  readonly inResponseTo?: string
  readonly nameId?: string
  readonly sessionIndexes: readonly string[]
  /** StatusCode values, the outer first, without their URN. */
  readonly status: readonly string[]
}

const SAML = 'urn:oasis:names:tc:SAML:2.0'

/** From the whole address (Redirect) or the posted fields (POST). Throws `UnreadableRequest`. */
export const readLogoutMessage = (urlOrForm: string | Readonly<Record<string, string>>): LogoutMessage => {
  const message = openMessage(urlOrForm)
  const root = parseXml(message.xml).documentElement
  const code = childOf(childOf(root, 'Status'), 'StatusCode')
  const defined = Object.entries({
    id: attributeOf(root, 'ID'),
    issuer: textOf(childOf(root, 'Issuer')),
    destination: attributeOf(root, 'Destination'),
    inResponseTo: attributeOf(root, 'InResponseTo'),
    nameId: textOf(childOf(root, 'NameID')),
  }).filter(([, value]) => value !== undefined)
  return {
    ...message,
    ...Object.fromEntries(defined),
    kind: root.localName as LogoutMessage['kind'],
    sessionIndexes: childrenOf(root, 'SessionIndex').map((element) => textOf(element) ?? ''),
    status: [code, childOf(code, 'StatusCode')].flatMap(
      (element) => attributeOf(element, 'Value')?.replace(`${SAML}:status:`, '') ?? [],
    ),
  }
}

interface Envelope {
  readonly idp: string
  readonly destination: string
  /** Milliseconds since 1970. */
  readonly now: number
}

const message = (name: string, { idp, destination, now }: Envelope, attributes: string, content: string) =>
  `<samlp:${name} xmlns:samlp="${SAML}:protocol" xmlns:saml="${SAML}:assertion" ID="_${randomUUID()}" Version="2.0" IssueInstant="${new Date(now).toISOString()}" Destination="${text(destination)}"${attributes}><saml:Issuer Format="${SAML}:nameid-format:entity" NameQualifier="${text(idp)}">${text(idp)}</saml:Issuer>${content}</samlp:${name}>`

export const logoutRequestXml = (envelope: Envelope, { nameId, sessionIndex }: IdpSession): string =>
  message(
    'LogoutRequest',
    envelope,
    '',
    `<saml:NameID Format="${SAML}:nameid-format:transient" NameQualifier="${text(envelope.idp)}">${text(nameId)}</saml:NameID><samlp:SessionIndex>${text(sessionIndex)}</samlp:SessionIndex>`,
  )

/** `partial`: as the rules write it, Requester with PartialLogout inside. */
export const logoutResponseXml = (envelope: Envelope, inResponseTo: string, { partial }: { partial: boolean }) => {
  const status = partial
    ? `<samlp:StatusCode Value="${SAML}:status:Requester"><samlp:StatusCode Value="${SAML}:status:PartialLogout"/></samlp:StatusCode>`
    : `<samlp:StatusCode Value="${SAML}:status:Success"/>`
  return message(
    'LogoutResponse',
    envelope,
    ` InResponseTo="${text(inResponseTo)}"`,
    `<samlp:Status>${status}</samlp:Status>`,
  )
}

export type Sent = { readonly url: string } | Post

/** Signs and packs a message for the browser to carry. */
export const carry = (
  xml: string,
  {
    binding,
    destination,
    relayState,
    signer,
  }: {
    binding: Binding
    destination: string
    relayState?: string | undefined
    signer: Signer
  },
): Sent => {
  const field = /^<samlp:LogoutRequest/.test(xml) ? 'SAMLRequest' : 'SAMLResponse'
  const state = relayState === undefined ? {} : { RelayState: relayState }
  if (binding === 'redirect') return { url: signedUrl(destination, { [field]: deflated(xml), ...state }, signer.key) }
  const signed = signMessage(xml, signer)
  return { action: destination, fields: { [field]: Buffer.from(signed).toString('base64'), ...state } }
}

export const deflated = (xml: string): string => deflateRawSync(xml).toString('base64')

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

/** The signature is over the fields in the order in which they are given, and SigAlg. */
export const signedUrl = (
  destination: string,
  fields: Readonly<Record<string, string>>,
  key: KeyObject,
  { sigAlg = RSA_SHA256, digest = 'sha256' } = {},
): string => {
  const octets = Object.entries({ ...fields, SigAlg: sigAlg })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const signature = sign(digest, Buffer.from(octets), key).toString('base64')
  return `${destination}?${octets}&Signature=${encodeURIComponent(signature)}`
}
