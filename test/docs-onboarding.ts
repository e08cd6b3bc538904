/**
 * docs/onboarding.md is walked: every command in it is run in a shell, every change of a file made. `--write` writes what the
 * commands really said into it; test/e2e/onboarding-guide.test.ts compares, and goes on to a login at the gateway of the walk.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const guideFile = fileURLToPath(new URL('../docs/onboarding.md', import.meta.url))

const root = dirname(import.meta.dirname)
/** Where the guide has its gateway. */
const PLACE = '/etc/varco'

export interface Walk {
  /** The guide with what its commands said. */
  readonly text: string
  /** Exit codes in the order of the commands, by the command. */
  readonly commands: readonly (readonly [command: string, code: number, milliseconds: number])[]
  /** Of the gateway that it started. */
  readonly port: number
  /** Resolves when its gateway has ended: it writes into the folder until then. */
  readonly stop: () => Promise<void>
}

const shell = (command: string): ChildProcess =>
  spawn('bash', ['-c', `varco() { "${process.execPath}" "${root}/bin/varco.mjs" "$@"; }; ${command}`], {
    cwd: root,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
    // a gateway ends with its shell
    detached: true,
  })

const run = (command: string): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    // what people read: both outputs in their order, without what Node's own version makes a library say
    const child = shell(`{ ${command}\n} 2>&1`)
    let said = ''
    child.stdout?.on('data', (chunk) => {
      said += chunk
    })
    child.on('close', (code) =>
      resolve({ code: code ?? -1, said: said.replace(/^oidc-provider WARNING: Unsupported runtime.*\n/m, '') }),
    )
  })

/** Resolves with the port of the regional listener once it is ready. */
const start = (command: string): Promise<{ port: number; stop: () => Promise<void> }> =>
  new Promise((resolve, reject) => {
    const child = shell(command)
    const ended = new Promise<void>((end) => void child.once('close', () => end()))
    const stop = async () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
      await ended
    }
    let said = ''
    const hear = (chunk: unknown) => {
      said += chunk
      const ready = said.split('\n').find((line) => line.includes('gateway is ready'))
      const port = /"regional":(\d+)/.exec(ready ?? '')?.[1]
      if (port !== undefined) resolve({ port: Number(port), stop })
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.on('close', (code) => reject(new Error(`${command} ended with ${code}: ${said}`)))
  })

/** `--- file`, then lines as in a diff: kept, gone, come. They stand together in the file, once. */
const patched = (change: string, folder: string): void => {
  const [head = '', ...lines] = change.trimEnd().split('\n')
  const file = head.replace(/^--- /, '').replace(PLACE, folder)
  const of = (signs: string) =>
    lines.flatMap((line) => (signs.includes(line[0] ?? ' ') ? [line.slice(1)] : [])).join('\n')
  const text = readFileSync(file, 'utf8')
  const before = of(' -')
  if (text.split(before).length !== 2) throw new Error(`${head}: not once in the file:\n${before}\n\n${text}`)
  writeFileSync(
    file,
    text.replace(before, () => of(' +')),
  )
}

/** A command goes on behind a backslash; what it said follows. */
const commandsIn = (block: string): readonly string[] =>
  [...block.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map(([, command = '']) => command)

/** @param afterInit the folder has its files now: what the walk needs that the guide's reader does not. */
export const walk = async (
  guide: string,
  folder: string,
  afterInit: (folder: string) => Promise<void>,
): Promise<Walk> => {
  const commands: (readonly [string, number, number])[] = []
  let gateway = { port: 0, stop: async () => {} }
  let text = ''
  let at = 0
  // as a file of the Comune names it, were it at /opt/varco
  const checkout = relative(join(folder, 'tenants'), root)
  try {
    for (const { 0: whole, 1: kind, 2: content = '', index } of guide.matchAll(/^```(console|diff)\n(.*?)^```$/gms)) {
      text += guide.slice(at, index)
      at = index + whole.length
      if (kind === 'diff') {
        patched(content, folder)
        text += whole
        continue
      }
      const lines: string[] = []
      for (const command of commandsIn(content)) {
        const real = command.replaceAll(PLACE, folder)
        const begun = performance.now()
        if (/ &$/.test(command)) {
          gateway = await start(real.replace(/ &$/, ''))
          lines.push(`$ ${command}\n`)
          commands.push([command, 0, performance.now() - begun])
          continue
        }
        const { code, said } = await run(real)
        commands.push([command, code, performance.now() - begun])
        lines.push(`$ ${command}\n${said.replaceAll(folder, PLACE).replaceAll(checkout, '../../../opt/varco')}`)
        if (command.startsWith('varco init')) await afterInit(folder)
      }
      text += `\`\`\`console\n${lines.join('\n')}\`\`\``
    }
  } catch (error) {
    await gateway.stop()
    throw error
  }
  return { text: text + guide.slice(at), commands, ...gateway }
}

/** What is another at each walk: keys, secrets, hashes, days, times. */
export const normalised = (text: string): string =>
  text
    .replace(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replace(/\bSHA-256 [0-9a-f]{16}\b/g, 'SHA-256 <16 digits>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>')
    .replace(/(?<![\w-])[\w-]{43}(?![\w-])/g, '<43 characters>')
    .replace(/\b20\d\d-\d\d-\d\d\b/g, '<day>')
    .replace(/\bin \d+\.\d s\b/g, 'in <time>')

/** No network in the walk: the listeners take any free port, and the list of providers is a file. */
export const withoutNetwork = async (folder: string, provider: string): Promise<void> => {
  const file = join(folder, 'gateway.yaml')
  writeFileSync(join(folder, 'idp/trial.xml'), provider)
  const text = readFileSync(file, 'utf8')
  const changed = text
    .replaceAll(/127\.0\.0\.1:700[01]/g, '127.0.0.1:0')
    .replace(/ registry: \{.*\}.*/, ' metadata: [idp/trial.xml]')
  writeFileSync(file, changed)
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write')) {
  const { trialProvider } = await import('./fixtures/spid/trial-provider.ts')
  const folder = join(mkdtempSync(join(tmpdir(), 'varco-onboarding-')), 'varco')
  const { metadata } = await trialProvider()
  const { text, commands, stop } = await walk(readFileSync(guideFile, 'utf8'), folder, (made) =>
    withoutNetwork(made, metadata),
  )
  await stop()
  writeFileSync(guideFile, text)
  rmSync(dirname(folder), { recursive: true })
  for (const [command, code, time] of commands) process.stdout.write(`${code}  ${Math.round(time)} ms  ${command}\n`)
  process.exit(0)
}
