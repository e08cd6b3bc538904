/** The referee: node-saml, and xml-crypto below it. It makes its own SignedXml: certificates in KeyInfo are not used (xml-crypto's default since 4) and HMAC is not enabled. */
import { getVerifiedXml } from '@node-saml/node-saml/lib/xml.js'
import type { Engine } from './verify-signature.ts'

export const nodeSamlEngine: Engine = ({ xml, element }, certificates) =>
  getVerifiedXml(xml, element, [...certificates]) ?? undefined
