/** Reads an AuthnRequest from either binding and checks its signature. Source: docs/rules/spid-saml.md 4. */
import { verify } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto'
import { attributeOf, childOf, childrenOf, parseXml, textOf } from './xml.ts'

export type Binding = 'redirect' | 'post'

export interface AuthnRequest {
  readonly binding: Binding
  readonly xml: string
  readonly relayState?: string
  /** Redirect only: the octets that were signed, and by what. */
  readonly query?: { readonly octets: string; readonly sigAlg: string; readonly signature: Buffer }
  readonly id?: string
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
    comparison: attributeOf(context, 'Comparison'),
    classes: childrenOf(context, 'AuthnContextClassRef').map((element) => textOf(element) ?? ''),
  }) as Omit<AuthnRequest, 'binding' | 'xml' | 'query' | 'relayState'>
}

const fromQuery = (url: string): AuthnRequest => {
  // The signature covers the octets as they were sent, so they are cut out, not encoded again.
  const raw = new Map(
    url
      .replace(/^[^?]*\?/, '')
      .split('&')
      .map((pair) => [pair.replace(/=.*$/s, ''), pair] as const),
  )
  const value = (name: string) => new URLSearchParams(raw.get(name) ?? '').get(name) ?? undefined
  const [samlRequest, sigAlg, signature] = [value('SAMLRequest'), value('SigAlg'), value('Signature')]
  if (samlRequest === undefined) throw new UnreadableRequest('SAMLRequest is missing')
  if (sigAlg === undefined || signature === undefined) throw new UnreadableRequest('SigAlg or Signature is missing')
  const octets = ['SAMLRequest', 'RelayState', 'SigAlg'].flatMap((name) => raw.get(name) ?? []).join('&')
  const xml = unpack(samlRequest, 'redirect')
  return {
    binding: 'redirect',
    xml,
    ...present({ relayState: value('RelayState') }),
    query: { octets, sigAlg, signature: Buffer.from(signature, 'base64') },
    ...parse(xml),
  }
}

const fromForm = (form: Readonly<Record<string, string>>): AuthnRequest => {
  if (form.SAMLRequest === undefined) throw new UnreadableRequest('SAMLRequest is missing')
  const xml = unpack(form.SAMLRequest, 'post')
  return { binding: 'post', xml, ...present({ relayState: form.RelayState }), ...parse(xml) }
}

/** From the whole address (Redirect) or the posted fields (POST). Throws `UnreadableRequest`. */
export const readAuthnRequest = (urlOrForm: URL | string | Readonly<Record<string, string>>): AuthnRequest =>
  typeof urlOrForm === 'string' || urlOrForm instanceof URL ? fromQuery(String(urlOrForm)) : fromForm(urlOrForm)

const QUERY_DIGESTS: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': 'sha384',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
}

/** True when the whole request was signed with that certificate's key (PEM). */
export const isSignedBy = (request: AuthnRequest, certificate: string): boolean => {
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
