/** Base64 as strictly as it is written: Node's own reader passes over what it does not know, and another reader might not. */
import { GatewayError } from '../../errors.ts'
import { MAX_MESSAGE_BYTES } from './xml.ts'

const WHITE_SPACE = /[\r\n\t ]+/g

/** White space may stand in it, and nothing else beside the one spelling of its bytes. Throws `saml_message_malformed` or `saml_message_too_large`. */
export const strictBase64 = (field: string | undefined): Buffer => {
  const text = (field ?? '').replace(WHITE_SPACE, '')
  if (text.length > Math.ceil(MAX_MESSAGE_BYTES / 3) * 4) throw new GatewayError('saml_message_too_large')
  const bytes = Buffer.from(text, 'base64')
  // written again it must be the same: ten times as fast as looking at each letter, and it sees the last bits too
  if (text === '' || bytes.toString('base64') !== text) throw new GatewayError('saml_message_malformed', 'base64')
  return bytes
}

/** Throws `saml_message_malformed`. */
export const strictUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new GatewayError('saml_message_malformed', 'UTF-8', { cause })
  }
}

/** What a form field holds, by both. Throws `saml_message_malformed` or `saml_message_too_large`. */
export const decodeMessage = (field: string | undefined): string => strictUtf8(strictBase64(field))
