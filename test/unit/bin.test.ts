import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }

const root = dirname(dirname(import.meta.dirname))
const bin = join(root, 'bin', 'varco.mjs')
const scratch = mkdtempSync(join(tmpdir(), 'varco-bin-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** Makes this very Node say that it is an old one: what follows is what a machine with Node 20 sees. */
const asOld = [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`,
]

const start = (args: readonly string[]) => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { out: '', err: '' }
  child.stdout.on('data', (data) => {
    output.out += data
  })
  child.stderr.on('data', (data) => {
    output.err += data
  })
  const ended = new Promise<{ out: string; err: string; code: number | null }>((resolve) =>
    child.on('close', (code) => resolve({ ...output, code })),
  )
  return { child, ended }
}
const run = (...args: readonly string[]) => start(args).ended

const script = (name: string, text: string): string => {
  const path = join(scratch, name)
  writeFileSync(path, text)
  return path
}

describe.each([
  ['on a Node that is new enough', []],
  ['on an older Node, by the bundled one', asOld],
])('varco, %s', (_, flags) => {
  it('runs the command and nothing is written to the error output', async () => {
    const { out, err, code } = await run(...flags, bin, 'version')
    expect({ err, code }).toEqual({ err: '', code: 0 })
    expect(out).toContain(`varco ${packageJson.version}`)
  })

  it('runs a TypeScript file with its arguments and passes its exit code on', async () => {
    const file = script(
      'args.ts',
      'const n: number = 5\nconsole.log(JSON.stringify(process.argv.slice(2)))\nprocess.exit(n)',
    )
    expect(await run(...flags, bin, 'run', file, 'one', '--two')).toEqual({
      out: '["one","--two"]\n',
      err: '',
      code: 5,
    })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on and waits for the end', async (signal) => {
    const file = script(
      `${signal}.ts`,
      `process.on('${signal}', () => setTimeout(() => process.exit(7), 50))\nsetInterval(() => {}, 1000)\nconsole.log('ready')`,
    )
    const { child, ended } = start([...flags, bin, 'run', file])
    child.stdout.once('data', () => child.kill(signal))
    expect(await ended).toMatchObject({ out: 'ready\n', code: 7 })
  })

  it('fails when the file cannot be run', async () => {
    const { err, code } = await run(...flags, bin, 'run', join(scratch, 'nowhere.ts'))
    expect(code).toBe(3)
    expect(err).toContain('nowhere.ts')
  })
})

it('keeps what it has compiled, for itself and the processes that it starts', async () => {
  const folder = join(scratch, 'compiled')
  const file = script('compiled.ts', 'console.log(process.env.NODE_COMPILE_CACHE)')
  const before = process.env.NODE_COMPILE_CACHE
  delete process.env.NODE_COMPILE_CACHE
  try {
    expect((await run(bin, 'run', file)).out).toBe(`${join(root, 'node_modules', '.cache', 'varco')}\n`)
    process.env.NODE_COMPILE_CACHE = folder
    expect((await run(bin, 'run', file)).out).toBe(`${folder}\n`)
    expect(readdirSync(folder, { recursive: true }).length).toBeGreaterThan(1)
    process.env.NODE_COMPILE_CACHE = join(file, 'below')
    expect(await run(bin, 'run', file)).toEqual({ out: `${join(file, 'below')}\n`, err: '', code: 0 })
  } finally {
    if (before === undefined) delete process.env.NODE_COMPILE_CACHE
    else process.env.NODE_COMPILE_CACHE = before
  }
})

it('says in one sentence what to install where there is no Node that is new enough', async () => {
  const elsewhere = join(scratch, 'bare', 'bin')
  mkdirSync(elsewhere, { recursive: true })
  copyFileSync(bin, join(elsewhere, 'varco.mjs'))
  const { out, err, code } = await run(...asOld, join(elsewhere, 'varco.mjs'), 'help')
  expect({ out, code }).toEqual({ out: '', code: 3 })
  expect(err).toBe(
    'Varco needs Node 24 or newer and this is 20.0.0: run npm ci here, which brings one along, or install it from nodejs.org.\n',
  )
})
