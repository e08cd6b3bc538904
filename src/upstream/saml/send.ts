/** A message of ours on its way through the browser, by either binding. SAML bindings 3.4 and 3.5, docs/rules/spid-saml.md 4.3 and 6. */
import { sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { SigningIdentity } from '../upstream.ts'
import { envelopedSignature, RSA_SHA256 } from './sign.ts'

export type MessageField = 'SAMLRequest' | 'SAMLResponse'

export interface Sending<Field extends MessageField = MessageField> {
  readonly field: Field
  /** The exact address of the binding used. */
  readonly destination: string
  readonly relayState?: string | undefined
  readonly signing: SigningIdentity
}

/** The signature is over the very octets of the query (SAML bindings 3.4.4.1), never in the XML. */
export const redirectUrl = (xml: string, { field, destination, relayState, signing }: Sending): string => {
  const query = [
    [field, deflateRawSync(xml).toString('base64')],
    ...(relayState === undefined ? [] : [['RelayState', relayState] as const]),
    ['SigAlg', RSA_SHA256],
  ] as const
  const signed = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const signature = sign('sha256', Buffer.from(signed), signing.key).toString('base64')
  return `${destination}${destination.includes('?') ? '&' : '?'}${signed}&Signature=${encodeURIComponent(signature)}`
}

export interface SignedForm<Field extends MessageField = MessageField> {
  readonly fields: Readonly<Record<Field, string>> & { readonly RelayState?: string }
  /** With its signature, for the register. */
  readonly xml: string
}

/** An enveloped signature inside the XML. `write` gives the canonical text of the message with this ID, with or without it. */
export const signedForm = <Field extends MessageField>(
  id: string,
  write: (signature?: string) => string,
  { field, relayState, signing }: Sending<Field>,
): SignedForm<Field> => {
  const xml = write(envelopedSignature(id, write(), signing))
  const message = { [field]: Buffer.from(xml).toString('base64') } as Record<Field, string>
  return { xml, fields: relayState === undefined ? message : { ...message, RelayState: relayState } }
}
