/** Base64 as strictly as it is written: Node's own reader passes over what it does not know, and another reader might not. */
import { GatewayError } from '../../errors.ts'
import { MAX_MESSAGE_BYTES } from './xml.ts'

/** White space may stand in it. Throws `saml_message_malformed` or `saml_message_too_large`. */
export const strictBase64 = (field: string | undefined): Buffer => {
  const text = (field ?? '').replace(/[\r\n\t ]/g, '')
  if (text.length > Math.ceil(MAX_MESSAGE_BYTES / 3) * 4) throw new GatewayError('saml_message_too_large')
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new GatewayError('saml_message_malformed', 'base64')
  }
  return Buffer.from(text, 'base64')
}

/** Throws `saml_message_malformed`. */
export const strictUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new GatewayError('saml_message_malformed', 'UTF-8', { cause })
  }
}
