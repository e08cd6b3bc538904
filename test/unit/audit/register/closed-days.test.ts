import { existsSync, renameSync } from 'node:fs'
import { readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anchorPath, readSigned, type Signed, sha256Of, signStatement } from '../../../../src/audit/register/anchors.ts'
import { droppableFrom } from '../../../../src/audit/register/retention.ts'
import {
  createTestRegister,
  DAY,
  editLines,
  response,
  TEN,
  type TestRegister,
} from '../../../fixtures/register/register.ts'

let test: TestRegister
beforeEach(async () => {
  test = await createTestRegister()
})
afterEach(() => test.remove())

const dayAt = (number: number) => new Date(TEN + number * DAY).toISOString().slice(0, 10)

/** So many days with so many logins each, the last one still open. */
const days = async (count: number, logins = 2) => {
  const register = test.open()
  for (let day = 0; day < count; day++) {
    for (let login = 0; login < logins; login++) await register.write(response(1000 * day + login))
    test.clock.now += DAY
    await register.housekeep()
  }
  test.clock.now -= DAY
  return register
}

const anchorOf = async (day: string) => JSON.parse((await readSigned(anchorPath(test.folder, day))).statement)

describe('a day that is over', () => {
  it('becomes a segment and an anchor that names the day before', async () => {
    const register = await days(3)
    await register.close()
    expect((await readdir(join(test.folder, 'anchors'))).toSorted()).toEqual(
      [0, 1, 2].map((day) => `${dayAt(day)}.json`),
    )
    for (const day of [0, 1, 2]) expect(await test.fileOf(dayAt(day))).toMatch(/\.seg$/)
    const first = await readSigned(anchorPath(test.folder, dayAt(0)))
    expect(await anchorOf(dayAt(0))).toMatchObject({
      day: dayAt(0),
      previous: null,
      chains: [{ chain: 'gw1-101-00000001-1', key: (await test.keys())[0]?.id, records: 3 }],
    })
    expect((await anchorOf(dayAt(1))).previous).toEqual({ day: dayAt(0), sha256: sha256Of(first.statement) })
    expect(test.events.filter(({ type }) => type === 'register.anchored')).toHaveLength(3)
    expect(await test.verify()).toMatchObject({ texts: [], closed: 3, records: 9 })
  })

  it('holds nothing in clear', async () => {
    await (await days(1, 70)).close()
    const text = (await readFile(await test.fileOf(dayAt(0)))).toString('latin1')
    expect(text.slice(text.indexOf('\n'))).not.toMatch(/Rossi|RSSMRA|sito|192\.0\.2|support|verified/)
  })

  it('takes less than a third of the disk', async () => {
    const register = test.open()
    for (let login = 0; login < 200; login++) await register.write(response(login))
    const lines = (await readFile(await test.fileOf(dayAt(0)))).length
    test.clock.now += DAY
    await register.housekeep()
    expect((await readFile(await test.fileOf(dayAt(0)))).length).toBeLessThan(lines / 3)
  })

  it('is closed once by gateways that close it at the same moment, with all chains of all of them', async () => {
    const gateways = [test.open(), test.open(), test.open()]
    for (const gateway of gateways) await gateway.write(response(1))
    test.clock.now += DAY
    await Promise.all(gateways.map((gateway) => gateway.housekeep()))
    expect((await anchorOf(dayAt(0))).chains).toHaveLength(3)
    expect(test.events.filter(({ type }) => type === 'register.anchored')).toHaveLength(1)
    expect(test.events.filter(({ type }) => type === 'register.not_closed')).toEqual([])
    expect(await test.verify()).toMatchObject({ texts: [], chains: 3 })
  })

  it('stays open for a quarter of an hour: another gateway may still write', async () => {
    const register = test.open()
    await register.write(response(1))
    test.clock.now = Date.parse('2026-01-16T00:14:59Z')
    await register.housekeep()
    expect(await test.verify()).toMatchObject({ closed: 0, open: 1 })
    test.clock.now += 1000
    await register.housekeep()
    expect(await test.verify()).toMatchObject({ closed: 1, open: 0 })
  })

  it('is closed with an unfinished last line cut off and reported, whichever host it came from', async () => {
    const elsewhere = test.open({ writer: { host: 'gw2', pid: 7, tag: '00000007' } })
    await elsewhere.write(response(1))
    await elsewhere.write(response(2))
    const path = await test.fileOf(dayAt(0))
    await truncate(path, (await readFile(path)).length - 5)
    const here = test.open()
    await here.housekeep()
    expect(test.events).toEqual([])
    test.clock.now += DAY
    await here.housekeep()
    const [repaired] = test.events
    expect(repaired).toMatchObject({ type: 'register.repaired', day: dayAt(0), chain: 'gw2-7-00000007-1' })
    expect(await test.verify()).toMatchObject({ texts: [], closed: 1 })
    expect((await anchorOf(dayAt(0))).chains).toMatchObject([{ records: 2 }])
  })

  it('is anchored as damaged when the first line of a chain is not its own: one bad file holds up nothing', async () => {
    const register = test.open()
    await register.write(response(1))
    await register.close()
    const path = await test.fileOf(dayAt(0))
    await rename(path, path.replace('gw1-101', 'gw1-999'))
    test.clock.now += DAY
    await test.open().housekeep()
    expect((await anchorOf(dayAt(0))).chains).toMatchObject([
      { chain: 'gw1-999-00000001-1', records: 0, damaged: true },
    ])
    expect((await test.verify()).texts).toEqual([
      `${dayAt(0)}/gw1-999-00000001-1.log: unreadable (its first line is not that of this chain)`,
    ])
  })

  it('is anchored as damaged when a chain was changed before, which stays as it is', async () => {
    const register = test.open()
    for (const number of [1, 2, 3]) await register.write(response(number))
    await editLines(await test.fileOf(dayAt(0)), (lines) => lines.toSpliced(3, 1))
    test.clock.now += DAY
    const other = test.open()
    await other.housekeep()
    const finding = `${dayAt(0)}/gw1-101-00000001-1.log: record 2 removed`
    expect(test.events).toContainEqual({
      type: 'register.damaged',
      day: dayAt(0),
      chain: 'gw1-101-00000001-1',
      finding,
    })
    expect(await test.fileOf(dayAt(0))).toMatch(/\.log$/)
    expect((await anchorOf(dayAt(0))).chains[0]).toMatchObject({ records: 3, damaged: true })
    expect((await test.verify()).texts).toEqual([finding])
  })

  it('keeps and tells lines that a gateway with a slow clock wrote after it was closed', async () => {
    const slow = test.open()
    await slow.write(response(1))
    const path = await test.fileOf(dayAt(0))
    const before = await readFile(path)
    await slow.write(response(2))
    const after = await readFile(path)
    await writeFile(path, before)
    test.clock.now += DAY
    const other = test.open()
    await other.housekeep()
    await writeFile(path, after)
    await other.housekeep()
    await other.housekeep()
    const damage = test.events.filter(({ type }) => type === 'register.damaged')
    expect(damage).toEqual([
      {
        type: 'register.damaged',
        day: dayAt(0),
        chain: 'gw1-101-00000001-1',
        finding: '1 records after the day was closed',
      },
    ])
    expect((await test.verify()).texts).toEqual([
      `${dayAt(0)}/gw1-101-00000001-1.log: record 2 inserted (after the day was closed: is a clock wrong?)`,
    ])
  })

  it('loses the lines that a crash left beside its segments', async () => {
    const register = test.open()
    await register.write(response(1))
    await register.close()
    const path = await test.fileOf(dayAt(0))
    const lines = await readFile(path)
    test.clock.now += DAY
    const other = test.open()
    await other.housekeep()
    await writeFile(path, lines)
    expect((await test.verify()).texts).toEqual([])
    await other.housekeep()
    expect(await test.fileOf(dayAt(0))).toMatch(/\.seg$/)
  })

  it('is sealed and signed with the newest key, and older days stay readable', async () => {
    const first = await days(1)
    await first.close()
    const [old] = await test.keys()
    test.clock.now += 1
    const { id, fingerprint } = await test.keyring.create()
    test.clock.now += DAY
    const second = test.open()
    await second.write(response(1))
    await second.close()
    test.clock.now += DAY
    await second.housekeep()
    expect(await anchorOf(dayAt(1))).toMatchObject({ signer: fingerprint, chains: [{ key: id }] })
    expect((await anchorOf(dayAt(0))).chains[0]).toMatchObject({ key: old?.id })
    expect((await test.verify()).texts).toEqual([])
  })
})

describe('what verify finds in closed days', () => {
  /** Three closed days; the second one has 150 records in three blocks. */
  const closed = async () => {
    const register = await days(1)
    test.clock.now = TEN + DAY
    for (let login = 0; login < 148; login++) await register.write(response(login))
    test.clock.now += DAY
    await register.housekeep()
    await register.write(response(9))
    test.clock.now += DAY
    await register.housekeep()
    await register.close()
    return test.fileOf(dayAt(1))
  }
  const name = (day: number, form = 'seg') => `${dayAt(day)}/gw1-101-00000001-${day + 1}${form && `.${form}`}`

  it('names the records of a block that was changed', async () => {
    const path = await closed()
    const bytes = await readFile(path)
    bytes[bytes.indexOf('\n') + 40] = (bytes[bytes.indexOf('\n') + 40] ?? 0) ^ 1
    await writeFile(path, bytes)
    expect((await test.verify()).texts).toEqual([`${name(1)}: records 0 to 63 changed`])
  })

  it('names the records that were cut off', async () => {
    const path = await closed()
    const bytes = await readFile(path)
    const start = bytes.indexOf('\n') + 1
    await truncate(path, start + 4 + bytes.readUInt32BE(start) + 10)
    const { texts } = await test.verify()
    expect(texts).toContain(`${name(1)}: truncated (its table cannot be read)`)
    expect(texts).toContain(`${name(1)}: records 64 to 127 changed`)
    expect(texts).toContain(`${name(1)}: records 128 to 148 changed`)
  })

  it('says when the index was changed: who searches would not find everything', async () => {
    const path = await closed()
    const bytes = await readFile(path)
    const table = bytes.readUInt32BE(bytes.length - 4)
    const at = bytes.length - 4 - table - 20
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(path, bytes)
    expect((await test.verify()).texts).toEqual([`${name(1)}: changed (its index)`])
  })

  it('names a chain that is gone, and one that came later', async () => {
    const path = await closed()
    await rename(path, path.replace('00000001-2', '00000009-2'))
    expect((await test.verify()).texts).toEqual([
      `${name(1, '')}: missing`,
      `${dayAt(1)}/gw1-101-00000009-2: unknown (the anchor of the day does not name it)`,
    ])
  })

  it('finds a day that was taken out with its anchor, in the middle and at the end', async () => {
    await closed()
    const register = test.open()
    await register.write(response(1))
    await register.close()
    const remove = async (day: number) => {
      await rm(join(test.folder, dayAt(day)), { recursive: true })
      await rm(anchorPath(test.folder, dayAt(day)))
    }
    await remove(2)
    expect((await test.verify()).texts).toEqual([
      `anchors/${dayAt(2)}.json: missing (${dayAt(3)}/gw1-102-00000002-1 names another one)`,
    ])
    await remove(0)
    expect((await test.verify()).texts[0]).toMatch(
      `anchors/${dayAt(1)}.json: forged (it follows none and names ${dayAt(0)}`,
    )
  })

  it('finds that the newest closed day was taken out, as soon as one record was written since', async () => {
    const register = test.open()
    await register.write(response(1))
    test.clock.now = Date.parse('2026-01-16T00:01:00Z')
    await register.write(response(2))
    test.clock.now += DAY / 24
    // closes the day, while the chain of today has been under way for an hour
    await register.housekeep()
    expect(await test.pathsOf(dayAt(1))).toHaveLength(2)
    await register.housekeep()
    expect(await test.pathsOf(dayAt(1))).toHaveLength(2)
    expect((await test.verify()).texts).toEqual([])
    await rm(join(test.folder, dayAt(0)), { recursive: true })
    await rm(anchorPath(test.folder, dayAt(0)))
    expect((await test.verify()).texts).toEqual([
      `anchors/${dayAt(0)}.json: missing (${dayAt(1)}/gw1-101-00000001-3 names another one)`,
      `${dayAt(0)}/gw1-101-00000001-1: missing (${dayAt(1)}/gw1-101-00000001-2 says that it had 3 records)`,
    ])
  })

  it('finds no fault with a day that is closed while all is read', async () => {
    await closed()
    const register = test.open()
    await register.write(response(1))
    const path = anchorPath(test.folder, dayAt(2))
    await rename(path, `${path}.away`)
    const { texts } = await test.verify(undefined, (time) => {
      if (existsSync(`${path}.away`)) renameSync(`${path}.away`, path)
      return time
    })
    expect(texts).toEqual([])
  })

  it.each([
    ['between its blocks', (bytes: Buffer) => bytes.subarray(0, bytes.indexOf('\n') + 1).length, 0],
    ['it is longer than it was written', (bytes: Buffer) => bytes.length - 4 - bytes.readUInt32BE(bytes.length - 4), 3],
  ])('finds bytes that no seal covers: %s', async (note, at, more) => {
    const path = await closed()
    const bytes = await readFile(path)
    const from = at(bytes)
    const changed = Buffer.from(bytes)
    changed[from] = (changed[from] ?? 0) ^ 1
    await writeFile(
      path,
      more === 0 ? changed : Buffer.concat([bytes.subarray(0, from), Buffer.alloc(more), bytes.subarray(from)]),
    )
    expect((await test.verify()).texts).toEqual([`${name(1)}: changed (${note})`])
  })

  it('finds an anchor that was written anew by who has no key, and by who has one', async () => {
    await closed()
    const path = anchorPath(test.folder, dayAt(1))
    const { statement, signature } = await readSigned(path)
    const [key] = await test.keys()
    if (key === undefined) throw new Error('no key')
    const lie = { ...JSON.parse(statement), madeAt: '2020-01-01T00:00:00.000Z' }
    const write = (signed: Signed) => writeFile(path, JSON.stringify(signed))
    await write({ statement: JSON.stringify(lie), signature })
    expect((await test.verify()).texts).toContain(
      `anchors/${dayAt(1)}.json: unreadable (does not bear the signature of its signer)`,
    )
    await write(signStatement(lie, key))
    expect((await test.verify()).texts).toEqual([
      expect.stringContaining(`anchors/${dayAt(2)}.json: forged (it follows ${dayAt(1)} and names ${dayAt(1)}`),
      expect.stringContaining(`anchors/${dayAt(1)}.json: changed`),
    ])
  })

  it('looks only at what comes from a day on, when asked to', async () => {
    const path = await closed()
    await rm(path)
    expect((await test.verify()).texts).toEqual([`${name(1, '')}: missing`])
    expect(await test.verify(dayAt(2))).toMatchObject({ texts: [], closed: 1, records: 2 })
  })
})

describe('retention', () => {
  it.each([
    ['2026-01-15', 24, '2028-01-16T00:00:00.000Z'],
    ['2026-02-28', 24, '2028-02-29T00:00:00.000Z'],
    ['2024-02-29', 24, '2026-03-01T00:00:00.000Z'],
    ['2026-01-31', 25, '2028-03-01T00:00:00.000Z'],
    // lower than the law's is the law's
    ['2026-01-15', 1, '2028-01-16T00:00:00.000Z'],
  ])('keeps %s for %i months, until %s', (day, months, until) => {
    expect(new Date(droppableFrom(day, months)).toISOString()).toBe(until)
  })

  it('drops a whole day when its time is over, says so, and verify can tell that from a loss', async () => {
    await (await days(2)).close()
    const register = test.open()
    test.clock.now = Date.parse('2028-01-15T23:59:59Z')
    await register.housekeep()
    expect(await test.pathsOf(dayAt(0))).toHaveLength(1)
    test.clock.now += 1000
    await register.housekeep()
    expect(await test.pathsOf(dayAt(0))).toEqual([])
    expect(await test.pathsOf(dayAt(1))).toHaveLength(1)
    expect(test.events.at(-1)).toEqual({ type: 'register.dropped', day: dayAt(0), records: 3 })
    expect(await test.verify()).toMatchObject({ texts: [], dropped: 1, closed: 1 })
    await rm(join(test.folder, dayAt(1)), { recursive: true })
    expect((await test.verify()).texts).toEqual([`${dayAt(1)}/gw1-101-00000001-2: missing`])
  })

  it('finds a day that was dropped before its time, by who has the key', async () => {
    await (await days(2)).close()
    const [key] = await test.keys()
    if (key === undefined) throw new Error('no key')
    const { statement } = await readSigned(anchorPath(test.folder, dayAt(0)))
    const lie = { varco: 'register dropped day', version: 1, day: dayAt(0), anchor: sha256Of(statement), records: 3 }
    const early = { ...lie, retentionMonths: 24, droppedAt: '2027-01-01T00:00:00.000Z' }
    await writeFile(join(test.folder, 'anchors', `${dayAt(0)}.dropped.json`), JSON.stringify(signStatement(early, key)))
    expect((await test.verify()).texts).toEqual([
      `anchors/${dayAt(0)}.dropped.json: forged (dropped at 2027-01-01T00:00:00.000Z, before its 24 months were over)`,
    ])
  })

  it('drops nothing, and says so once, when more than a month is due at once: the clock may be wrong', async () => {
    await (await days(33, 1)).close()
    const register = test.open()
    test.clock.now = Date.parse('2031-01-01T00:00:00Z')
    await register.housekeep()
    await register.housekeep()
    expect(test.events.filter(({ type }) => type === 'register.retention_held')).toEqual([
      { type: 'register.retention_held', days: 33, oldest: dayAt(0) },
    ])
    expect((await test.verify()).dropped).toBe(0)
  })
})
