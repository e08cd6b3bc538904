/**
 * The card authorities of this moment: read from the national list at the start and daily, and kept when the list cannot be
 * had or believed (docs/rules/cns.md section 3, rule 1).
 */
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { LastGood, ReadSource } from '../upstream/spid/registry-source.ts'
import { authorityName } from './authority-name.ts'
import { openTrustList, type TrustList } from './trust-list.ts'

/** Some of the audit's events. `copy`: the last good one, on the disk. */
export type TrustListEvent =
  | {
      readonly type: 'trust_list.updated'
      readonly origin: 'source' | 'copy'
      readonly sequence: number
      /** Authorities by name and the beginning of their SHA-256. */
      readonly added: readonly string[]
      readonly removed: readonly string[]
    }
  /** The list in use stays. */
  | { readonly type: 'trust_list.refused'; readonly origin: 'source' | 'copy'; readonly reason: string }
  /** It stays in use, but a newer one should be there. */
  | { readonly type: 'trust_list.outdated'; readonly sequence: number; readonly nextUpdate: string }
  | { readonly type: 'trust_list.not_kept'; readonly reason: string }

export type TrustListRefreshed =
  | { readonly result: 'updated'; readonly added: readonly string[]; readonly removed: readonly string[] }
  | { readonly result: 'unchanged' }
  | { readonly result: 'refused'; readonly reason: string }

export interface TrustListRegistry {
  /** Takes up the last good copy, if there is one. Never rejects. */
  load(): Promise<void>
  /** Reads the source. Never rejects; called again while it is under way, it is the same refresh. */
  refresh(): Promise<TrustListRefreshed>
  /** Empty until something was good. */
  current(): readonly X509Certificate[]
  list(): TrustList | undefined
  /** Ends a refresh under way, without a report. */
  close(): void
}

export interface TrustListRegistryOptions {
  readonly source: ReadSource
  readonly lastGood: LastGood
  /** PEM. */
  readonly signers: readonly string[]
  readonly acceptUnsigned: boolean
  readonly now: () => number
  readonly report: (event: TrustListEvent) => void
  /** Told of every other list that is in use from now on, before anybody is told that it is. */
  readonly use?: (authorities: readonly X509Certificate[]) => void
}

/** Of the last good copy, as it came, so that its signature is asked for again. */
export const trustListPath = (stateDir: string): string => join(stateDir, 'registry', 'trust-list.xml')

export const createTrustListRegistry = ({
  source,
  lastGood,
  signers: pems,
  acceptUnsigned,
  now,
  report,
  use = () => {},
}: TrustListRegistryOptions): TrustListRegistry => {
  const signers = pems.map((pem) => new X509Certificate(pem))
  const closing = new AbortController()
  let held: TrustList | undefined
  let heldText: string | undefined
  /** The copy as this process last saw it on the disk. */
  let onDisk: string | undefined

  const open = (text: string) => openTrustList(text, { signers, acceptUnsigned, now: now() })

  const take = (next: TrustList, text: string, origin: 'source' | 'copy'): TrustListRefreshed => {
    const [before, after] = [namesOf(held), namesOf(next)]
    const added = after.filter((name) => !before.includes(name))
    const removed = before.filter((name) => !after.includes(name))
    const unchanged = added.length + removed.length === 0
    if (!unchanged) use(next.authorities)
    held = next
    heldText = text
    if (unchanged) return { result: 'unchanged' }
    report({ type: 'trust_list.updated', origin, sequence: next.sequence, added, removed })
    return { result: 'updated', added, removed }
  }

  /** What stands in the folder was found good by this gateway, another one or `varco cns trust update`; it is verified again. */
  const takeCopy = async (): Promise<void> => {
    try {
      const text = await lastGood.read()
      const known = text === onDisk || text === heldText
      onDisk = text
      if (text === undefined || known) return
      const copy = open(text)
      if (held === undefined || copy.sequence > held.sequence) take(copy, text, 'copy')
    } catch (cause) {
      report({ type: 'trust_list.refused', origin: 'copy', reason: (cause as Error).message })
    }
  }

  const keepCopy = async (text: string): Promise<void> => {
    if (text === onDisk) return
    try {
      await lastGood.write(text)
      onDisk = text
    } catch (cause) {
      report({ type: 'trust_list.not_kept', reason: (cause as Error).message })
    }
  }

  const readSource = async (): Promise<TrustListRefreshed> => {
    try {
      const text = await source(closing.signal)
      let refreshed: TrustListRefreshed = { result: 'unchanged' }
      if (text !== heldText) {
        const next = open(text)
        // a good signature does not make a good list: an old one brings back authorities that were withdrawn
        if (held !== undefined && next.sequence < held.sequence)
          throw new Error(`its number is ${next.sequence}, that of the list in use ${held.sequence}`)
        refreshed = take(next, text, 'source')
      }
      await keepCopy(text)
      return refreshed
    } catch (cause) {
      return { result: 'refused', reason: (cause as Error).message }
    }
  }

  const reportOutdated = (): void => {
    if (held === undefined || held.nextUpdate > now()) return
    const nextUpdate = new Date(held.nextUpdate).toISOString()
    report({ type: 'trust_list.outdated', sequence: held.sequence, nextUpdate })
  }

  const refreshOnce = async (): Promise<TrustListRefreshed> => {
    await takeCopy()
    const refreshed = await readSource()
    if (closing.signal.aborted) return refreshed
    if (refreshed.result === 'refused')
      report({ type: 'trust_list.refused', origin: 'source', reason: refreshed.reason })
    reportOutdated()
    return refreshed
  }

  let underWay: Promise<TrustListRefreshed> | undefined
  return {
    load: takeCopy,
    refresh: () => {
      underWay ??= refreshOnce().finally(() => {
        underWay = undefined
      })
      return underWay
    },
    current: () => held?.authorities ?? [],
    list: () => held,
    close: () => closing.abort(),
  }
}

const namesOf = (list: TrustList | undefined): readonly string[] => list?.authorities.map(authorityName) ?? []
