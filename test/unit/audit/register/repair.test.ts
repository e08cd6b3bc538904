import { readFile, truncate } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isGoneFrom, writerOf } from '../../../../src/audit/register/layout.ts'
import { createTestRegister, DAY, response, type TestRegister } from '../../../fixtures/register/register.ts'

let test: TestRegister
beforeEach(async () => {
  test = await createTestRegister()
})
afterEach(() => test.remove())

it('cuts off and reports, at the next start, a last line that a killed process did not finish', async () => {
  const killed = test.open()
  await killed.write(response(1))
  await killed.write(response(2))
  const path = await test.fileOf('2026-01-15')
  const { length } = await readFile(path)
  await truncate(path, length - 7)
  const lines = (await readFile(path, 'utf8')).split('\n')

  const next = test.open()
  await next.housekeep()
  expect(await readFile(path, 'utf8')).toBe(`${lines.slice(0, -1).join('\n')}\n`)
  const [chain, bytes] = ['gw1-101-00000001-1', lines.at(-1)?.length]
  expect(test.events).toEqual([{ type: 'register.repaired', day: '2026-01-15', chain, bytes }])
  // and the register itself says so
  expect(await test.verify()).toMatchObject({ texts: [], records: 4, chains: 2 })
})

it('removes a file whose process was killed before its first line was there', async () => {
  const killed = test.open()
  await killed.write(response(1))
  await truncate(await test.fileOf('2026-01-15'), 20)
  await test.open().housekeep()
  expect(test.events).toEqual([
    { type: 'register.repaired', day: '2026-01-15', chain: 'gw1-101-00000001-1', bytes: 20 },
  ])
  expect((await test.verify()).texts).toEqual([])
})

it('removes a file whose process was killed before a byte of it was written: its day can be closed without it', async () => {
  const killed = test.open()
  await killed.write(response(1))
  await truncate(await test.fileOf('2026-01-15'), 0)
  const other = test.open()
  await other.write(response(2))
  test.clock.now += DAY
  await other.housekeep()
  await other.write(response(3))
  expect(test.events.filter(({ type }) => type === 'register.repaired')).toHaveLength(1)
  expect(await test.verify()).toMatchObject({ texts: [], closed: 1, open: 1 })
})

it('leaves alone what a process that may live is writing', async () => {
  const here = { host: 'gw 1', pid: 7, tag: '0000000a' }
  const isGone = isGoneFrom(here, (pid) => pid === 8)
  const gone = (chain: string) => isGone(writerOf(chain) ?? here)
  expect(gone('gw_1-7-0000000a-3'), 'its own').toBe(false)
  expect(gone('gw_1-7-0000000b-1'), 'of an earlier start with the same number').toBe(true)
  expect(gone('gw_1-8-0000000b-1'), 'of a process that runs').toBe(false)
  expect(gone('gw_1-9-0000000b-1'), 'of one that does not').toBe(true)
  expect(gone('gw2-9-0000000b-1'), 'of another host').toBe(false)
})
