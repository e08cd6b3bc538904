/** The driver of the bench must not rot: what it counts as a login is one, by each way in, against a real process. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createTimings } from '../../bench/load/timings.ts'
import { runBatch } from '../../bench/parts/batch.ts'
import { reportOf } from '../../bench/report.ts'
import { varcoBy, type Way } from '../../bench/systems/varco.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

const started = async (way: Way) => {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-test-'))
  folders.push(folder)
  return varcoBy(way).start({ folder })
}

describe.each(['spid', 'cie', 'cns'] as const)('a login of the bench by %s', (way) => {
  it('is whole, has each of its steps, and fails when the gateway answers otherwise', async () => {
    const running = await started(way)
    const timings = createTimings()
    await running.login(timings, 0)
    for (const step of varcoBy(way).steps) expect(timings.steps.get(step)?.length, step).toBe(1)
    await running.stop()
    await expect(running.login(timings, 1)).rejects.toThrow()
  })
})

it('measures CPU against its unit and writes the table', async () => {
  const running = await started('spid')
  const batch = await runBatch(running, { atOnce: 2, seconds: 0.5 })
  await running.stop()
  expect(batch.logins).toBeGreaterThan(0)
  expect(batch.cpu / batch.unit).toBeGreaterThan(1)
  const rss = { start: batch.rss, end: batch.rss, logins: batch.logins }
  const report = reportOf({
    machine: 'here',
    cores: 'any',
    versions: 'these',
    date: '2026-01-15',
    systems: [{ system: varcoBy('spid'), store: 'memory', batches: [batch], rss }],
    missing: ['Nobody else.'],
    tenants: [],
  })
  expect(report).toMatch(/\| \*\*Varco, SPID, memory\*\* \| 2 \| [\d.]+ \| \*\*[\d.]+\*\* \|/)
  expect(report).toContain('Nobody else.')
})
