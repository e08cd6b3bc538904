/** Reads an AuthnRequest from either binding and checks its signature. Source: docs/rules/spid-saml.md 4. */
import { verify } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto'
import { attributeOf, childOf, childrenOf, parseXml, textOf } from './xml.ts'

export type Binding = 'redirect' | 'post'

/** What a signature can be checked on. */
export interface SignedMessage {
  readonly xml: string
  /** Redirect only: the octets that were signed, and by what. */
  readonly query?: { readonly octets: string; readonly sigAlg: string; readonly signature: Buffer }
  readonly id?: string
}

export interface OpenedMessage extends SignedMessage {
  readonly binding: Binding
  readonly relayState?: string
}

export interface AuthnRequest extends OpenedMessage {
  readonly version?: string
  readonly issueInstant?: string
  readonly destination?: string
  readonly forceAuthn?: string
  readonly isPassive?: string
  readonly acsUrl?: string
  readonly protocolBinding?: string
  readonly acsIndex?: string
  readonly attributeSetIndex?: string
  readonly issuer?: { readonly value: string; readonly format?: string; readonly nameQualifier?: string }
  readonly nameIdPolicy?: { readonly format?: string; readonly allowCreate?: string }
  /** Of samlp:Extensions: docs/rules/spid-saml.md 4.5. */
  readonly purpose?: string
  readonly comparison?: string
  readonly classes: readonly string[]
}

/** Error 4: what came is no SAML message of that binding. */
export class UnreadableRequest extends Error {}

/** Leaves out what is undefined: absent in the message is absent here. */
const present = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

const unpack = (text: string, binding: Binding): string => {
  try {
    const bytes = Buffer.from(text, 'base64')
    return binding === 'redirect'
      ? inflateRawSync(bytes, { maxOutputLength: 262_144 }).toString('utf8')
      : bytes.toString('utf8')
  } catch (cause) {
    throw new UnreadableRequest('SAMLRequest cannot be decoded', { cause })
  }
}

const parse = (xml: string): Omit<AuthnRequest, 'binding' | 'xml' | 'query' | 'relayState'> => {
  let root: Element
  try {
    root = parseXml(xml).documentElement
  } catch (cause) {
    throw new UnreadableRequest('SAMLRequest is not well-formed XML', { cause })
  }
  if (root.localName !== 'AuthnRequest') throw new UnreadableRequest(`not an AuthnRequest but ${root.localName}`)
  const issuer = childOf(root, 'Issuer')
  const policy = childOf(root, 'NameIDPolicy')
  const context = childOf(root, 'RequestedAuthnContext')
  const attribute = (name: string) => attributeOf(root, name)
  return present({
    id: attribute('ID'),
    version: attribute('Version'),
    issueInstant: attribute('IssueInstant'),
    destination: attribute('Destination'),
    forceAuthn: attribute('ForceAuthn'),
    isPassive: attribute('IsPassive'),
    acsUrl: attribute('AssertionConsumerServiceURL'),
    protocolBinding: attribute('ProtocolBinding'),
    acsIndex: attribute('AssertionConsumerServiceIndex'),
    attributeSetIndex: attribute('AttributeConsumingServiceIndex'),
    issuer:
      issuer &&
      present({
        value: textOf(issuer) ?? '',
        format: attributeOf(issuer, 'Format'),
        nameQualifier: attributeOf(issuer, 'NameQualifier'),
      }),
    nameIdPolicy:
      policy && present({ format: attributeOf(policy, 'Format'), allowCreate: attributeOf(policy, 'AllowCreate') }),
    purpose: textOf(childOf(childOf(root, 'Extensions'), 'Purpose')),
    comparison: attributeOf(context, 'Comparison'),
    classes: childrenOf(context, 'AuthnContextClassRef').map((element) => textOf(element) ?? ''),
  }) as Omit<AuthnRequest, 'binding' | 'xml' | 'query' | 'relayState'>
}

const fromQuery = (url: string): OpenedMessage => {
  // The signature covers the octets as they were sent, so they are cut out, not encoded again.
  const raw = new Map(
    url
      .replace(/^[^?]*\?/, '')
      .split('&')
      .map((pair) => [pair.replace(/=.*$/s, ''), pair] as const),
  )
  const value = (name: string) => new URLSearchParams(raw.get(name) ?? '').get(name) ?? undefined
  const field = raw.has('SAMLResponse') ? 'SAMLResponse' : 'SAMLRequest'
  const [message, sigAlg, signature] = [value(field), value('SigAlg'), value('Signature')]
  if (message === undefined) throw new UnreadableRequest('SAMLRequest is missing')
  if (sigAlg === undefined || signature === undefined) throw new UnreadableRequest('SigAlg or Signature is missing')
  const octets = [field, 'RelayState', 'SigAlg'].flatMap((name) => raw.get(name) ?? []).join('&')
  return {
    binding: 'redirect',
    xml: unpack(message, 'redirect'),
    ...present({ relayState: value('RelayState') }),
    query: { octets, sigAlg, signature: Buffer.from(signature, 'base64') },
  }
}

const fromForm = (form: Readonly<Record<string, string>>): OpenedMessage => {
  const message = form.SAMLResponse ?? form.SAMLRequest
  if (message === undefined) throw new UnreadableRequest('SAMLRequest is missing')
  return { binding: 'post', xml: unpack(message, 'post'), ...present({ relayState: form.RelayState }) }
}

/** Any message, from the whole address (Redirect) or the posted fields (POST). Throws `UnreadableRequest`. */
export const openMessage = (urlOrForm: URL | string | Readonly<Record<string, string>>): OpenedMessage =>
  typeof urlOrForm === 'string' || urlOrForm instanceof URL ? fromQuery(String(urlOrForm)) : fromForm(urlOrForm)

/** The same of an AuthnRequest. */
export const readAuthnRequest = (urlOrForm: URL | string | Readonly<Record<string, string>>): AuthnRequest => {
  const message = openMessage(urlOrForm)
  return { ...message, ...parse(message.xml) }
}

const QUERY_DIGESTS: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': 'sha384',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
}

/** True when the whole request was signed with that certificate's key (PEM). */
export const isSignedBy = (request: SignedMessage, certificate: string): boolean => {
  const root = parseXml(request.xml).documentElement
  const signature = childOf(root, 'Signature')
  if (request.query !== undefined) {
    const digest = QUERY_DIGESTS[request.query.sigAlg]
    // 4.3: by Redirect the XML carries no signature of its own.
    if (digest === undefined || signature !== undefined) return false
    return verify(digest, Buffer.from(request.query.octets), certificate, request.query.signature)
  }
  if (signature === undefined) return false
  try {
    const signed = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null })
    // xml-crypto's types want a Node of lib.dom; the string says the same.
    signed.loadSignature(signature.toString())
    const references = signed.getReferences().map((reference) => reference.uri)
    return references.length === 1 && references[0] === `#${request.id}` && signed.checkSignature(request.xml)
  } catch {
    return false
  }
}
