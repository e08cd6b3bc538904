/**
 * Whether a card was revoked: check 7 of docs/rules/cns.md section 4. OCSP where the card names a responder, else the list
 * of its distribution point; no answer that can be believed is no entry.
 */
import { createHash, type Hash } from 'node:crypto'
import { GatewayError } from '../../errors.ts'
import type { Certificate } from './certificate.ts'
import { type Crl, readCrl } from './crl.ts'
import { readOcspAnswer, writeOcspRequest } from './ocsp.ts'
import { createRecent } from './recent.ts'
import { namedIn, type RevocationSources, revocationSourcesOf } from './revocation-sources.ts'
import { type Asked, isoOf } from './standing.ts'
import type { Path } from './trust.ts'

/** Some of the audit's events. */
export type RevocationEvent =
  | {
      readonly type: 'revocation.source_failed'
      readonly source: 'ocsp' | 'crl'
      readonly url: string
      readonly reason: string
    }
  /** A list past its end was used once more. */
  | { readonly type: 'revocation.grace'; readonly url: string; readonly nextUpdate: string }

/**
 * Resolves when neither the card nor a CA between it and ours is revoked, with who said so of each: for the register.
 *
 * @param path from the card's issuer up to a trusted CA, which itself answers to the trusted list alone.
 * @throws GatewayError `cns_revoked`, `cns_revocation_unknown`
 */
export type RevocationCheck = (card: Certificate, path: Path, now: number) => Promise<readonly string[]>

export interface RevocationOptions {
  readonly fetch: typeof globalThis.fetch
  /** How long a list that was current here may still be used past its end when no newer one can be had. */
  readonly graceHours: number
  readonly randomBytes: (size: number) => Buffer
  readonly report: (event: RevocationEvent) => void
}

const HOUR = 3_600_000
/** An issuer need not wait for the end of a list to write the next one: nobody's theft waits longer than this to be noticed. */
const DAY = 24 * HOUR
/** Milliseconds. */
const patience = { ocsp: 3_000, crl: 8_000 } as const
/** Bytes. A national card issuer's list has megabytes. */
const limits = { ocsp: 64 * 1024, crl: 8 * 1024 * 1024 } as const
/** Lists are large, answers small; a region's cards come from few issuers. */
const kept = { ocsp: 20_000, crl: 100 } as const

type Standing = 'good' | 'revoked'

interface Answer {
  readonly standing: Standing
  /** Who said so, and of when that was. */
  readonly by: string
}

interface Attempt {
  readonly source: 'ocsp' | 'crl'
  readonly url: string
  readonly make: () => Promise<Answer>
}

const OLDER = 'it is older than the one before'

export const createRevocationCheck = ({
  fetch,
  graceHours,
  randomBytes,
  report,
}: RevocationOptions): RevocationCheck => {
  const answers = createRecent<Answer & { readonly thisUpdate: number; readonly until: number }>(kept.ocsp)
  const lists = createRecent<{ list: Crl; until: number }>(kept.crl)
  const underWay = new Map<string, Promise<Crl>>()

  const get = async (url: string, source: 'ocsp' | 'crl', init: RequestInit): Promise<Buffer> => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(patience[source]) })
    if (response.status !== 200) throw new Error(`it answered ${response.status}`)
    const bytes = Buffer.from(await response.arrayBuffer())
    if (bytes.length > limits[source]) throw new Error(`it answered with more than ${limits[source]} bytes`)
    return bytes
  }

  const askResponder = async (url: string, asked: Asked): Promise<Answer> => {
    const nonce = randomBytes(16)
    const body = new Uint8Array(writeOcspRequest(asked, nonce))
    const headers = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' }
    const bytes = await get(url, 'ocsp', { method: 'POST', headers, body })
    const { status, thisUpdate, nextUpdate, appointed } = readOcspAnswer(bytes, asked, nonce)
    if (appointed !== undefined) await assertStanding({ ...asked, certificate: appointed })
    if (status === 'unknown') throw new Error('the responder does not know the certificate')
    const name = nameOf(asked)
    // who sits on the way must not bring back the day before a card was stolen
    if (thisUpdate < (answers.get(name)?.thisUpdate ?? 0)) throw new Error(OLDER)
    const until = nextUpdate === undefined ? asked.now : Math.min(nextUpdate, asked.now + DAY)
    const answer: Answer = { standing: status, by: `OCSP ${url} of ${isoOf(thisUpdate)}` }
    answers.put(name, { ...answer, thisUpdate, until })
    return answer
  }

  const readList = async (key: string, url: string, asked: Asked): Promise<Crl> => {
    const list = readCrl(await get(url, 'crl', {}), asked)
    if (list.thisUpdate < (lists.get(key)?.list.thisUpdate ?? 0)) throw new Error(OLDER)
    lists.put(key, { list, until: Math.min(list.nextUpdate, asked.now + DAY) })
    return list
  }

  /** Those who come while a list is being fetched wait for the same one. */
  const newList = (key: string, url: string, asked: Asked): Promise<Crl> => {
    let list = underWay.get(key)
    if (list === undefined) {
      list = readList(key, url, asked).finally(() => underWay.delete(key))
      underWay.set(key, list)
    }
    return list
  }

  const listOf = async (url: string, asked: Asked): Promise<Crl> => {
    const key = `${url} ${nameOfIssuer(asked).digest('base64')}`
    const held = lists.get(key)
    if (held !== undefined && asked.now < held.until) return held.list
    try {
      return await newList(key, url, asked)
    } catch (cause) {
      const { list } = held ?? {}
      if (list === undefined || asked.now >= list.nextUpdate + graceHours * HOUR) throw cause
      failed('crl', url, cause)
      if (asked.now >= list.nextUpdate) report({ type: 'revocation.grace', url, nextUpdate: isoOf(list.nextUpdate) })
      return list
    }
  }

  const lookUp = async ({ url, names }: RevocationSources['crl'][number], asked: Asked): Promise<Answer> => {
    const { partOf, about, hasSerial, thisUpdate } = await listOf(url, asked)
    if (about !== 'all' && about !== (asked.certificate.x509.ca ? 'authorities' : 'cards'))
      throw new Error(`it is a list of ${about} only`)
    // RFC 5280 6.3.3 (b)(2)(i): another part of the list is silent about this card whatever happened to it
    if (partOf !== undefined && !partOf.some((name) => names.includes(name)))
      throw new Error('it is another part of the list')
    const known = answers.get(nameOf(asked))
    // a list that was written before a responder said so does not know it yet
    if (known?.standing === 'revoked' && thisUpdate < known.thisUpdate) return known
    const standing = hasSerial(namedIn(asked.certificate.x509).serial) ? 'revoked' : 'good'
    return { standing, by: `CRL ${url} of ${isoOf(thisUpdate)}` }
  }

  const failed = (source: 'ocsp' | 'crl', url: string, cause: unknown): void =>
    report({ type: 'revocation.source_failed', source, url, reason: reasonOf(cause) })

  /** The first of them that says something to be believed. */
  const firstOf = async (attempts: readonly Attempt[]): Promise<Answer> => {
    for (const { source, url, make } of attempts) {
      try {
        return await make()
      } catch (cause) {
        failed(source, url, cause)
      }
    }
    const hosts = attempts.map(({ source, url }) => `${source} ${new URL(url).host}`)
    throw new GatewayError('cns_revocation_unknown', hosts.join(', ') || 'the certificate names no service')
  }

  const listsFor = (asked: Asked): readonly Attempt[] =>
    revocationSourcesOf(asked.certificate.x509).crl.map((point) => ({
      source: 'crl',
      url: point.url,
      make: () => lookUp(point, asked),
    }))

  /** Of a responder, by list only: none speaks for itself. */
  const assertStanding = async (responder: Asked): Promise<void> => {
    const { standing } = (await firstOf(listsFor(responder)).catch(() => undefined)) ?? {}
    if (standing === undefined) throw new Error('nobody says whether the responder was revoked')
    if (standing === 'revoked') throw new Error('the responder was revoked')
  }

  const answerOn = async (asked: Asked): Promise<Answer> => {
    const answered = answers.get(nameOf(asked))
    if (answered !== undefined && asked.now < answered.until) return answered
    const { ocsp } = revocationSourcesOf(asked.certificate.x509)
    const responders = ocsp.map((url): Attempt => ({ source: 'ocsp', url, make: () => askResponder(url, asked) }))
    return firstOf([...responders, ...listsFor(asked)])
  }

  return async (card, path, now) => {
    const chain = [card, ...path]
    const said: string[] = []
    for (const [index, issuer] of path.entries()) {
      const certificate = chain[index]
      if (certificate === undefined) continue
      const { standing, by } = await answerOn({ certificate, issuer, now })
      if (standing === 'revoked')
        throw new GatewayError('cns_revoked', index === 0 ? undefined : 'a CA between the card and ours')
      said.push(`${index === 0 ? 'card' : 'CA'} good: ${by}`)
    }
    return said
  }
}

/** By name and key: two authorities may hold the same key under two names, and number their cards alike. */
const nameOfIssuer = ({ issuer }: Asked): Hash => {
  const { subject, keyHash } = namedIn(issuer.x509)
  return createHash('sha256').update(keyHash).update(subject)
}

/** Of what was asked: no serial stands in memory in clear. */
const nameOf = (asked: Asked): string =>
  nameOfIssuer(asked).update(namedIn(asked.certificate.x509).serial).digest('base64')

const reasonOf = (cause: unknown): string => {
  // a time-out says so in its cause only; a name with several addresses fails without a message of its own
  const { message, code } = (
    (cause as Error).cause instanceof Error ? (cause as Error).cause : cause
  ) as NodeJS.ErrnoException
  return message || String(code)
}
