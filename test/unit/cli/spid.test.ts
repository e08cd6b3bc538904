/** The commands that make what AgID gets: what they refuse, and with which exit code. */
import { X509Certificate } from 'node:crypto'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { look } from '../../../src/cli/doctor/look.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { certificateContent, owner, signing } from '../../fixtures/spid/service-provider.ts'
import { edited, GATEWAY, readersOf, tenantYaml, validEnv, validFiles } from '../config/files.ts'

const TENANT = '/etc/varco/tenants/esempio.yaml'
type Edit = readonly [from: string, to: string]

/** The fixture's certificate is that of this region. */
const region: Edit = [
  'aggregator:',
  `aggregator:\n  name: ${owner.organizationName}\n  uri: ${owner.uri}\n  ipa_code: r_prova\n  email: spid@regione.example\n  city: ${certificateContent.subject.localityName}`,
]
const city: Edit = ['  belfiore: X999', '  belfiore: X999\n  city: Esempio']

const run = async (
  words: readonly string[],
  { gateway = [region], tenant = [] }: { gateway?: readonly Edit[]; tenant?: readonly Edit[] } = {},
) => {
  const key = signing.key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const files: Record<string, string> = {
    ...validFiles(),
    [TENANT]: edited(tenantYaml, ...tenant),
    '/etc/varco/spid.key': key,
    '/etc/varco/spid.pem': signing.certificate,
    '/etc/varco/secrets/esempio/spid.key': key,
    '/etc/varco/secrets/esempio/spid.pem': signing.certificate,
    '/out/there.zip': 'there already',
    '/out/there/spid.pem': 'there already',
  }
  files[GATEWAY] = edited(files[GATEWAY] ?? '', ...gateway)
  const seen = { out: '', err: '', created: new Map<string, string | Uint8Array>() }
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
    writeFile: async () => {},
    createFile: async (path, content) => {
      if (path in files) throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' })
      seen.created.set(path, content)
    },
    runGateway: async () => {},
  })
  return { ...seen, code }
}

describe('start --check', () => {
  it('finds nothing wrong with a certificate as AgID wants it', async () => {
    expect(await run(['start', '--check'])).toMatchObject({ code: 0, err: '' })
  })

  it('says what AgID would refuse of the region’s certificate, and ends with 2', async () => {
    const renamed: Edit = [`name: ${owner.organizationName}`, 'name: Regione Diversa']
    const { code, out, err } = await run(['start', '--check'], { gateway: [region, renamed] })
    expect([code, out]).toEqual([2, `${GATEWAY} is valid: 1 tenant\n`])
    expect(err).toBe(
      'aggregator.spid: AgID would not accept this certificate\n  ! 3 organizationName  organizationName is "Regione di Prova", not "Regione Diversa"\n  → make it the full name of the body (OrganizationName)\n',
    )
  })

  it('says so of a tenant’s own, and of the pair that is to follow', async () => {
    const own: Edit = [
      'site_url:',
      'federation:\n  spid: { key: file:../secrets/esempio/spid.key, certificate: ../secrets/esempio/spid.pem, next: { certificate: ../secrets/esempio/spid.pem } }\nsite_url:',
    ]
    const { code, err } = await run(['start', '--check'], { tenant: [own] })
    expect(code).toBe(2)
    expect(err).toMatch(
      /^tenant esempio, federation\.spid: AgID would not[\s\S]*^tenant esempio, federation\.spid\.next: AgID/m,
    )
    expect(err).toContain(
      'uri is "https://login.regione.example", not "https://login.regione.example/pub-ag-full/c_x999"',
    )
  })

  it('asks nothing of a region that does not say yet who it is', async () => {
    expect(await run(['start', '--check'], { gateway: [] })).toMatchObject({ code: 0, err: '' })
  })
})

describe('spid metadata', () => {
  it('prints the document', async () => {
    const { code, out, err } = await run(['spid', 'metadata', 'esempio'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^<\?xml .*\n<md:EntityDescriptor [\s\S]*<\/md:EntityDescriptor>\n$/)
  })

  it('names the keys that are missing, and prints nothing', async () => {
    const { code, out, err } = await run(['spid', 'metadata', 'esempio'], { gateway: [] })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('✗ aggregator.email  is missing in the gateway’s file')
    expect(err).toContain('→ add it: an address of an office')
  })

  it('says what AgID would refuse, and ends with 2', async () => {
    const { code, out, err } = await run(['spid', 'metadata', 'esempio'], {
      tenant: [['it: Comune di Esempio', 'it: COMUNE DI ESEMPIO']],
    })
    expect([code, out.includes('COMUNE DI ESEMPIO')]).toEqual([2, true])
    expect(err).toMatch(/AgID would not accept it:\n1\.5\.x {2}"COMUNE DI ESEMPIO" has capitals only/)
  })

  it('knows no tenant of another name', async () => {
    expect(await run(['spid', 'metadata', 'altrove'])).toMatchObject({
      code: 1,
      out: '',
      err: 'No tenant is called altrove. There are: esempio.\n',
    })
  })
})

describe('spid certificate', () => {
  it('makes the region’s pair', async () => {
    const { code, out, created } = await run(['spid', 'certificate', '--out', '/out'])
    expect(code).toBe(0)
    expect([...created.keys()]).toEqual(['/out/spid.key', '/out/spid.pem'])
    const certificate = new X509Certificate(String(created.get('/out/spid.pem')))
    expect(certificate.validToDate.toISOString()).toBe('2031-01-14T00:00:00.000Z')
    expect(certificate.subject).toContain('Regione di Prova')
    expect(out).toContain('Valid until 2031-01-14')
    const { out: json } = await run(['spid', 'certificate', '--csr', '--out', '/out', '--json'])
    expect(JSON.parse(json)).toEqual({ key: '/out/spid.key', request: '/out/spid.csr' })
  })

  it('makes a tenant’s own, with its entityID', async () => {
    const { code, created } = await run(['spid', 'certificate', '--tenant', 'esempio', '--out', '/out'], {
      tenant: [city],
    })
    expect([code, [...created.keys()]]).toEqual([0, ['/out/spid-esempio.key', '/out/spid-esempio.pem']])
    const { subject } = new X509Certificate(String(created.get('/out/spid-esempio.pem')))
    expect(subject).toContain('pub-ag-full/c_x999')
    expect(subject).toContain('PA:IT-c_x999')
  })

  it.each<[what: string, words: readonly string[], gateway: readonly Edit[], code: number, message: string]>([
    ['without a place', [], [region], 3, 'Where to? Add --out DIR'],
    [
      'of 1024 bits',
      ['--key-size', '1024', '--out', '/out'],
      [region],
      3,
      'SPID allows no RSA key of 1024 bits: write --key-size 2048 or 3072 or 4096',
    ],
    ['of nobody', ['--out', '/out'], [], 1, '✗ aggregator.uri  is missing'],
    [
      'of a tenant without a city',
      ['--tenant', 'esempio', '--out', '/out'],
      [region],
      1,
      '✗ organisation.city  is missing in the file of esempio',
    ],
    ['in place of another', ['--out', '/out/there'], [region], 1, '/out/there/spid.pem is there already'],
    [
      'without agIDcert',
      ['--out', '/out'],
      [region, ['city:', 'policy_oids: ["1.3.76.16.4.2.2"]\n  city:']],
      1,
      '3 certificatePolicies  certificatePolicies lacks 1.3.76.16.6',
    ],
    [
      'with an identifier of no known form',
      ['--csr', '--out', '/out'],
      [region, ['city:', 'organization_identifier: r_prova\n  city:']],
      1,
      '3 organizationIdentifier',
    ],
  ])('makes none %s', async (_, words, gateway, code, message) => {
    const result = await run(['spid', 'certificate', ...words], { gateway })
    expect([result.code, [...result.created]]).toEqual([code, []])
    expect(result.err).toContain(message)
  })
})

describe('spid submission', () => {
  it('packs metadata and summary', async () => {
    const { code, err, created } = await run(['spid', 'submission', '--tenants', 'all', '--out', '/out/agid.zip'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(Object.keys(unzipSync(created.get('/out/agid.zip') as Uint8Array))).toEqual(['esempio.xml', 'summary.json'])
  })

  it.each<[what: string, edits: Parameters<typeof run>[1], message: string]>([
    [
      '1.3.1-2',
      { gateway: [region, ['https://login.regione.example', 'http://localhost:7000']] },
      '✗ 1.3.1-2  entityID http://localhost:7000/pub-ag-full/c_x999 is not https',
    ],
    ['1.5.x', { tenant: [['it: Comune di Esempio', "it: Comune di Forli'"]] }, '✗ 1.5.x  "Comune di Forli\'"'],
    [
      '3 uri',
      { gateway: [region, [`uri: ${owner.uri}`, 'uri: https://other.example']] },
      '✗ 3 uri  uri is "https://login.regione.example", not "https://other.example"',
    ],
    ['a missing key', { gateway: [] }, '✗ aggregator.name  is missing'],
  ])('packs nothing when one fails: %s', async (_, edits, message) => {
    const { code, err, created } = await run(
      ['spid', 'submission', '--tenants', 'esempio', '--out', '/out/agid.zip'],
      edits,
    )
    expect([code, [...created]]).toEqual([1, []])
    expect(err).toContain(message)
    expect(err).toContain('Nothing is written: 1 of 1 would not be accepted.')
  })

  it.each([
    [['--tenants', 'all'], 3, 'Add --out FILE.zip'],
    [['--out', '/out/agid.zip'], 3, 'Add --tenants a,b'],
    [['--tenants', 'esempio,altrove', '--out', '/out/agid.zip'], 1, 'No tenant is called altrove'],
    [['--tenants', 'all', '--out', '/out/there.zip'], 3, '/out/there.zip is there already'],
  ] as const)('is told what is missing: %j', async (words, code, message) => {
    const result = await run(['spid', 'submission', ...words])
    expect([result.code, [...result.created]]).toEqual([code, []])
    expect(result.err).toContain(message)
  })
})
