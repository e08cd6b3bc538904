import { beforeEach, describe, expect, it } from 'vitest'
import { look } from '../../../src/cli/doctor/look.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { service, signTrustList, trustList } from '../../fixtures/cns/trust-list.ts'
import { selfSigned } from '../../fixtures/saml/certificate.ts'
import { edited, GATEWAY, readersOf, validEnv, validFiles } from '../config/files.ts'

const COPY = '/var/lib/varco/registry/trust-list.xml'
const [agid, stranger, one] = [selfSigned({ name: 'agid' }), selfSigned(), selfSigned({ name: 'CA uno' })]
const old = selfSigned({ name: 'CA passata', notAfter: '2025-01-01T00:00:00Z' })
const services = [one, old].map(({ certificate }) => service({ certificates: [certificate] }))
const two = signTrustList(trustList(services), agid)

let files: Record<string, string> = {}
let writable = true
beforeEach(() => {
  files = { ...validFiles(), '/etc/varco/agid.pem': agid.certificate, '/etc/varco/tsl.xml': two }
  files[GATEWAY] = edited(files[GATEWAY] ?? '', [
    'trust: [ca.pem]',
    'trust_list: { source: tsl.xml, signers: [agid.pem] }',
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
    now: () => Date.UTC(2026, 10, 22),
    readers: readersOf(files, validEnv),
    writeFile: async (path, text) => {
      if (!writable) throw new Error('read-only file system')
      files[path] = text
    },
    createFile: async () => {},
    runGateway: async () => {},
    user: 'operator',
    process: { host: 'desk', pid: 1 },
    newFile: () => Promise.reject(new Error('nothing is written piece by piece')),
    look,
    randomUuid: () => '',
    readInput: async () => '',
  })
  return { ...seen, code }
}

describe('cns trust update', () => {
  it('keeps a good list and says what changed', async () => {
    const { code, out, err } = await run('cns', 'trust', 'update')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(
      /^added {4}CN=CA uno \([0-9a-f]{16}\)\nadded {4}CN=CA passata \([0-9a-f]{16}\)\n2 card authorities\. Running gateways take them up at their next reading\.\n$/,
    )
    expect(files[COPY]).toBe(two)
    expect(await run('cns', 'trust', 'update')).toMatchObject({
      code: 0,
      out: '2 card authorities, nothing changed.\n',
    })
  })

  it('ends with 1 and the reason when the list is refused; the copy stays', async () => {
    await run('cns', 'trust', 'update')
    files['/etc/varco/tsl.xml'] = signTrustList(trustList(services, { sequence: 142 }), stranger)
    expect(await run('cns', 'trust', 'update')).toEqual({
      code: 1,
      out: '',
      err: 'The list is refused: it is not signed by one of cns.trust_list.signers. The last good copy stays in use.\n',
    })
    expect(files[COPY]).toBe(two)
  })

  it('ends with 3 when the copy cannot be kept', async () => {
    writable = false
    const { code, err } = await run('cns', 'trust', 'update')
    expect([code, err]).toEqual([3, 'The copy cannot be kept: read-only file system.\n'])
  })

  it('ends with 1 where no list is configured', async () => {
    files = validFiles()
    expect(await run('cns', 'trust', 'update')).toMatchObject({
      code: 1,
      err: expect.stringContaining('cns.trust_list'),
    })
  })
})

describe('for programs', () => {
  const json = async (...words: readonly string[]) => {
    const { out, code, err } = await run(...words, '--json')
    return { code, err, document: JSON.parse(out) }
  }

  it('tells what changed, and what there is', async () => {
    expect(await json('cns', 'trust', 'update')).toMatchObject({
      code: 0,
      err: '',
      document: { result: 'updated', added: [expect.stringMatching(/^CN=CA uno/), expect.anything()], authorities: 2 },
    })
    expect((await json('cns', 'trust', 'update')).document).toEqual({ result: 'unchanged', authorities: 2 })
    expect(await json('cns', 'trust', 'list')).toMatchObject({
      code: 0,
      document: {
        files: [],
        authorities: [{ until: '2040-01-01T00:00:00.000Z' }, { until: '2025-01-01T00:00:00.000Z' }],
        list: { sequence: 141, signer: expect.stringMatching(/^CN=agid/) },
      },
    })
  })
})

describe('cns trust list', () => {
  it('shows each authority with its end, and who signed the list', async () => {
    await run('cns', 'trust', 'update')
    const { code, out } = await run('cns', 'trust', 'list')
    expect(code).toBe(0)
    expect(out).toMatch(/CN=CA uno \([0-9a-f]{16}\), until 2040-01-01\n/)
    expect(out).toMatch(/CN=CA passata \([0-9a-f]{16}\), EXPIRED on 2025-01-01\n/)
    expect(out).toMatch(/List 141, signed by CN=agid \([0-9a-f]{16}\); the next one is due on 2027-02-27\.\n$/)
  })

  it('shows those of files too, and says that there is no copy yet', async () => {
    files[GATEWAY] = edited(files[GATEWAY] ?? '', ['trust_list:', 'trust: [ca.pem]\n  trust_list:'])
    const { code, out, err } = await run('cns', 'trust', 'list')
    expect(code).toBe(1)
    expect(out.split('\n').filter((line) => line.endsWith('from a file'))).toHaveLength(2)
    expect(err).toContain('varco cns trust update')
  })
})
