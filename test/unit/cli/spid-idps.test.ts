import { X509Certificate } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { look } from '../../../src/cli/doctor/look.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { fingerprintOf } from '../../../src/upstream/spid/aggregate.ts'
import { aggregate, entity, signAggregate } from '../../fixtures/saml/aggregate.ts'
import { selfSigned } from '../../fixtures/saml/certificate.ts'
import { edited, GATEWAY, readersOf, validEnv, validFiles } from '../config/files.ts'

const COPY = '/var/lib/varco/registry/spid-idps.xml'
const [agid, stranger, current] = [selfSigned({ notAfter: '2034-06-24T00:00:00Z' }), selfSigned(), selfSigned()]
const expired = selfSigned({ notAfter: '2026-01-05T00:00:00Z' })
const ending = selfSigned({ notAfter: '2026-01-16T12:00:00Z' })
const sha256 = ({ certificate }: typeof agid) => fingerprintOf(new X509Certificate(certificate))
const idp = (name: string, ...keys: (typeof agid)[]) =>
  entity(`https://${name}.example`, { certificates: keys.map(({ certificate }) => certificate) })
const list = (...entities: string[]) => signAggregate(aggregate(entities), agid)
const two = list(idp('idp', expired, current, ending), idp('other', current))

let files: Record<string, string> = {}
let writable = true
beforeEach(() => {
  files = validFiles()
  files[GATEWAY] = edited(files[GATEWAY] ?? '', [
    'spid: { metadata: [spid.xml]',
    `spid: { registry: { source: idps.xml, pins: [${sha256(agid)}] }`,
  ])
  writable = true
})

const run = async (...words: readonly string[]) => {
  const seen = { out: '', err: '' }
  const code = await runCommand([...words, '--config', GATEWAY], {
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
    writeFile: async (path, text) => {
      if (!writable) throw new Error('read-only file system')
      files[path] = text
    },
    createFile: async () => {},
    runGateway: async () => {},
  })
  return { ...seen, code }
}

describe('spid idps update', () => {
  it('keeps a good list and says what changed', async () => {
    files['/etc/varco/idps.xml'] = two
    expect(await run('spid', 'idps', 'update')).toEqual({
      code: 0,
      err: '',
      out: 'added    https://idp.example\nadded    https://other.example\n2 providers. Running gateways take them up at their next reading.\n',
    })
    expect(files[COPY]).toBe(two)
    expect(await run('spid', 'idps', 'update')).toMatchObject({ code: 0, out: '2 providers, nothing changed.\n' })

    files['/etc/varco/idps.xml'] = list(idp('idp', current), idp('new', current))
    expect((await run('spid', 'idps', 'update')).out).toBe(
      `${[
        'added    https://new.example',
        'removed  https://other.example',
        'changed  https://idp.example',
        `         - certificate ${sha256(expired)}`,
        `         - certificate ${sha256(ending)}`,
        '2 providers. Running gateways take them up at their next reading.',
      ].join('\n')}\n`,
    )
  })

  it('ends with 1 and the reason when the list is refused; the copy stays', async () => {
    files[COPY] = two
    files['/etc/varco/idps.xml'] = signAggregate(aggregate([idp('idp', current)]), stranger)
    expect(await run('spid', 'idps', 'update')).toEqual({
      code: 1,
      out: '',
      err: `The registry is refused: it is signed with a certificate that is not pinned: SHA-256 ${sha256(stranger)}. The last good copy stays in use.\n`,
    })
    expect(files[COPY]).toBe(two)
  })

  it('says that there is nothing yet when the first reading fails', async () => {
    expect(await run('spid', 'idps', 'update')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^The registry is refused: .*idps\.xml.* There is no good copy yet\.\n$/),
    })
  })

  it('names a damaged copy and replaces it', async () => {
    files[COPY] = two.replaceAll('other.example', 'evil.example')
    files['/etc/varco/idps.xml'] = two
    const { code, err } = await run('spid', 'idps', 'update')
    expect({ code, err }).toEqual({ code: 0, err: 'The last good copy is refused: saml_signature_invalid.\n' })
    expect(files[COPY]).toBe(two)
  })

  it('ends with 3 when the copy cannot be kept', async () => {
    files['/etc/varco/idps.xml'] = two
    writable = false
    expect(await run('spid', 'idps', 'update')).toMatchObject({
      code: 3,
      err: 'The copy cannot be kept: read-only file system.\n',
    })
  })

  it('ends with 1 where no registry is configured', async () => {
    files = validFiles()
    expect(await run('spid', 'idps', 'update')).toMatchObject({
      code: 1,
      err: 'This gateway has no registry: spid.registry is not configured.\n',
    })
  })
})

it('spid idps update tells programs what changed', async () => {
  files['/etc/varco/idps.xml'] = two
  expect(JSON.parse((await run('spid', 'idps', 'update', '--json')).out)).toEqual({
    result: 'updated',
    providers: 2,
    added: ['https://idp.example', 'https://other.example'],
    removed: [],
    changed: [],
  })
  expect(JSON.parse((await run('spid', 'idps', 'update', '--json')).out)).toEqual({ result: 'unchanged', providers: 2 })
})

describe('spid idps list', () => {
  it('shows each provider with its addresses and certificates, the expired ones marked', async () => {
    files[COPY] = two
    files['/etc/varco/names.yaml'] = 'https://idp.example: Example ID\n'
    const certificate = (signer: typeof agid, rest: string) =>
      `certificate ${sha256(signer).slice(0, 16)}… until ${rest}`
    expect(await run('spid', 'idps', 'list')).toEqual({
      code: 0,
      err: '',
      out: `${[
        'Example ID',
        '  https://idp.example',
        '  redirect https://idp.example/sso',
        `  ${certificate(expired, '2026-01-05, EXPIRED 10 days ago')}`,
        `  ${certificate(current, '2040-01-01, 5099 days left')}`,
        `  ${certificate(ending, '2026-01-16, 1 day left')}`,
        'other.example',
        '  https://other.example',
        '  redirect https://other.example/sso',
        `  ${certificate(current, '2040-01-01, 5099 days left')}`,
        `Registry signed with ${certificate(agid, '2034-06-24, 3082 days left')}`,
      ].join('\n')}\n`,
    })
    const { providers, signedWith } = JSON.parse((await run('spid', 'idps', 'list', '--json')).out)
    expect(signedWith.sha256).toBe(sha256(agid))
    expect(providers[0]).toMatchObject({ name: 'Example ID', entityId: 'https://idp.example' })
    expect(providers[0].certificates.map((one: { sha256: string }) => one.sha256)).toContain(sha256(current))
  })

  it('shows the providers of files too, and asks no registry', async () => {
    files[GATEWAY] = edited(files[GATEWAY] ?? '', [', names: names.yaml', ', metadata: [spid.xml]'])
    files['/etc/varco/spid.xml'] = aggregate([idp('test', current)])
    files['/etc/varco/idps.xml'] = two
    const { code, out, err } = await run('spid', 'idps', 'list')
    expect(out).toMatch(/^test\.example\n {2}https:\/\/test\.example\n/)
    expect({ code, err }).toEqual({
      code: 1,
      err: 'There is no good copy of the registry yet. Type: varco spid idps update --config FILE.\n',
    })
  })
})
