import { writeFileSync } from 'node:fs'
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  appendText,
  createTestRegister,
  DAY,
  editLines,
  response,
  type TestRegister,
} from '../../../fixtures/register/register.ts'

let test: TestRegister
beforeEach(async () => {
  test = await createTestRegister()
})
afterEach(() => test.remove())

const today = '2026-01-15'

/** Records 0 (the chain is opened) to 6 (it ends), in lines 1 to 7. */
const written = async () => {
  const register = test.open()
  for (const number of [1, 2, 3, 4, 5]) await register.write(response(number))
  await register.close()
  return test.fileOf(today)
}

describe('a chain in lines', () => {
  it('verifies as it was written', async () => {
    await written()
    expect(await test.verify()).toMatchObject({ texts: [], records: 7, chains: 1, open: 1 })
  })

  it('holds nothing in clear but whose it is and which key seals it', async () => {
    const text = await readFile(await written(), 'utf8')
    const [header = '', ...lines] = text.trimEnd().split('\n')
    expect(JSON.parse(header)).toEqual({
      varco: 'register',
      version: 1,
      day: today,
      chain: 'gw1-101-00000001-1',
      key: (await test.keys())[0]?.id,
    })
    const bytes = lines.map((line) => Buffer.from(line.split('.')[2] ?? '', 'base64url').toString('latin1')).join('')
    expect(lines.join('') + bytes).not.toMatch(/Rossi|RSSMRA|sito|192\.0\.2|ala|verified/)
  })

  it('is readable by its owner only', async () => {
    expect((await stat(await written())).mode & 0o777).toBe(0o600)
  })

  it.each([0, 3, 6])('names record %i when a bit of it was changed', async (number) => {
    const path = await written()
    await editLines(path, (lines) =>
      lines.map((line, index) => {
        if (index !== number + 1) return line
        const at = line.length - 20
        return `${line.slice(0, at)}${line[at] === 'A' ? 'B' : 'A'}${line.slice(at + 1)}`
      }),
    )
    expect((await test.verify()).texts).toEqual([`${today}/gw1-101-00000001-1.log: record ${number} changed`])
  })

  it('finds every single character that was changed', async () => {
    const path = await written()
    const good = await readFile(path)
    const header = good.indexOf('\n')
    for (let at = 0; at < good.length; at += 89) {
      const bad = Buffer.from(good)
      bad[at] = bad[at] === 0x41 ? 0x42 : 0x41
      await writeFile(path, bad)
      expect((await test.verify()).texts, `character ${at} of ${header} and more`).not.toEqual([])
    }
  })

  it.each([
    ['removed', 2, 2],
    ['removed', 2, 4],
  ])('names the records that were %s: %i to %i', async (_, first, last) => {
    const path = await written()
    await editLines(path, (lines) => lines.filter((_line, index) => index < first + 1 || index > last + 1))
    const records = first === last ? `record ${first}` : `records ${first} to ${last}`
    expect((await test.verify()).texts).toEqual([`${today}/gw1-101-00000001-1.log: ${records} removed`])
  })

  it('names a record that was put in a second time, and one that nobody wrote', async () => {
    const path = await written()
    await editLines(path, (lines) => lines.toSpliced(5, 0, lines[2] ?? ''))
    expect((await test.verify()).texts).toEqual([
      `${today}/gw1-101-00000001-1.log: record 1 inserted (it stands behind record 3)`,
    ])
    await editLines(path, (lines) => lines.toSpliced(5, 1, '4.AAAA.BBBB'))
    expect((await test.verify()).texts).toEqual([
      `${today}/gw1-101-00000001-1.log: record 4 inserted (1 lines that no process wrote, in front of it)`,
    ])
  })

  it('names a record that was moved', async () => {
    const path = await written()
    await editLines(path, (lines) => [...lines.slice(0, 3), lines[4] ?? '', lines[3] ?? '', ...lines.slice(5)])
    expect((await test.verify()).texts).toEqual([
      `${today}/gw1-101-00000001-1.log: record 2 reordered (it stands behind record 3)`,
    ])
  })

  it('does not take the records of another chain or of another day', async () => {
    const first = test.open()
    await first.write(response(1))
    await first.close()
    const path = await test.fileOf(today)
    const foreign = (await readFile(path, 'utf8')).split('\n')[2] ?? ''
    const second = test.open()
    await second.write(response(2))
    await second.close()
    const other = (await test.pathsOf(today)).find((name) => name !== path) ?? ''
    await editLines(other, (lines) => lines.toSpliced(2, 1, foreign))
    expect((await test.verify()).texts).toEqual([`${today}/gw1-102-00000002-1.log: record 1 changed`])
  })

  it('passes over a last line that was never finished: nobody was told that it was written', async () => {
    const path = await written()
    const { size } = await stat(path)
    await truncate(path, size - 10)
    expect(await test.verify()).toMatchObject({ texts: [], records: 6 })
    await appendText(path, 'x')
    expect(await test.verify()).toMatchObject({ texts: [], records: 6 })
  })

  describe('whose end was cut off, or whose file was taken away', () => {
    const chain = `${today}/gw1-101-00000001-1`
    const tomorrow = '2026-01-16'

    it('is named by what the next chain of its process says of it', async () => {
      const register = test.open()
      for (const number of [1, 2, 3]) await register.write(response(number))
      expect(await test.verify()).toMatchObject({ texts: [], unended: 1 })
      test.clock.now += DAY
      await register.write(response(4))
      await register.close()
      expect(await test.verify()).toMatchObject({ texts: [], unended: 1 })
      const path = await test.fileOf(today)
      const note = `${tomorrow}/gw1-101-00000001-2 says that it had 4 records`
      await editLines(path, (lines) => lines.slice(0, -2))
      expect((await test.verify()).texts).toEqual([`${chain}: records 2 to 3 truncated (${note})`])
      await truncate(path, 0)
      expect((await test.verify()).texts).toEqual([`${chain}: missing (${note})`])
      await rm(path)
      expect((await test.verify()).texts).toEqual([`${chain}: missing (${note})`])
      expect((await test.verify(tomorrow)).texts).toEqual([])
    })

    it('is named while its process still runs: that notices at its next record', async () => {
      const register = test.open()
      for (const number of [1, 2, 3]) await register.write(response(number))
      const path = await test.fileOf(today)
      await rm(path)
      await expect(register.write(response(4))).rejects.toThrow('register_unavailable')
      expect(test.events).toMatchObject([{ type: 'register.failed', reason: `somebody removed ${path}` }])
      await register.write(response(4))
      expect((await test.verify()).texts).toEqual([
        `${chain}: missing (${today}/gw1-101-00000001-2 says that it had 4 records)`,
      ])
    })

    it('is named and not filled up where its process meets a file that became shorter', async () => {
      const register = test.open()
      for (const number of [1, 2, 3, 4, 5]) await register.write(response(number))
      const path = await test.fileOf(today)
      await editLines(path, (lines) => lines.slice(0, -3))
      await expect(register.write(response(6))).rejects.toThrow('register_unavailable')
      expect((await readFile(path)).includes(0)).toBe(false)
      await register.write(response(6))
      expect((await test.verify()).texts).toEqual([`${chain}.log: records 3 to 5 removed`])
    })

    it('is not suspected where it grew while all was read', async () => {
      const register = test.open()
      await register.write(response(1))
      const path = await test.fileOf(today)
      const shorter = await readFile(path)
      await register.write(response(2))
      test.clock.now += DAY
      await register.write(response(3))
      const whole = await readFile(path)
      await writeFile(path, shorter)
      // the clock is asked before each open day is read
      let asked = 0
      const { texts } = await test.verify(undefined, (time) => {
        asked += 1
        if (asked === 2) writeFileSync(path, whole)
        return time
      })
      expect([texts, asked]).toEqual([[], 2])
    })
  })

  it('says that a file of an earlier version cannot be read', async () => {
    await written()
    await writeFile(`${test.folder}/2025-12-01.p.log`, 'k1.AAAA\n')
    expect((await test.verify()).texts).toEqual([
      '2025-12-01.p.log: unreadable (it is of an earlier version: move it away)',
    ])
  })
})
