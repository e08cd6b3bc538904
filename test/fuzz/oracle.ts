/**
 * The judgement of one message by the real strategy, and the judgement of that judgement: what was accepted must say what
 * the provider signed, and there must be a reason why a changed message says the same.
 */
import { isDeepStrictEqual } from 'node:util'
import { runStrategy } from '../../src/upstream/run-strategy.ts'
import { decodeMessage } from '../../src/upstream/saml/base64.ts'
import { openResponse } from '../../src/upstream/saml/response.ts'
import { SamlStrategy } from '../../src/upstream/saml/strategy.ts'
import { parseXml } from '../../src/upstream/saml/xml.ts'
import { spidProfile } from '../../src/upstream/spid/profile.ts'
import type { Outcome } from '../../src/upstream/upstream.ts'
import { IDP, NOW } from '../fixtures/saml/idp.ts'
import { idpSigner, pendingLogin, serviceProvider, verify } from '../fixtures/saml/login.ts'
import { donors, type Original, originals } from './originals.ts'
import { type Attribute, type ElementNode, isNamed, localName, meaning, type Node, parse } from './tree.ts'

const pending = pendingLogin()

const judged = (field: string): Promise<Outcome> =>
  runStrategy(new SamlStrategy({ profile: spidProfile, pending, sp: serviceProvider(pending), verify }), {
    step: 'form',
    now: NOW,
    fields: { SAMLResponse: field, RelayState: pending.relayState },
  })

/** Everything that an accepted message says: the typed assertion, the citizen, what is remembered of it. */
const valuesOf = (field: string, outcome: Outcome) => {
  if (outcome.kind !== 'verified') throw new Error(outcome.kind === 'refused' ? outcome.error.message : outcome.kind)
  const { citizen, replay, logout } = outcome
  const opened = openedOf(field)
  return { citizen, replay, logout, assertion: opened.assertion(), ...(opened.signed && { envelope: opened.envelope }) }
}

const scopeOf = ({ attributes }: ElementNode) => attributes.filter(({ name }) => name.startsWith('xmlns'))
/** With the declarations around it, innermost last. */
const within = (around: readonly Attribute[], element: ElementNode): ElementNode => ({
  ...element,
  attributes: [...around, ...element.attributes],
})
const isOfSignature = (said: string, local: string) => said.startsWith(`<{http://www.w3.org/2000/09/xmldsig#}${local} `)

/** The parts whose spelling may be compared. `nodes` holds one Response. A Signature of another namespace is none. */
const partsOf = (nodes: readonly Node[]) => {
  const root = nodes.find((node) => node.kind === 'element') as ElementNode
  const assertion = root.children.find((node) => isNamed(node, 'Assertion')) as ElementNode | undefined
  const isSigned = root.children.some(
    (node) => isNamed(node, 'Signature') && isOfSignature(meaning([within(scopeOf(root), node)]), 'Signature'),
  )
  return { root, assertion, isSigned }
}

const isSignature = (element: ElementNode) => localName(element.name) === 'Signature'
const isKeyInfo = (element: ElementNode) => localName(element.name) === 'KeyInfo'

/** The Assertion, with the declarations around it, without its own signature: what that signature speaks for. */
const assertionSaid = (nodes: readonly Node[]) => {
  const { root, assertion } = partsOf(nodes)
  return assertion && meaning([{ ...root, attributes: scopeOf(root), children: [assertion] }], isSignature)
}
/** The Response without its own signature, but with that of the Assertion. */
const responseSaid = (nodes: readonly Node[]) => {
  const { root } = partsOf(nodes)
  return meaning([{ ...root, children: root.children.filter((node) => !isNamed(node, 'Signature')) }])
}
const signedInfos = (nodes: readonly Node[], around: readonly Attribute[] = []): string[] =>
  nodes.flatMap((node) => {
    if (node.kind !== 'element') return []
    const said = localName(node.name) === 'SignedInfo' ? meaning([within(around, node)]) : ''
    if (isOfSignature(said, 'SignedInfo')) return [said]
    return signedInfos(node.children, [...around, ...scopeOf(node)])
  })

const openedOf = (field: string) => openResponse(parseXml(decodeMessage(field)), [idpSigner.certificate], verify)
const signedEnvelopes = [...originals, ...donors]
  .filter(({ xml }) => parse(xml).some((node) => isNamed(node, 'Response')))
  .map(({ xml }) => openedOf(Buffer.from(xml).toString('base64')))
  .filter(({ signed }) => signed)
const isSignedEnvelope = (field: string) => {
  const { signed, envelope, status } = openedOf(field)
  return (
    signed && signedEnvelopes.some((known) => isDeepStrictEqual([known.envelope, known.status], [envelope, status]))
  )
}

export interface Reference extends Original {
  readonly nodes: readonly Node[]
  readonly values: ReturnType<typeof valuesOf>
}

/** What the provider signed, as the gateway reads it: checked against what the provider meant. */
export const referenceOf = async (original: Original): Promise<Reference> => {
  const field = Buffer.from(original.xml).toString('base64')
  const values = valuesOf(field, await judged(field))
  const { says } = original
  const { givenName, familyName, birthdate, fiscalNumber, level, idp } = values.citizen
  const meant = [says?.name, says?.familyName, says?.dateOfBirth, says?.fiscalNumber, 2, IDP]
  if (!isDeepStrictEqual([givenName, familyName, birthdate, fiscalNumber, level, idp], meant)) {
    throw new Error(`${original.name} is not read as it was meant`)
  }
  return { ...original, nodes: parse(original.xml), values }
}

export const reasons = {
  octets: 'the same octets: only the base64 is another, or nothing was changed in the end',
  spelling: 'the same XML in another spelling: comments, CDATA, references, quotes, order, line ends, unused prefixes',
  keyInfo: 'KeyInfo differs, which is never read',
  place: 'a signature stands elsewhere in its element or is laid out otherwise, which no signature covers',
  envelope: 'the unsigned envelope differs, from which nothing is taken; the signed Assertion is the same',
  donor: 'the whole Assertion is another one that the provider signed for this very request',
} as const
export type Reason = keyof typeof reasons

/** Why a message that was accepted says what was signed. `undefined`: there is no reason. */
const reasonOf = (xml: string, reference: Reference, isDonor: boolean): Reason | undefined => {
  const nodes = parse(xml.replace(/^\ufeff/, ''))
  const original = reference.nodes
  if (assertionSaid(nodes) !== assertionSaid(original)) return undefined
  const known = signedInfos(original)
  if (!signedInfos(nodes).every((one) => known.includes(one))) return undefined
  if (partsOf(nodes).isSigned && responseSaid(nodes) !== responseSaid(original)) return undefined
  if (isDonor) return 'donor'
  if (xml === reference.xml) return 'octets'
  const same = (skip?: (element: ElementNode) => boolean) =>
    meaning([partsOf(nodes).root], skip) === meaning([partsOf(original).root], skip)
  if (same()) return 'spelling'
  if (same(isKeyInfo)) return 'keyInfo'
  if (partsOf(nodes).isSigned === partsOf(original).isSigned && same(isSignature)) return 'place'
  return partsOf(nodes).isSigned ? undefined : 'envelope'
}

export type Verdict =
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'accepted'; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly why: string }

/** `references`: the original that was changed first, then those whose parts may be in it. */
export const judge = async (
  field: string,
  [original, ...others]: readonly [Reference, ...Reference[]],
): Promise<Verdict> => {
  let outcome: Outcome
  try {
    outcome = await judged(field)
  } catch (error) {
    return { kind: 'failed', why: `crashed: ${error instanceof Error ? error.stack : error}` }
  }
  if (outcome.kind === 'refused') {
    const { error, authenticated } = outcome
    // it uses the login up: nobody but the provider may do that
    if (authenticated && !isSignedEnvelope(field)) return { kind: 'failed', why: 'refused as if the provider had' }
    return { kind: 'refused', code: error.code }
  }
  const values = valuesOf(field, outcome)
  const isSame = ({ values: known }: Reference) => {
    // an envelope that is not signed any more says nothing; one that is must be the signed one
    const { envelope: signedEnvelope, ...rest } = known
    const { envelope, ...given } = values
    return isDeepStrictEqual(given, rest) && (envelope === undefined || isDeepStrictEqual(envelope, signedEnvelope))
  }
  const xml = decodeMessage(field)
  const candidates = [original, ...others].filter(isSame)
  if (candidates.length === 0) return { kind: 'failed', why: 'accepted, and says what nobody signed' }
  for (const candidate of candidates) {
    const reason = reasonOf(xml, candidate, candidate.xml !== original.xml)
    if (reason !== undefined) return { kind: 'accepted', reason }
  }
  return { kind: 'failed', why: 'accepted without a reason: the values are the signed ones, the XML is not' }
}
