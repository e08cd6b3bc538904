/** The Italian trusted list (ETSI TS 119 612) as far as cards go: which authorities may issue them. docs/rules/cns.md section 3. */
import { X509Certificate } from 'node:crypto'
import type { ElementNode } from '../upstream/saml/tree.ts'
import { childNamed, childrenNamed, isNamed, parseXml, textOf } from '../upstream/saml/xml.ts'
import { openEnveloped } from './signature.ts'

export interface TrustList {
  readonly sequence: number
  /** Milliseconds since 1970. */
  readonly nextUpdate: number
  /** Without duplicates. Expired ones are among them: a login looks at dates. */
  readonly authorities: readonly X509Certificate[]
  /** Absent when the list was accepted unsigned. */
  readonly signer?: X509Certificate
}

export interface TrustListOptions {
  /** Whoever may sign the list. */
  readonly signers: readonly X509Certificate[]
  /** The signature is not looked at. */
  readonly acceptUnsigned: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

const TSL = 'http://uri.etsi.org/02231/v2#'
/** Version 6 came in April 2026; what is read here is the same in both. */
const versions: ReadonlySet<string> = new Set(['5', '6'])
const IDENTITY_VERIFICATION = 'http://uri.etsi.org/TrstSvc/Svctype/IdV'
const RECOGNISED = 'http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel'

/** The whole list of 2019 has 2 MB, with history and qualified services. */
const LIMITS = { maxBytes: 8 * 1024 * 1024, maxNodes: 600_000 }

/** @throws Error whose message says why the list is not believed. */
export const openTrustList = (text: string, { signers, acceptUnsigned, now }: TrustListOptions): TrustList => {
  const received = parseXml(text, LIMITS)
  if (!isNamed(received.root, TSL, 'TrustServiceStatusList')) throw new Error('it is no trusted list')
  const opened = acceptUnsigned ? undefined : openEnveloped(received, signers)
  const root = opened === undefined ? received.root : parseXml(opened.xml, LIMITS).root
  const scheme = child(root, 'SchemeInformation')
  const version = textIn(scheme, 'TSLVersionIdentifier')
  if (!versions.has(version)) throw new Error(`its version is ${version}, not 5 or 6`)
  const territory = textIn(scheme, 'SchemeTerritory')
  if (territory !== 'IT') throw new Error(`it is the list of ${territory}, not of Italy`)
  const sequence = Number(textIn(scheme, 'TSLSequenceNumber'))
  if (!Number.isSafeInteger(sequence)) throw new Error('its TSLSequenceNumber is no number')
  const authorities = authoritiesIn(root, now)
  if (authorities.length === 0) throw new Error('it names no card authority')
  return {
    sequence,
    nextUpdate: timeIn(child(scheme, 'NextUpdate'), 'dateTime'),
    authorities,
    ...(opened !== undefined && { signer: opened.signer }),
  }
}

/** Section 3, rule 2: the services of today, not their history. */
const authoritiesIn = (root: ElementNode, now: number): readonly X509Certificate[] => {
  const providers = under([root], 'TrustServiceProviderList', 'TrustServiceProvider')
  const services = under(providers, 'TSPServices', 'TSPService', 'ServiceInformation').filter(
    (service) =>
      textIn(service, 'ServiceTypeIdentifier') === IDENTITY_VERIFICATION &&
      textIn(service, 'ServiceStatus') === RECOGNISED &&
      timeIn(service, 'StatusStartingTime') <= now,
  )
  const certificates = under(services, 'ServiceDigitalIdentity', 'DigitalId', 'X509Certificate').flatMap(certificateIn)
  return [...new Map(certificates.map((one) => [one.fingerprint256, one])).values()]
}

/** One that cannot be read must not cost the others. */
const certificateIn = (element: ElementNode): readonly X509Certificate[] => {
  try {
    return [new X509Certificate(Buffer.from(textOf(element), 'base64'))]
  } catch {
    return []
  }
}

const under = (parents: readonly ElementNode[], ...names: readonly string[]): readonly ElementNode[] =>
  names.reduce((elements, name) => elements.flatMap((element) => childrenNamed(element, TSL, name)), parents)

const child = (parent: ElementNode, name: string): ElementNode => {
  const found = childNamed(parent, TSL, name)
  if (found === undefined) throw new Error(`it has no ${name}`)
  return found
}

const textIn = (parent: ElementNode, name: string): string => textOf(child(parent, name))

const timeIn = (parent: ElementNode, name: string): number => {
  const text = textIn(parent, name)
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new Error(`its ${name} is no time: ${text}`)
  return time
}
