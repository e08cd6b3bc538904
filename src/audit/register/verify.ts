/**
 * Is everything there, as it was written? Anchors name one another, each names the chains of its day, each chain its
 * records; and each new chain names the last anchor. What is missing must have been dropped at its time, or it is a finding.
 */
import { basename } from 'node:path'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import { type Anchor, anchorPath, type ChainStatement, openStatement, readSigned, sha256Of } from './anchors.ts'
import { recordsInLines } from './close-day.ts'
import type { Find, Finding } from './finding.ts'
import { chainsIn, closesAt, type Day, daysIn, logPath, namesIn, type Place, segmentPath } from './layout.ts'
import { formOf, readChain } from './read-chain.ts'
import { openSegment } from './read-segment.ts'
import { verifyAnchors, verifyDropped } from './verify-anchors.ts'
import { createEnds, createReach } from './verify-ends.ts'
import { createSummary, recordIn } from './write-segment.ts'

export interface Verified {
  /** Closed, open and dropped days. */
  readonly closed: number
  readonly open: number
  readonly dropped: number
  readonly chains: number
  readonly records: number
  readonly findings: number
  /** Chains of open days without a last record: their processes run, or were killed. What stood behind nobody can tell. */
  readonly unended: number
  /** To be compared with what the log said when the day was closed. */
  readonly lastAnchor?: { readonly day: Day; readonly sha256: string }
}

/** How long after its end a day may be without an anchor. */
const LATE = 24 * 3_600_000

/** `from`: a day; what lies before it is not looked at. */
export const verifyRegister = async ({
  folder,
  keys,
  from = '',
  now,
  find: tell,
}: {
  folder: string
  keys: readonly RegisterKey[]
  from?: Day
  now: () => number
  find: Find
}): Promise<Verified> => {
  const count = { closed: 0, open: 0, dropped: 0, chains: 0, records: 0, findings: 0, unended: 0 }
  const find = (finding: Finding): void => {
    count.findings += 1
    tell(finding)
  }
  const anchors = await verifyAnchors(folder, keys, from, find)
  const hashes = new Map(anchors.map(({ anchor, sha256 }) => [anchor.day, sha256]))
  const droppedDays = new Set<Day>()
  const ends = createEnds(folder, keys)

  /** What is really there; `damaged` where some of it is a finding. */
  const chainOf = async (place: Place, keyId = '', records?: number): Promise<ChainStatement> => {
    const before = count.findings
    const summary = createSummary(place, keyId)
    const reach = createReach(find)
    let last: Buffer | undefined
    for await (const block of readChain(folder, place, keys, reach.find, records)) {
      reach.add(block)
      if (summary.roots.length === 0) await namesWhatWasBefore(place, block[0]?.bytes)
      summary.add(block)
      last = block.at(-1)?.bytes
    }
    if (records === undefined && last !== undefined && recordIn(last).kind !== 'chain.ended') count.unended += 1
    const statement = summary.statement()
    ends.has(place, records ?? reach.records())
    count.chains += 1
    count.records += statement.records
    return count.findings > before ? { ...statement, damaged: true } : statement
  }

  /** Somebody who takes away the newest anchors with their days takes away what the chains after them name. */
  const namesWhatWasBefore = async (place: Place, bytes: Buffer | undefined): Promise<void> => {
    const record = bytes && recordIn(bytes)
    if (record?.kind !== 'chain.opened') return
    if (record.after !== undefined) ends.says(place, record.after)
    if (record.previous === undefined) return
    const { day, sha256 } = record.previous
    if (day < from || (hashes.get(day) ?? (await anchorSince(day))) === sha256) return
    const what = hashes.has(day) ? 'changed' : 'missing'
    find({ file: `anchors/${day}.json`, what, note: `${place.day}/${place.chain} names another one` })
  }

  /** Of a day that a gateway has closed since the anchors were read: to read everything may take hours. */
  const anchorSince = (day: Day): Promise<string | undefined> =>
    readSigned(anchorPath(folder, day))
      .then((signed) => openStatement<Anchor>(signed, 'register anchor', keys) && sha256Of(signed.statement))
      .catch(() => undefined)

  for (const { anchor, sha256 } of anchors) {
    const { day } = anchor
    if (await verifyDropped(folder, keys, anchor, sha256, find)) {
      count.dropped += 1
      droppedDays.add(day)
      continue
    }
    count.closed += 1
    for (const signed of anchor.chains) {
      const place = { day, chain: signed.chain }
      const found = await chainOf(place, signed.key, signed.records)
      if (!found.damaged) compare(place, signed, found, find)
      await verifyIndex(folder, place, keys, find)
      if (!signed.damaged) await verifyLines(folder, place, signed.records, find)
    }
    const known = new Set(anchor.chains.map(({ chain }) => chain))
    for (const chain of await chainsIn(folder, day)) {
      if (!known.has(chain))
        find({ file: `${day}/${chain}`, what: 'unknown', note: 'the anchor of the day does not name it' })
    }
  }

  for (const day of (await daysIn(folder)).filter((one) => one >= from && !hashes.has(one))) {
    count.open += 1
    if (closesAt(day) + LATE < now()) find({ file: day, what: 'unknown', note: 'the day is over and has no anchor' })
    for (const chain of await chainsIn(folder, day)) await chainOf({ day, chain })
  }
  await ends.verify((day) => day >= from && !droppedDays.has(day), find)
  for (const name of (await namesIn(folder)).filter((one) => one.endsWith('.log')))
    find({ file: name, what: 'unreadable', note: 'it is of an earlier version: move it away' })

  const last = anchors.at(-1)
  return { ...count, ...(last && { lastAnchor: { day: last.anchor.day, sha256: last.sha256 } }) }
}

const compare = ({ day, chain }: Place, said: ChainStatement, found: ChainStatement, find: Find): void => {
  const file = `${day}/${chain}`
  if (found.records < said.records) find({ file, what: 'truncated', first: found.records, last: said.records - 1 })
  else if (found.records > said.records)
    find({ file, what: 'inserted', first: said.records, last: found.records - 1, note: 'after the day was closed' })
  else if (found.head !== said.head || found.root !== said.root)
    find({ file, what: 'forged', note: 'its records are not those that the anchor was signed for' })
}

/** Beside a segment: left by a crash, or written with a slow clock after the day was closed. */
const verifyLines = async (folder: string, place: Place, records: number, find: Find): Promise<void> => {
  const written = (await recordsInLines(logPath(folder, place))) ?? 0
  const file = `${place.day}/${place.chain}.log`
  if (written > records)
    find({
      file,
      what: 'inserted',
      first: records,
      last: written - 1,
      note: 'after the day was closed: is a clock wrong?',
    })
}

/** A record that an index no longer names is not found by who searches. */
const verifyIndex = async (folder: string, place: Place, keys: readonly RegisterKey[], find: Find): Promise<void> => {
  if ((await formOf(folder, place)) !== 'segment') return
  const path = segmentPath(folder, place)
  try {
    const segment = await openSegment(path, place, keys)
    const note = await segment.damage().finally(() => segment.close())
    if (note !== undefined) find({ file: `${place.day}/${basename(path)}`, what: 'changed', note })
  } catch {
    // told when its records were read
  }
}
