/** A key and its certificate, as gateway.yaml names them. */
import { certificateReference, secretReference } from './references.ts'
import { block } from './rules.ts'

export const pair = { key: secretReference, certificate: certificateReference }
export const keyPair = block(pair)

/** Published beside the pair in use while keys change; its own key is needed only where it is to sign one day. */
export const nextPair = block({ key: secretReference.exactOptional(), certificate: certificateReference })

export const samlKeyPair = {
  key: secretReference,
  certificate: certificateReference,
  next: nextPair.exactOptional(),
}
