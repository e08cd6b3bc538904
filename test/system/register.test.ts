/** The register against what machines really do: processes that die, disks that are full, read-only, or grow no more. */
import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scanRegister } from '../../src/audit/register/search.ts'
import { createTestRegister, DAY, type TestRegister } from '../fixtures/register/register.ts'

const writer = fileURLToPath(new URL('../fixtures/register/writer.ts', import.meta.url))

let test: TestRegister
let scratch = ''
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'varco-register-system-'))
  test = await createTestRegister()
})
afterEach(async () => {
  await test.remove()
  await rm(scratch, { recursive: true, force: true })
})

interface Said {
  readonly ok: readonly string[]
  readonly failed: readonly string[]
  readonly events: readonly { readonly type: string; readonly reason?: string }[]
}

/** Runs a writer until `enough` says so, and kills it with -9 in the middle of whatever it does. */
const killed = (
  stateDir: string,
  name: string,
  {
    shell,
    clock = [],
    enough,
  }: { shell?: string; clock?: readonly number[]; enough: (said: Said, milliseconds: number) => boolean },
): Promise<Said> =>
  new Promise((resolve, reject) => {
    const args = [writer, stateDir, name, ...clock.map(String)]
    const child =
      shell === undefined
        ? spawn(process.execPath, args)
        : spawn('bash', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, ...args])
    const said = { ok: [] as string[], failed: [] as string[], events: [] as Said['events'][number][] }
    const started = Date.now()
    let [rest, complaints] = ['', '']
    const timer = setInterval(() => {
      if (enough(said, Date.now() - started)) child.kill('SIGKILL')
      if (Date.now() - started > 30_000) child.kill('SIGTERM')
    }, 1)
    child.stderr.on('data', (chunk) => {
      complaints += String(chunk)
    })
    child.stdout.on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const [kind, name = ''] = line.split(' ')
        if (kind === 'ok') said.ok.push(name)
        else if (kind === 'failed') said.failed.push(line)
        else said.events.push(JSON.parse(line.slice('event '.length)))
      }
    })
    child.on('close', (code, signal) => {
      clearInterval(timer)
      if (signal === 'SIGKILL') resolve(said)
      else reject(new Error(`the writer ended with ${code ?? signal}: ${complaints}`))
    })
  })

/**
 * Everything that was acknowledged is there, once, and the whole of it verifies. `again`: where minutes are milliseconds,
 * what was written at midnight is written again into the new day.
 */
const expectAll = async (acknowledged: readonly string[], { again = false } = {}) => {
  const there: string[] = []
  const where = { folder: test.folder, keys: await test.keys(), find: () => undefined }
  for await (const { record } of scanRegister(where, ({ kind }) => kind === 'login.response'))
    there.push('requestId' in record ? (record.requestId ?? '') : '')
  const known = new Set(there)
  expect(acknowledged.filter((name) => !known.has(name))).toEqual([])
  if (!again) expect(there).toHaveLength(known.size)
  const { texts, ...verified } = await test.verify()
  expect(texts).toEqual([])
  return verified
}

describe('a process that is killed with -9', () => {
  it('loses no record that it acknowledged, at whatever instant, and leaves chains that verify', async () => {
    const acknowledged: string[] = []
    for (let round = 0; round < 12; round++) {
      const { ok } = await killed(test.stateDir, `round${round}`, { enough: (said) => said.ok.length >= 3 + 7 * round })
      acknowledged.push(...ok)
    }
    await expectAll(acknowledged)
    // the next start on that host repairs what they left unfinished, and loses nothing either
    await test.open().housekeep()
    await expectAll(acknowledged)
  }, 120_000)

  it('loses none either while days end, are compressed and signed', async () => {
    const acknowledged: string[] = []
    let closed = 0
    for (let round = 0; round < 8; round++) {
      const { ok, events } = await killed(test.stateDir, `round${round}`, {
        // a day takes a fifth of a second
        clock: [30 * round, 0.2],
        enough: ({ events: seen }, milliseconds) => seen.length > 0 && milliseconds > 700 + 53 * round,
      })
      acknowledged.push(...ok)
      closed += events.filter(({ type }) => type === 'register.anchored').length
    }
    expect(closed).toBeGreaterThan(8)
    await expectAll(acknowledged, { again: true })
    test.clock.now += 300 * DAY
    await test.open().housekeep()
    expect(await expectAll(acknowledged, { again: true })).toMatchObject({ open: 0 })
  }, 120_000)
})

describe('a disk that takes no more', () => {
  it('is told as such; nothing that was refused counts, and the next file takes what comes', async () => {
    const { ok, failed } = await killed(test.stateDir, 'limited', {
      shell: 'ulimit -f 100',
      enough: (said) => said.failed.length >= 8,
    })
    expect(failed[0]).toContain('EFBIG')
    expect(ok.length).toBeGreaterThan(10)
    await expectAll(ok)
  }, 60_000)

  // who is not root cannot mount a small disk: test/unit/audit/register/register.test.ts has the same faults without one
  it.skipIf(process.getuid?.() !== 0)(
    'is full, and then read-only: both are alarms, and it goes on when there is room',
    async () => {
      const mount = (...args: string[]) => expect(spawnSync('mount', args).status).toBe(0)
      mount('-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', scratch)
      try {
        await cp(join(test.stateDir, 'keyring'), join(scratch, 'keyring'), { recursive: true })
        const filled = await killed(scratch, 'full', { enough: (said) => said.failed.length >= 3 })
        expect(filled.events).toEqual([
          { type: 'register.failed', reason: 'the disk is full (ENOSPC)', logins: 'refused' },
        ])
        mount('-o', 'remount,ro', scratch)
        const barred = await killed(scratch, 'barred', { enough: (said) => said.failed.length >= 3 })
        expect([barred.ok, barred.events]).toEqual([
          [],
          [{ type: 'register.failed', reason: 'the file system is read-only (EROFS)', logins: 'refused' }],
        ])
        mount('-o', 'remount,rw,size=6m', scratch)
        const again = await killed(scratch, 'again', { enough: (said) => said.ok.length >= 20 })
        await rm(test.folder, { recursive: true, force: true })
        await cp(join(scratch, 'register'), test.folder, { recursive: true })
        await expectAll([...filled.ok, ...again.ok])
      } finally {
        spawnSync('umount', [scratch])
      }
    },
    60_000,
  )
})
