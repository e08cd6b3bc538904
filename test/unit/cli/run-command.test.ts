import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { World } from '../../../src/cli/command.ts'
import { look } from '../../../src/cli/doctor/look.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import type { GatewayConfig } from '../../../src/config/gateway-config.ts'
import { edited, GATEWAY, readersOf, validEnv, validFiles } from '../config/files.ts'

const stateDir = mkdtempSync(join(tmpdir(), 'varco-cli-'))
afterAll(() => rmSync(stateDir, { recursive: true }))

const run = async (
  words: readonly string[],
  change: { files?: Record<string, string>; runGateway?: World['runGateway'] } = {},
) => {
  const files = change.files ?? validFiles()
  if (files[GATEWAY] !== undefined) files[GATEWAY] = edited(files[GATEWAY], ['/var/lib/varco', stateDir])
  const seen = { out: '', err: '', started: [] as GatewayConfig[], written: [] as string[] }
  const code = await runCommand(words, {
    out: (text) => {
      seen.out += text
    },
    err: (text) => {
      seen.err += text
    },
    now: () => Date.UTC(2026, 0, 15),
    user: 'operator',
    process: { host: 'desk', pid: 1 },
    newFile: () => Promise.reject(new Error('nothing is written piece by piece')),
    look,
    randomUuid: () => '5b0c1f0e-6a3d-4c55-9d8e-2f4b7a9c1d30',
    readInput: async () => '',
    readers: readersOf(files, validEnv),
    writeFile: async (path) => {
      seen.written.push(path)
    },
    createFile: async (path) => {
      seen.written.push(path)
    },
    runGateway:
      change.runGateway ??
      (async (config) => {
        seen.started.push(config)
      }),
  })
  return { ...seen, code }
}

describe('start', () => {
  it('starts the gateway with what the file says', async () => {
    const { code, started, err } = await run(['start', '--config', GATEWAY])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(started.map(({ publicUrl }) => publicUrl)).toEqual(['https://login.regione.example'])
  })

  it('only checks with --check', async () => {
    const { code, started, out, written } = await run(['start', '--config', GATEWAY, '--check'])
    expect({ code, started, out, written }).toEqual({
      code: 0,
      started: [],
      out: `${GATEWAY} is valid: 1 tenant\n`,
      written: [],
    })
  })

  it('ends with 2 when --check finds only warnings', async () => {
    const files = validFiles()
    files[GATEWAY] = edited(files[GATEWAY] ?? '', ['cie: { metadata', 'cie: { comparison: exact, metadata'])
    const { code, err } = await run(['start', '--config', GATEWAY, '--check'], { files })
    expect(code).toBe(2)
    expect(err).toContain('1 warning in 1 file')
  })

  it.each([['--check'], []])('shows all problems and ends with 1 (%s)', async (...flags) => {
    const files = { ...validFiles(), '/etc/varco/region.yaml': 'nome: x' }
    const { code, err, started } = await run(['start', '--config', GATEWAY, ...flags], { files })
    expect({ code, started }).toEqual({ code: 1, started: [] })
    expect(err).toContain('/etc/varco/region.yaml\n  ✗ 1:1    name  is missing')
    expect(err).toMatch(/2 problems in 1 file\n$/)
  })

  it('writes down what is registered of a live tenant before it starts', async () => {
    const files = validFiles()
    const tenant = '/etc/varco/tenants/esempio.yaml'
    files[tenant] = edited(
      files[tenant] ?? '',
      ['state: test', 'state: live'],
      ['clients:', 'methods: { spid: false, cie: false }\nclients:'],
    )
    files[GATEWAY] = edited(files[GATEWAY] ?? '', [
      'env:SUBJECT_KEY',
      'env:SUBJECT_KEY\n  fingerprint: 75877bb41d393b5fb8455ce60ecd8dda001d06316496b14dfa7f895656eeca4a',
    ])
    const { code, written } = await run(['start', '--config', GATEWAY], { files })
    expect({ code, written }).toEqual({ code: 0, written: [join(stateDir, 'live', 'esempio.json')] })
  })

  it('says in plain words why it cannot, without a stack', async () => {
    const runGateway = async () => {
      const cause = Object.assign(new Error('listen'), { code: 'EADDRINUSE' })
      throw new Error('cannot listen on 127.0.0.1:7000: the port is taken; another one is set by `listen`', { cause })
    }
    const { code, err } = await run(['start', '--config', GATEWAY], { runGateway })
    expect(code).toBe(3)
    expect(err).toBe('cannot listen on 127.0.0.1:7000: the port is taken; another one is set by `listen`\n')
  })
})

describe('keys', () => {
  it('are made once, listed, and never made again', async () => {
    const before = await run(['keys', 'list', '--config', GATEWAY])
    expect(before).toMatchObject({ code: 0, out: 'esempio  test  no keys\n' })
    const created = await run(['keys', 'create', 'esempio', '--config', GATEWAY])
    const [, rsa, ec] = /^esempio: (\S+) \(RS256\), (\S+) \(ES256\)\n/.exec(created.out) ?? []
    expect(created.code).toBe(0)
    expect(rsa).toMatch(/^[\w-]{43}$/)
    const again = await run(['keys', 'create', 'esempio', '--config', GATEWAY])
    expect(again).toMatchObject({ code: 1, out: '' })
    expect((await run(['keys', 'list', '--config', GATEWAY])).out).toBe(
      `esempio  test  epoch 1\n  RS256  active   ${rsa}  since 2026-01-15 00:00 UTC\n  ES256  active   ${ec}  since 2026-01-15 00:00 UTC\n`,
    )
  })

  it('are rotated beside the old ones, once at a time, and listed for programs', async () => {
    const rotated = await run(['keys', 'rotate', 'esempio', '--config', GATEWAY])
    expect(rotated.code).toBe(0)
    expect(rotated.out).toContain('RS256  next')
    expect(rotated.out).toContain('signs from 2026-01-16 00:00 UTC')
    const again = await run(['keys', 'rotate', '--config', GATEWAY])
    expect(again).toMatchObject({ code: 0, err: '1 had new keys on their way already: those were left as they are.\n' })
    const [listed] = JSON.parse((await run(['keys', 'list', 'esempio', '--config', GATEWAY, '--json'])).out)
    expect(listed).toMatchObject({ tenant: 'esempio', state: 'test', epoch: 2, sealedWith: '2026-01' })
    expect(listed.keys[2]).toEqual({
      kid: expect.any(String),
      alg: 'RS256',
      state: 'next',
      activeFrom: '2026-01-16T00:00:00.000Z',
    })
    expect(rotated.out).toContain(listed.keys[2].kid)
  })

  it('are sealed anew with the first master key', async () => {
    const files = () => ({
      ...validFiles(),
      [GATEWAY]: edited(validFiles()[GATEWAY] ?? '', [
        '[{ id: "2026-01"',
        '[{ id: "2027-01", key: file:new.key }, { id: "2026-01"',
      ]),
      '/etc/varco/new.key': Buffer.alloc(32, 7).toString('base64'),
    })
    expect(await run(['keys', 'list', '--config', GATEWAY], { files: files() })).toMatchObject({
      code: 2,
      err: '1 sealed with an older master key than "2027-01". Type: varco keys reseal --config FILE.\n',
    })
    expect(await run(['keys', 'reseal', '--config', GATEWAY], { files: files() })).toMatchObject({
      code: 0,
      out: '1 of 1 tenants sealed anew with "2027-01".\n',
    })
    expect((await run(['keys', 'reseal', '--config', GATEWAY, '--json'], { files: files() })).out).toBe(
      '{\n  "masterKey": "2027-01",\n  "resealed": [],\n  "tenants": 1,\n  "register": [],\n  "lastGood": []\n}\n',
    )
    // the old one alone no longer opens them
    const alone = await run(['keys', 'list', '--config', GATEWAY])
    expect(alone.code).toBe(2)
    expect(alone.out).toContain('master key "2027-01", which is not configured')
  })

  it.each(['create', 'rotate', 'list'])('are not there for a tenant that does not exist: %s', async (what) => {
    expect(await run(['keys', what, 'nobody', '--config', GATEWAY])).toMatchObject({
      code: 1,
      err: 'No tenant is called nobody. There are: esempio.\n',
    })
  })
})

describe('a command line', () => {
  it.each([[], ['help'], ['--help']])('shows the help for %j', async (...words) => {
    const { code, out } = await run(words)
    expect(code).toBe(0)
    expect(out).toContain('varco start --config FILE [--workers N] [--check [--json]]')
  })

  it.each([[['tenant']], [['tenant', 'lst']]])('lists the commands that begin as %j does', async (words) => {
    const { code, err, out } = await run(words)
    expect([code, out]).toEqual([3, ''])
    expect(err).toMatch(new RegExp(`^There is no command "${words.join(' ')}"\\. There are:\\n\\nvarco tenant new`))
    expect(err).not.toMatch(/^varco (?!tenant)/m)
  })

  it.each([
    [['fly'], 'There is no command "fly". Type: varco help.'],
    [
      ['fly', '--help'],
      'There is no help about "fly". Type: varco help, or varco help onboarding | states | reload | secrets | files | exit.',
    ],
    [['start'], 'Which gateway? Add --config FILE; the example is config/gateway.yaml.'],
    [['start', 'now', '--config', GATEWAY], 'Type: varco start --config FILE [--workers N] [--check [--json]].'],
    [['keys', 'create', '--config', GATEWAY], 'Type: varco keys create TENANT --config FILE [--json].'],
    [['start', '--confg', GATEWAY], "Unknown option '--confg'. Type: varco help."],
  ])('%j ends with 3 and says what to type', async (words, message) => {
    expect(await run(words)).toMatchObject({ code: 3, out: '', err: `${message}\n` })
  })
})
