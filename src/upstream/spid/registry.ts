/**
 * The SPID providers of this moment: read from the registry at start and daily, and kept when the registry fails, because
 * a region without SPID is worse than one whose list is a day old (docs/rules/spid-saml.md section 10).
 */
import { X509Certificate } from 'node:crypto'
import { expiredAmong, type IdpMetadata } from '../saml/idp-metadata.ts'
import { type VerifySignature, verifySignature } from '../saml/verify-signature.ts'
import { type Aggregate, openAggregate } from './aggregate.ts'
import { agidPins } from './agid.ts'
import { changesBetween, isUnchanged, type RegistryChanges } from './registry-changes.ts'
import type { LastGood, ReadSource } from './registry-source.ts'

/** Some of the audit's events. `copy`: the last good one, on the disk. */
export type RegistryEvent =
  | ({ readonly type: 'registry.updated'; readonly origin: 'source' | 'copy' } & RegistryChanges)
  /** The list in use stays. */
  | { readonly type: 'registry.refused'; readonly origin: 'source' | 'copy'; readonly reason: string }
  | { readonly type: 'registry.not_kept'; readonly reason: string }
  | { readonly type: 'idp.certificate_expired'; readonly idp: string; readonly notAfter: string }

export type Refreshed =
  | { readonly result: 'updated'; readonly changes: RegistryChanges }
  | { readonly result: 'unchanged' }
  | { readonly result: 'refused'; readonly reason: string }

export interface RegistryStatus {
  /** Where the list in use came from; absent while there is none. */
  readonly origin?: 'source' | 'copy'
  /** When the source last gave a good list, milliseconds since 1970. */
  readonly readAt?: number
  /** Why the last refresh changed nothing. */
  readonly refusal?: string
  readonly signer?: X509Certificate
}

export interface IdpRegistry {
  /** Takes up the last good copy, if there is one. Never rejects. */
  load(): Promise<void>
  /** Reads the source. Never rejects; called again while it is under way, it is the same refresh. */
  refresh(): Promise<Refreshed>
  /** Empty until something was good. */
  current(): readonly IdpMetadata[]
  status(): RegistryStatus
  /** Ends a refresh under way, without a report. */
  close(): void
}

export interface RegistryOptions {
  readonly source: ReadSource
  readonly lastGood: LastGood
  /** SHA-256 of the certificates that may sign the list; default AgID's. */
  readonly pins?: readonly string[]
  readonly now: () => number
  readonly report: (event: RegistryEvent) => void
  /** Default: the fast engine. */
  readonly verify?: VerifySignature
  /** Told of each provider that cannot be used. */
  readonly leftOut?: (entityId: string, reason: string) => void
}

interface Held extends Aggregate {
  readonly text: string
  readonly origin: 'source' | 'copy'
}

export const createIdpRegistry = ({
  source,
  lastGood,
  pins = agidPins,
  now,
  report,
  verify = verifySignature,
  leftOut = () => {},
}: RegistryOptions): IdpRegistry => {
  const closing = new AbortController()
  let held: Held | undefined
  /** The copy as this process last saw it on the disk. */
  let onDisk: string | undefined
  let readAt: number | undefined
  let refusal: string | undefined
  const reported = new Set<string>()

  const open = (text: string, origin: Held['origin']): Held => {
    const aggregate = openAggregate(text, { pins, now: now(), verify, leftOut })
    const idps = aggregate.idps.filter(({ entityId, validUntil }) => {
      if (validUntil === undefined || validUntil > now()) return true
      leftOut(entityId, `was valid until ${isoOf(validUntil)}`)
      return false
    })
    if (idps.length === 0) throw new Error('it names no provider that can be used')
    // the last of two with the same entityID counts, as it does for a login
    return { ...aggregate, idps: [...new Map(idps.map((idp) => [idp.entityId, idp])).values()], text, origin }
  }

  const use = (next: Held): RegistryChanges => {
    const changes = changesBetween(held?.idps ?? [], next.idps)
    held = next
    return changes
  }

  const reportUpdated = (changes: RegistryChanges | undefined) => {
    if (held !== undefined && changes !== undefined && !isUnchanged(changes))
      report({ type: 'registry.updated', origin: held.origin, ...changes })
  }

  /** A certificate runs out without any change of the list: looked at daily, reported once. They stay in use (5.4). */
  const reportExpired = () => {
    for (const { entityId, certificates } of held?.idps ?? []) {
      const all = certificates.map((pem) => new X509Certificate(pem))
      for (const { notAfter } of expiredAmong(all, now())) {
        const key = `${entityId} ${notAfter}`
        if (!reported.has(key)) report({ type: 'idp.certificate_expired', idp: entityId, notAfter })
        reported.add(key)
      }
    }
  }

  /**
   * What stands in the folder was found good by this gateway, another one or `varco spid idps update`: its signature is
   * asked for again, its size and its end are not.
   */
  const takeCopy = async (): Promise<RegistryChanges | undefined> => {
    try {
      const text = await lastGood.read()
      const known = text === onDisk || text === held?.text
      onDisk = text
      if (text === undefined || known) return undefined
      const copy = open(text, 'copy')
      return isOlder(copy, held) ? undefined : use(copy)
    } catch (cause) {
      report({ type: 'registry.refused', origin: 'copy', reason: (cause as Error).message })
      return undefined
    }
  }

  const keepCopy = async (text: string) => {
    if (text === onDisk) return
    try {
      await lastGood.write(text)
      onDisk = text
    } catch (cause) {
      report({ type: 'registry.not_kept', reason: (cause as Error).message })
    }
  }

  const readSource = async (): Promise<Refreshed> => {
    try {
      const text = await source(closing.signal)
      if (text !== held?.text) {
        const next = open(text, 'source')
        assertBetter(next, held, now())
        const changes = use(next)
        reportUpdated(changes)
        await keepCopy(text)
        return isUnchanged(changes) ? { result: 'unchanged' } : { result: 'updated', changes }
      }
      if (held.validUntil !== undefined && held.validUntil <= now()) throw outOfDate(held.validUntil)
      held = { ...held, origin: 'source' }
      await keepCopy(text)
      return { result: 'unchanged' }
    } catch (cause) {
      return { result: 'refused', reason: (cause as Error).message }
    }
  }

  const refreshOnce = async (): Promise<Refreshed> => {
    reportUpdated(await takeCopy())
    const refreshed = await readSource()
    if (closing.signal.aborted) return refreshed
    if (refreshed.result === 'refused') {
      refusal = refreshed.reason
      report({ type: 'registry.refused', origin: 'source', reason: refreshed.reason })
    } else {
      refusal = undefined
      readAt = now()
    }
    reportExpired()
    return refreshed
  }

  let underWay: Promise<Refreshed> | undefined
  return {
    load: async () => {
      await takeCopy()
      reportExpired()
    },
    refresh: () => {
      underWay ??= refreshOnce().finally(() => {
        underWay = undefined
      })
      return underWay
    },
    current: () => (held?.idps ?? []).filter(({ validUntil }) => validUntil === undefined || validUntil > now()),
    status: () => ({
      ...(held !== undefined && { origin: held.origin, signer: held.signer }),
      ...(readAt !== undefined && { readAt }),
      ...(refusal !== undefined && { refusal }),
    }),
    close: () => closing.abort(),
  }
}

const isoOf = (milliseconds: number): string => new Date(milliseconds).toISOString()

const isOlder = (next: Aggregate, held: Aggregate | undefined): boolean =>
  next.createdAt !== undefined && held?.createdAt !== undefined && next.createdAt < held.createdAt

const outOfDate = (validUntil: number) => new Error(`it was valid until ${isoOf(validUntil)}`)

/** A good signature does not make a good list: an old one brings back keys that were withdrawn, a cut one sends citizens away. */
const assertBetter = (next: Aggregate, held: Aggregate | undefined, now: number): void => {
  if (next.validUntil !== undefined && next.validUntil <= now) throw outOfDate(next.validUntil)
  if (held === undefined) return
  if (isOlder(next, held)) throw new Error('it was made before the list in use')
  const [before, after] = [held.idps.length, next.idps.length]
  if (after * 3 < before * 2) throw new Error(`it shrinks from ${before} providers to ${after}, by more than a third`)
}
