/** Single logout with the providers of an upstream: what comes is verified, then read; what goes is signed. docs/rules/spid-saml.md section 6. */
import { GatewayError } from '../../errors.ts'
import type { LogoutRequest, LogoutResponse, LogoutSender, ReceivedLogout, Sent, SingleLogout } from '../upstream.ts'
import { decodeMessage } from './base64.ts'
import type { IdpMetadata, SloEndpoint } from './idp-metadata.ts'
import { checkEnvelope, issuerOf, logoutRequestXml, logoutResponseXml, readAnswer, readDeparture } from './logout.ts'
import { readRedirectQuery, verifyRedirectQuery } from './redirect-query.ts'
import { type MessageField, redirectUrl, signedForm } from './send.ts'
import type { ElementNode } from './tree.ts'
import type { VerifySignature } from './verify-signature.ts'
import { childrenNamed, isNamed, namespaces, parseXml } from './xml.ts'

interface Opened {
  readonly field: MessageField
  readonly xml: string
  readonly relayState?: string | undefined
  /** Of verified bytes. */
  readonly root: ElementNode
  readonly idp: string
}

/** Anybody may post here without having begun anything, and a signature engine is slow: the richest real one has some 100 nodes. */
const LIMITS = { maxBytes: 32 * 1024, maxNodes: 300 }

/** SAML bindings 3.4.3: a longer one is nobody's handle, and it is not carried on. */
const RELAY_STATE_BYTES = 80

/**
 * @param find the provider with this entityID, among those of this moment.
 * @param levels after which a provider keeps a session of its own.
 */
export const createSingleLogout = ({
  find,
  levels,
  verify,
}: {
  find: (entityId: string) => IdpMetadata | undefined
  levels: SingleLogout['levels']
  verify: VerifySignature
}): SingleLogout => {
  /** The sender as the message names it, not yet believed: it only says whose certificates must verify the message. */
  const senderOf = (root: ElementNode): IdpMetadata => {
    const idp = find(issuerOf(root) ?? '')
    if (idp === undefined) throw new GatewayError('saml_issuer_mismatch', 'no provider of ours')
    return idp
  }

  const openQuery = (query: string): Opened => {
    const message = readRedirectQuery(query)
    const { root } = parseXml(message.xml, LIMITS)
    const { entityId, certificates } = senderOf(root)
    // bindings 3.4.4.1 wants it removed: two signatures would be two opinions
    if (childrenNamed(root, namespaces.signature, 'Signature').length > 0) {
      throw new GatewayError('saml_structure_forbidden', 'Signature in a redirected message')
    }
    verifyRedirectQuery(message, certificates)
    return { ...message, root, idp: entityId }
  }

  const openForm = ({ SAMLRequest, SAMLResponse, RelayState }: Readonly<Record<string, string>>): Opened => {
    if (SAMLRequest !== undefined && SAMLResponse !== undefined) {
      throw new GatewayError('saml_structure_forbidden', 'both kinds')
    }
    const document = parseXml(decodeMessage(SAMLRequest ?? SAMLResponse), LIMITS)
    const { entityId, certificates } = senderOf(document.root)
    return {
      field: SAMLRequest === undefined ? 'SAMLResponse' : 'SAMLRequest',
      xml: document.xml,
      relayState: RelayState,
      root: verify(document, document.root, certificates, LIMITS).read(),
      idp: entityId,
    }
  }

  const read = (
    received: ReceivedLogout,
    { destination, now }: { destination: string; now: number },
  ): LogoutRequest | LogoutResponse => {
    const { field, xml, relayState, root, idp } =
      received.binding === 'redirect' ? openQuery(received.query) : openForm(received.fields)
    const expected = field === 'SAMLRequest' ? 'LogoutRequest' : 'LogoutResponse'
    if (!isNamed(root, namespaces.protocol, expected))
      throw new GatewayError('saml_message_malformed', `no ${expected}`)
    const id = checkEnvelope(root, { idp, destination, now })
    if (field === 'SAMLResponse') return { kind: 'response', id, idp, xml, ...readAnswer(root) }
    const handed = relayState !== undefined && Buffer.byteLength(relayState) <= RELAY_STATE_BYTES
    return {
      kind: 'request',
      id,
      idp,
      xml,
      departure: readDeparture(root, now),
      binding: received.binding,
      ...(handed && { relayState }),
    }
  }

  const send = (
    { binding }: SloEndpoint,
    message: { field: MessageField; destination: string; relayState?: string | undefined },
    { id, signing }: LogoutSender,
    write: (signature?: string) => string,
  ): Sent => {
    const sending = { ...message, signing }
    if (binding === 'redirect') {
      const xml = write()
      return { kind: 'redirect', url: redirectUrl(xml, sending), evidence: { request: xml } }
    }
    const { fields, xml } = signedForm(id, write, sending)
    return { kind: 'form', action: message.destination, fields: { ...fields }, evidence: { request: xml } }
  }

  return {
    levels,
    read,
    addressOf: ({ idp }) => find(idp)?.slo?.[0]?.url,
    request: (session, sender) => {
      const [endpoint] = find(session.idp)?.slo ?? []
      if (endpoint === undefined) return undefined
      const destination = endpoint.url
      const envelope = { id: sender.id, issuedAt: sender.now, destination, issuer: sender.entityId }
      return send(endpoint, { field: 'SAMLRequest', destination }, sender, (signature) =>
        logoutRequestXml(envelope, session, signature),
      )
    },
    respond: ({ id, idp, binding, departure, relayState }, sender) => {
      const offered = find(idp)?.slo ?? []
      const endpoint = offered.find((one) => one.binding === binding) ?? offered[0]
      if (endpoint === undefined) return undefined
      const destination = endpoint.responseUrl ?? endpoint.url
      const envelope = { id: sender.id, issuedAt: sender.now, destination, issuer: sender.entityId }
      const status = departure === undefined ? 'unknown_principal' : 'success'
      return send(endpoint, { field: 'SAMLResponse', destination, relayState }, sender, (signature) =>
        logoutResponseXml(envelope, { inResponseTo: id, status }, signature),
      )
    },
  }
}
