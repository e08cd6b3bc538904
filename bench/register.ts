/**
 * What the register costs a login, and how long it takes to close, search and verify a day of many records:
 * `node bin/varco.mjs run bench/register.ts [LOGINS]` (default 200 000, which are a million records and 3 GB in a scratch
 * folder). Prints a table in Markdown.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { closeDay } from '../src/audit/register/close-day.ts'
import { exportLines } from '../src/audit/register/export.ts'
import { findingText } from '../src/audit/register/finding.ts'
import { dayFolder, folderOf } from '../src/audit/register/layout.ts'
import { createRegister } from '../src/audit/register/register.ts'
import { searchRegister } from '../src/audit/register/search.ts'
import { verifyRegister } from '../src/audit/register/verify.ts'
import { createRegisterKeyring } from '../src/keyring/register-keys.ts'
import { loginRecords, personOf } from './register-records.ts'

const logins = Number(process.argv[2] ?? 200_000)
const RECORDS_PER_LOGIN = 5
/** Logins that wait at the same moment: a gateway at its limit. */
const SIDE_BY_SIDE = 64
const DAY = '2026-01-15'

const scratch = await mkdtemp(join(process.env.VARCO_BENCH_DIR ?? tmpdir(), 'varco-bench-register-'))
let time = Date.parse(`${DAY}T08:00:00Z`)
const now = () => time
const keyring = createRegisterKeyring({ stateDir: scratch, masterKeys: [{ id: 'k', key: randomBytes(32) }], now })
await keyring.create()
const keys = await keyring.load()
const folder = folderOf(scratch)
const open = (pid: number) =>
  createRegister({
    stateDir: scratch,
    keys: keyring.load,
    writer: { host: 'bench', pid, tag: randomBytes(4).toString('hex') },
    now,
    report: (event) => console.error(event),
  })

const bytesOf = async (ending: string): Promise<number> => {
  const names = (await readdir(dayFolder(folder, DAY))).filter((name) => name.endsWith(ending))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dayFolder(folder, DAY), name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

let mostMemory = 0
const watch = setInterval(() => {
  mostMemory = Math.max(mostMemory, process.memoryUsage.rss())
}, 50)

/** CPU of all threads of the process, and time by the clock; milliseconds. */
const measured = async <T>(
  work: () => Promise<T>,
): Promise<{ cpu: number; wall: number; memory: number; result: T }> => {
  mostMemory = process.memoryUsage.rss()
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  const result = await work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / 1000, wall: performance.now() - wall, memory: mostMemory / 2 ** 20, result }
}

const rows: string[] = []
const row = (what: string, figure: string) => {
  rows.push(`| ${what} | ${figure} |`)
  console.error(`${what}: ${figure}`)
}
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

try {
  const register = open(1)
  const write = async (login: number) => {
    for (const record of loginRecords(login)) await register.write(record)
  }
  /** The records alone, to be taken off. */
  const making = async (from: number, to: number) => {
    for (let login = from; login < to; login++) for (const record of loginRecords(login)) JSON.stringify(record)
  }
  await write(0)

  const alone = await measured(async () => {
    for (let login = 1; login <= 500; login++) await write(login)
  })
  const made = await measured(() => making(0, 5000))
  row('a login by itself, CPU of the register', `${(alone.cpu / 500 - made.cpu / 5000).toFixed(2)} ms`)
  row('a login by itself, waiting for the disk (5 records, one after another)', `${(alone.wall / 500).toFixed(1)} ms`)

  let next = 501
  const crowd = await measured(() =>
    Promise.all(
      Array.from({ length: SIDE_BY_SIDE }, async () => {
        while (next < logins) await write(next++)
      }),
    ),
  )
  const crowded = logins - 501
  row(
    `${SIDE_BY_SIDE} logins at once, CPU of the register for each`,
    `${(crowd.cpu / crowded - made.cpu / 5000).toFixed(2)} ms`,
  )
  row(`${SIDE_BY_SIDE} logins at once, logins in a second`, `${Math.round(crowded / (crowd.wall / 1000))}`)
  await register.close()
  const lines = await bytesOf('.log')
  row('bytes on the disk for a login, while its day is open', `${Math.round(lines / logins)}`)

  const terms = [{ name: 'person', value: personOf(4711) }] as const
  const where = {
    folder,
    keys,
    find: (finding: Parameters<typeof findingText>[0]) => console.error(findingText(finding)),
  }
  const records = (logins * RECORDS_PER_LOGIN).toLocaleString('en')
  const openSearch = await measured(() => searchRegister(where, terms))
  row(
    `search by tax code in ${records} records of an open day (no index; ${openSearch.result.length} found)`,
    `${seconds(openSearch.wall)}, ${Math.round(openSearch.memory)} MB`,
  )

  time = Date.parse('2026-01-16T01:00:00Z')
  const closing = await measured(() => closeDay({ folder, day: DAY, keys, now, report: () => undefined }))
  row(`closing that day`, `${seconds(closing.wall)}, CPU ${seconds(closing.cpu)}, ${Math.round(closing.memory)} MB`)
  row('bytes on the disk for a login, afterwards', `${Math.round((await bytesOf('.seg')) / logins)}`)

  const search = await measured(() => searchRegister(where, terms))
  row(
    `search by tax code in ${records} records of a closed day (${search.result.length} found)`,
    `${Math.round(search.wall)} ms`,
  )
  const verify = await measured(() => verifyRegister({ folder, keys, now, find: where.find }))
  row(`verify ${records} records`, `${seconds(verify.wall)}, ${Math.round(verify.memory)} MB`)
  const exporting = await measured(async () => {
    const found = (await searchRegister(where, terms)).toSorted((one, other) => one.position - other.position)
    let bytes = 0
    const head = { madeAt: '', by: '', reason: '', of: '' }
    for await (const line of exportLines(where, head, found)) bytes += line.length
    return bytes
  })
  row('export of one person with proofs', `${Math.round(exporting.wall)} ms, ${Math.round(exporting.result / 1024)} KB`)

  console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n`)
  console.log(`| What | Figure |\n| --- | --- |\n${rows.join('\n')}`)
} finally {
  clearInterval(watch)
  await rm(scratch, { recursive: true, force: true })
}
