/** Certificate revocation lists, RFC 5280 section 5. */
import {
  context,
  type Der,
  elementsIn,
  expectTag,
  extensionsIn,
  integerOf,
  membersOf,
  primitive,
  readDer,
  tags,
  timeOf,
} from './der.ts'
import { namedIn } from './revocation-sources.ts'
import { isSignedBy, readSigned } from './signed.ts'
import { type Asked, assertCurrent } from './standing.ts'

export interface Crl {
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  readonly nextUpdate: number
  /** The addresses that a part of a list bears; absent: the list is a whole one. */
  readonly partOf?: readonly string[]
  /** Whose certificates it is about: of any other it says nothing. */
  readonly about: 'all' | 'cards' | 'authorities'
  readonly hasSerial: (serial: string) => boolean
}

const ISSUING_DISTRIBUTION_POINT = '2.5.29.28'
/** Critical by the standard; without that it would look like a whole list. */
const DELTA_INDICATOR = '2.5.29.27'

/**
 * A list that its issuer signed and that is current. What else makes it useless (for some reasons only, of several issuers,
 * of what changed) is refused here too.
 *
 * @throws Error whose message says why it is not believed.
 */
export const readCrl = (bytes: Buffer, { issuer, now }: Omit<Asked, 'certificate'>): Crl => {
  const signed = readSigned(readDer(bytes, tags.sequence))
  // RFC 5280 6.3.3 (f)
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.includes('crlSign'))
    throw new Error('its issuer may not sign lists')
  if (!isSignedBy(signed, issuer.x509.publicKey)) throw new Error('it is not signed by the issuer of the card')
  const all = membersOf(signed.content)
  const [algorithm, name, thisUpdate, nextUpdate, ...rest] = all[0]?.tag === tags.integer ? all.slice(1) : all
  if (!algorithm?.raw.equals(signed.algorithm.raw)) throw new Error('it names two algorithms')
  if (!name?.raw.equals(namedIn(issuer.x509).subject)) throw new Error('it bears the name of another issuer')
  if (nextUpdate?.tag !== tags.utcTime && nextUpdate?.tag !== tags.generalizedTime)
    throw new Error('it does not say when the next one comes')
  const [start, end] = [timeOf(thisUpdate), timeOf(nextUpdate)]
  assertCurrent(start, end, now)

  const revoked = rest.find(({ tag }) => tag === tags.sequence)
  const serials = new Set<string>()
  // whatever an entry says besides, it names a certificate that is not to be believed today
  for (const entry of revoked ? elementsIn(revoked.content) : [])
    serials.add(integerOf(elementsIn(expectTag(entry, tags.sequence).content).next().value ?? undefined))
  return {
    thisUpdate: start,
    nextUpdate: end,
    ...scopeOf(rest.find(({ tag }) => tag === context(0))),
    hasSerial: (serial) => serials.has(serial),
  }
}

const scopeOf = (wrapped: Der | undefined): Pick<Crl, 'partOf' | 'about'> => {
  const extensions = wrapped === undefined ? [] : extensionsIn(readDer(wrapped.content, tags.sequence))
  if (extensions.some(({ oid, critical }) => critical && oid !== ISSUING_DISTRIBUTION_POINT))
    throw new Error('it has a critical extension that is not known')
  if (extensions.some(({ oid }) => oid === DELTA_INDICATOR)) throw new Error('it only says what changed')
  const part = extensions.find(({ oid }) => oid === ISSUING_DISTRIBUTION_POINT)
  const fields = part === undefined ? [] : membersOf(readDer(part.value, tags.sequence))
  const isSet = (field: number) => fields.some(({ tag, content }) => tag === primitive(field) && content[0] !== 0)
  // onlySomeReasons, indirectCRL, onlyContainsAttributeCerts
  if (fields.some(({ tag }) => tag === primitive(3)) || isSet(4) || isSet(5))
    throw new Error('it is a list for other certificates, or for some reasons only')
  const point = fields.find(({ tag }) => tag === context(0))
  return {
    about: isSet(1) ? 'cards' : isSet(2) ? 'authorities' : 'all',
    ...(point !== undefined && { partOf: addressesIn(point) }),
  }
}

/** DistributionPointName, fullName, uniformResourceIdentifier. */
const addressesIn = ({ content }: Der): readonly string[] => {
  const names = readDer(content, context(0))
  return membersOf(names).flatMap(({ tag, content: address }) =>
    tag === primitive(6) ? [address.toString('latin1')] : [],
  )
}
