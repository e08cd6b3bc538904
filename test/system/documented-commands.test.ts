/** Every command line of docs/operations.md and docs/register.md, run in its order beside a gateway that runs. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import { createBrowser } from '../fixtures/gateway/browser.ts'
import { clientSecret, writeRegion } from '../fixtures/gateway/files.ts'
import { hosts, identities } from '../fixtures/gateway/identities.ts'
import { testIdps } from '../fixtures/gateway/idps.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { createStories } from '../fixtures/gateway/stories.ts'

const docs = join(import.meta.dirname, '../../docs')
const pages = ['operations.md', 'register.md']

/** As a shell reads it; what follows after two blanks or more says what it does. */
const wordsOf = (line: string): readonly string[] =>
  [...(line.trim().split(/ {2,}/)[0] ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  )

const lines = (
  await Promise.all(
    pages.map(async (page) => [...(await readFile(join(docs, page), 'utf8')).matchAll(/^(?: {4})?varco .*$/gm)]),
  )
)
  .flat()
  .map(([line]) => line.trim())
  // of files that people write, with placeholders that mean other things: test/unit/cli runs them
  .filter((line) => !/^varco (?:tenant (?!plan|apply)|client sheet)\b/.test(line))

/** What ends with another code than 0 or 2 here, and why. */
const expected: Readonly<Record<string, number>> = {
  'varco keys create TENANT': 1, // it has them already
  'varco spid idps update': 1, // this region has no registry
  'varco register search --assertion _abc…': 1, // nobody's
}

const varco = createVarcoProcesses()
let folder = ''
let config = ''
let emptied = ''
let support = ''

beforeAll(async () => {
  const keys = await identities()
  const idps = testIdps(keys, Date.now)
  folder = await mkdtemp(join(tmpdir(), 'varco-documented-'))
  config = await writeRegion(folder, keys, {
    spidMetadata: [idps.alfa.metadataXml(), idps.beta.metadataXml()],
    cieMetadata: idps.cie.metadataXml(),
  })
  // the same region after a fire: its state is gone
  emptied = join(folder, 'emptied.yaml')
  const text = await readFile(config, 'utf8')
  await writeFile(emptied, text.replace(/^state_dir: .*$/m, `state_dir: ${join(folder, 'state-after')}`))

  const gateway = varco.run(['start', '--config', config])
  const address = `http://127.0.0.1:${(await gateway.ports()).regional}`
  const story = createStories({
    issuerOf: (tenant) => `https://${hosts.login}/t/${tenant}`,
    addressOf: () => address,
    idps,
    presentCard: () => Promise.reject(new Error('no cards here')),
  })
  const browser = createBrowser({ addressOf: () => address })
  const { end } = await story.loginBy('spid', { browser, errorCode: 22 })
  support = /[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}/.exec(end.text)?.[0] ?? ''
  const { login, end: arrived } = await story.loginBy('spid', { browser })
  await story.claimsOf(login, arrived)
  // the steps of logins are written once a second
  await new Promise((resolve) => setTimeout(resolve, 1500))
}, 60_000)
afterAll(async () => {
  varco.killAll()
  await rm(folder, { recursive: true, force: true })
})

/** The placeholders of the guide, as somebody fills them in. */
const filled = (words: readonly string[]): readonly string[] => {
  const restores = words[1] === 'restore'
  const values: Readonly<Record<string, string>> = {
    TENANT: 'ala',
    '[TENANT]': 'ala',
    CLIENT: 'nuova',
    TEXT: 'Nuova',
    URL: 'https://nuova.ala.example',
    URI: 'https://nuova.ala.example/callback',
    '[--days': '--days',
    'N]': '7',
    '[--from': '--from',
    'DAY]': new Date().toISOString().slice(0, 10),
    'T,T|all': 'all',
    '7k2m-x9dp-4trq': support,
    '…': 'a drill',
    '/etc/varco/gateway.yaml': config,
  }
  return words.slice(1).map((word, at, all) => {
    if (word === 'FILE') return all[at - 1] === '--config' ? (restores ? emptied : config) : join(folder, 'backup.tar')
    if (all[at - 1] === '--out') return join(folder, word)
    return values[word] ?? word
  })
}

it('the guides have as many commands as a day at three in the morning needs', () => {
  expect(lines.length).toBeGreaterThan(25)
  expect(support).not.toBe('')
})

it.each(lines)('%s', async (line) => {
  const words = filled(wordsOf(line))
  const run = varco.run(words)
  // a tax code is typed in, never written on a command line
  run.child.stdin?.end(`${theCitizen('ada').fiscalNumber}\n`)
  const { code, out, err } = await run.ended
  const known = Object.entries(expected).find(([command]) => line.startsWith(command))?.[1]
  expect([known ?? code, `${out}${err}`.match(/\n {4}at /)]).toEqual([code, null])
  if (known === undefined) expect([0, 2], out + err).toContain(code)
  expect(out + err).not.toContain(clientSecret)
})
