import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { look } from '../../../src/cli/doctor/look.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { configOf, edited, GATEWAY, load, readersOf, tenantYaml, validEnv, validFiles } from '../config/files.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'
const NOW = Date.UTC(2026, 0, 15)
const HASH = 'a'.repeat(64)
const OTHER = 'b'.repeat(64)

/** The files of a region, and what the command made of them. */
const world = (secrets = `[env:SITE_SECRET]`, now = NOW) => {
  const files = validFiles()
  files[FILE] = edited(tenantYaml, ['[env:SITE_SECRET]', secrets])
  const run = async (...words: readonly string[]) => {
    const seen = { out: '', err: '' }
    const code = await runCommand([...words, '--config', GATEWAY], {
      out: (text) => {
        seen.out += text
      },
      err: (text) => {
        seen.err += text
      },
      now: () => now,
      user: 'root',
      process: { host: 'desk', pid: 1 },
      newFile: () => Promise.reject(new Error('nothing is written piece by piece')),
      look,
      randomUuid: () => '5b0c1f0e-6a3d-4c55-9d8e-2f4b7a9c1d30',
      readInput: async () => '',
      readers: readersOf(files, validEnv),
      writeFile: async (path, text) => {
        files[path] = text
      },
      createFile: async () => undefined,
      runGateway: async () => undefined,
    })
    return { ...seen, code }
  }
  return { files, run, text: () => files[FILE] ?? '' }
}
const sha256 = (secret: string) => createHash('sha256').update(secret).digest('hex')
const rotate = ['client', 'rotate-secret', 'esempio', 'sito'] as const

describe('client rotate-secret', () => {
  it('shows a secret of 256 bits once, keeps its hash, and gives the one before it fourteen days', async () => {
    const { run, text, files } = world(`[{ sha256: ${HASH} }] # the site`)
    const { code, out, err } = await run(...rotate)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [, secret = ''] = /\n {2}([\w-]{43})\n/.exec(out) ?? []
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(out).toContain('The one before it ends on 2026-01-29T00:00:00Z.')
    expect(text()).toBe(
      edited(tenantYaml, [
        '[env:SITE_SECRET]',
        `[{ sha256: ${HASH}, not_after: 2026-01-29T00:00:00Z }, { sha256: ${sha256(secret)} }] # the site`,
      ]),
    )
    expect(text()).not.toContain(secret)
    const [client] = configOf(await load(files)).tenants[0]?.clients ?? []
    expect(client?.secrets).toEqual([{ sha256: HASH, notAfter: Date.UTC(2026, 0, 29) }, { sha256: sha256(secret) }])
  })

  it('tells programs all of it', async () => {
    const { run, text } = world(`[{ sha256: ${HASH} }]`)
    const { out } = await run(...rotate, '--json', '--days', '30')
    const said = JSON.parse(out)
    expect(said).toEqual({
      tenant: 'esempio',
      client: 'sito',
      secret: expect.stringMatching(/^[\w-]{43}$/),
      sha256: sha256(said.secret),
      oldEnds: '2026-02-14T00:00:00Z',
      file: FILE,
    })
    expect(text()).toContain(said.sha256)
  })

  it('never has three: two valid ones are waited for, one that has ended makes room', async () => {
    const two = `\n      - { sha256: ${HASH}, not_after: 2026-01-20T00:00:00Z } # old\n      - sha256: ${OTHER} # new`
    const early = world(two)
    expect(await early.run(...rotate)).toEqual({
      code: 1,
      out: '',
      err: 'sito has two valid secrets already, one of them until 2026-01-20T00:00:00Z: wait, or end both at once with --now.\n',
    })
    expect(early.text()).toContain(two)
    const late = world(two, Date.UTC(2026, 0, 21))
    const secret = JSON.parse((await late.run(...rotate, '--json')).out)
    expect(late.text()).toContain(
      `secrets: \n      - sha256: ${OTHER} # new\n        not_after: 2026-02-04T00:00:00Z\n      - sha256: ${secret.sha256}\n`,
    )
  })

  it('ends the others at once after a leak', async () => {
    const { run, text } = world(`[{ sha256: ${HASH}, not_after: 2026-01-20T00:00:00Z }, { sha256: ${OTHER} }]`)
    const { out, code } = await run(...rotate, '--now', '--json')
    expect(code).toBe(0)
    expect(text()).toContain(`secrets: [{ sha256: ${JSON.parse(out).sha256} }]\n`)
  })

  it('leaves a secret that lives elsewhere where it is, and says so', async () => {
    const { run, text } = world()
    const before = text()
    expect(await run(...rotate)).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^The secret of sito does not stand in the file but in env:SITE_SECRET: change it there/,
      ),
    })
    expect(text()).toBe(before)
  })

  it.each([
    [['client', 'rotate-secret', 'esempio', 'nobody'], 1, 'esempio has no client nobody. There are: sito.\n'],
    [['client', 'rotate-secret', 'nobody', 'sito'], 1, 'No tenant is called nobody. There are: esempio.\n'],
    [[...rotate, '--days', '0'], 3, '--days 0 is no number of days: write 1 to 99, or --now.\n'],
  ])('%j ends with %i', async (words, code, err) => {
    expect(await world().run(...words)).toEqual({ code, err, out: '' })
  })
})

describe('client add', () => {
  const add = [
    ...['client', 'add', 'esempio', 'asilo', '--name', 'Asilo nido: iscrizioni', '--preset', 'wordpress'],
    ...['--url', 'https://asilo.esempio.example/', '--redirect-uri', 'https://asilo.esempio.example/a?b=c'],
    ...['--redirect-uri', 'https://asilo.esempio.example/d', '--claims', 'given_name,fiscal_number'],
  ]

  it('writes an entry under the others, and its secret nowhere', async () => {
    const { run, text, files } = world()
    const { code, out } = await run(...add, '--set', 'email_fallback=synthetic', '--set', 'min_level=1')
    const [, secret = ''] = /\n {2}([\w-]{43})\n/.exec(out) ?? []
    expect(code).toBe(0)
    expect(out).toContain('Its issuer is https://login.regione.example/t/esempio, its client id asilo.')
    expect(text()).toBe(`${tenantYaml}
  - id: asilo
    preset: wordpress
    names: { it: "Asilo nido: iscrizioni" }
    url: https://asilo.esempio.example/
    redirect_uris: [https://asilo.esempio.example/a?b=c, https://asilo.esempio.example/d]
    claims: [given_name, fiscal_number]
    email_fallback: synthetic
    min_level: 1
    secrets:
      - { sha256: ${sha256(secret)} }
`)
    expect(configOf(await load(files)).tenants[0]?.clients[1]).toMatchObject({ id: 'asilo', minLevel: 1 })
  })

  it('makes no secret for a client that keeps none', async () => {
    const { run, text } = world()
    expect(JSON.parse((await run(...add, '--set', 'auth=none', '--preset', 'generic', '--json')).out)).toEqual({
      tenant: 'esempio',
      client: 'asilo',
      issuer: 'https://login.regione.example/t/esempio',
      file: FILE,
    })
    expect(text()).toContain('auth: none\n')
    expect(text()).not.toContain('sha256')
  })

  it.each([
    [
      'an id that stands already',
      ['client', 'add', 'esempio', 'sito', ...add.slice(4)],
      'esempio has a service sito already',
    ],
    ['a claim nobody knows', [...add, '--claims', 'iban'], 'clients[1].claims[0]  is not known here'],
    ['a level 4', [...add, '--set', 'min_level=4'], 'clients[1].min_level  is not a level'],
    ['a word left out that its program needs', add, 'clients[1].email_fallback  is missing'],
    ['a key nobody knows', [...add, '--set', 'colour=red'], 'clients[1].colour  is not a key'],
    ['a program nobody knows', [...add, '--preset', 'typo3'], 'clients[1].preset  is not known here'],
    ['an address that is none', [...add, '--redirect-uri', 'asilo'], 'clients[1].redirect_uris[2]  is not'],
  ])('writes nothing with %s, and says what is wrong as the check does', async (_, words, message) => {
    const { run, text } = world()
    const before = text()
    const { code, out, err } = await run(...words)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(message)
    expect(err).toMatch(/Nothing was written\.\n(A key .*: --set KEY=VALUE, .*\n)?$/)
    expect(text()).toBe(before)
  })

  it('says what of a --set it does not understand', async () => {
    for (const set of ['min_level', '=1', 'claims=[a'])
      expect((await world().run(...add, '--set', set)).err).toBe(
        `--set ${set} says nothing: write key=value, as in the tenant's file: min_level=1.\n`,
      )
  })

  it.each(['id=other', 'secrets=[{ sha256: aa }]'])('lets nobody set what it makes itself: %s', async (set) => {
    const { run, text } = world()
    const before = text()
    expect((await run(...add, '--set', set)).code).toBe(3)
    expect(text()).toBe(before)
  })

  it('says what is missing', async () => {
    expect(await world().run('client', 'add', 'esempio', 'asilo')).toEqual({
      code: 3,
      out: '',
      err: 'What is it? Add --name TEXT, --url URL and --redirect-uri URI of the service.\n',
    })
  })
})
