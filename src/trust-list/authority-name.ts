/** How an authority is shown: several bear the same name, and hold different keys. */
import type { X509Certificate } from 'node:crypto'

/** `CN=CA Cittadini, O=Ente, C=IT (8f14e45fceea167a)`: the name, most specific part first, and how its SHA-256 begins. */
export const authorityName = ({ subject, fingerprint256 }: X509Certificate): string =>
  `${subject.split('\n').reverse().join(', ')} (${fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase()})`
