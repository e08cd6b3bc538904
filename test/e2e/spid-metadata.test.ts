/** The metadata of each tenant as AgID gets them: from the address that is the entityID, from the command, in the ZIP. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../sandbox/pki/certificate.ts'
import { serviceProviderIdentity } from '../../sandbox/pki/profiles.ts'
import { spidMetadata } from '../../src/upstream/spid/metadata.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { asText, createMetadataTools } from '../fixtures/saml/metadata-tools.ts'
import { aggregated, signing } from '../fixtures/spid/service-provider.ts'

const host = 'login.regione.example'

const folder = mkdtempSync(join(tmpdir(), 'varco-metadata-'))
const { run, killAll } = createVarcoProcesses()
afterEach(killAll)
afterAll(() => rmSync(folder, { recursive: true }))

const { file, command, validate, verify } = createMetadataTools(folder)

const get = (gateway: TestGateway, path: string, at = host) =>
  request(gateway.regional).get(path).set({ Host: at, Accept: 'text/html' }).buffer(true).parse(asText)

const operator = `federation:
  spid:
    profile: pub-op-full
    vat_number: IT01234567897
    fiscal_code: "01234567897"
    contact: { email: ced@comune.moena.example }`
/** Moena's, in the folder for its keys. */
const withOwn = (own: Identity) => ({
  tenants: {
    moena: 'federation: { spid: { key: file:../secrets/moena/own.key, certificate: file:../secrets/moena/own.pem } }',
  },
  files: {
    'secrets/moena/own.key': own.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'secrets/moena/own.pem': own.certificate,
  },
})
const publicBody = 'federation: { spid: { profile: spid, contact: { email: ced@comune.moena.example } } }'

describe('the metadata of a tenant', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ tenants: { moena: `host: accesso.moena.example` } })
  })
  afterAll(() => gateway.close())
  const configuration = () => join(gateway.folder, 'gateway.yaml')

  it('stand at the entityID', async () => {
    const answer = await get(gateway, '/pub-ag-full/c_a116').expect(200)
    expect(answer.headers['content-type']).toMatch(/^application\/samlmetadata\+xml/)
    expect(answer.body).toContain(`entityID="https://${host}/pub-ag-full/c_a116"`)
    expect((await get(gateway, '/pub-ag-full/c_a116')).body).toBe(answer.body)
  })

  it('are what the command prints', async () => {
    const { body } = await get(gateway, '/pub-ag-full/c_a116')
    expect(await run(['spid', 'metadata', 'ala', '--config', configuration()]).ended).toEqual({
      code: 0,
      out: body,
      err: '',
    })
  })

  it('stand on the regional host also for a tenant with a host of its own, and nowhere else', async () => {
    expect((await get(gateway, '/pub-ag-full/c_f263')).body).toContain('/t/moena/saml/spid/acs')
    expect((await get(gateway, '/pub-ag-full/c_f263', 'accesso.moena.example')).status).toBe(404)
  })

  it.each([
    '/pub-ag-full/c_x999',
    '/pub-ag-full/C_A116',
    '/pub-ag-full/c_a116/',
    '/pub-ag-full/c_a116%2f',
    '/pub-ag-full/c%5Fa116',
    '/pub-ag-full/',
    '/pub-ag-full',
    '/spid/c_a116',
    '/pub-op-full/c_a116',
    '/pub-ag-full/../pub-ag-full/c_a117',
  ])('do not stand at %s', async (path) => {
    const answer = await get(gateway, path)
    expect([answer.status, String(answer.body).includes('page_not_found')]).toEqual([404, true])
  })

  it('are not posted', async () => {
    expect((await request(gateway.regional).post('/pub-ag-full/c_a116').set({ Host: host })).status).toBe(404)
  })
})

describe('what other programs say of it', () => {
  it.each([
    ['pub-ag-full', '', 'pub-ag-full'],
    ['pub-op-full', operator, 'pub-op-full'],
    ['a public body', publicBody, 'spid'],
  ])('%s: valid by the schemas of SAML, signed by the key that xmlsec1 is given', async (_, moena, profile) => {
    const gateway = await startGateway({ tenants: { moena } })
    try {
      const { body: xml } = await get(gateway, `/${profile}/c_f263`).expect(200)
      validate(xml)
      expect(() =>
        validate(xml.replace('<md:NameIDFormat>', '<md:Name>').replace('</md:NameIDFormat>', '</md:Name>')),
      ).toThrow()
      verify(xml, join(gateway.folder, 'spid.pem'))
      expect(() => verify(xml, join(gateway.folder, 'cie.pem'))).toThrow()
      expect(() =>
        verify(xml.replace('Comune di moena', 'Comune di Canazei'), join(gateway.folder, 'spid.pem')),
      ).toThrow()
    } finally {
      await gateway.close()
    }
  })
})

describe('the metadata with the sets of eIDAS', () => {
  it('are valid too', () => {
    const xml = spidMetadata({ ...aggregated, eidas: true }, signing)
    validate(xml)
    verify(xml, file('region.pem', signing.certificate))
  })
})

describe('a tenant with a key of its own', () => {
  it('signs metadata and requests with it; the others sign with the region’s', async () => {
    const own = await serviceProviderIdentity(`https://${host}/pub-ag-full/c_f263`, new Date())
    const gateway = await startGateway(withOwn(own))
    const certificate = join(gateway.folder, 'secrets/moena/own.pem')
    try {
      const { body: xml } = await get(gateway, '/pub-ag-full/c_f263')
      verify(xml, certificate)
      verify((await get(gateway, '/pub-ag-full/c_a116')).body, join(gateway.folder, 'spid.pem'))
      const signatures = await Promise.all(
        ['moena', 'ala'].map(async (tenant) => {
          const login = await gateway.begin({ tenant })
          return verifiedBy(await gateway.choose(login, 'spid', gateway.idps.alfa), [
            certificate,
            join(gateway.folder, 'spid.pem'),
          ])
        }),
      )
      expect(signatures).toEqual([certificate, join(gateway.folder, 'spid.pem')])
    } finally {
      await gateway.close()
    }
  })
})

describe('a certificate near its end', () => {
  it('is an alarm when the gateway starts, and it starts', async () => {
    const years = 5 * 365 * 86_400_000
    const own = await serviceProviderIdentity(
      `https://${host}/pub-ag-full/c_f263`,
      new Date(Date.now() - years + 5.5 * 86_400_000),
    )
    const gateway = await startGateway(withOwn(own))
    try {
      expect(gateway.events('certificate.expiring')).toMatchObject([
        { level: 50, use: 'spid', tenant: 'moena', daysLeft: 5 },
      ])
    } finally {
      await gateway.close()
    }
  })
})

describe('the submission', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway.close())
  const submit = (name: string, ...args: readonly string[]) =>
    run(['spid', 'submission', '--config', join(gateway.folder, 'gateway.yaml'), '--out', join(folder, name), ...args])
      .ended
  const unzipped = (name: string) =>
    Object.fromEntries(
      Object.entries(unzipSync(readFileSync(join(folder, name)))).map(([path, bytes]) => [
        path,
        Buffer.from(bytes).toString(),
      ]),
    )

  it('holds what is served, signed, and a summary that fits it', async () => {
    expect(await submit('all.zip', '--tenants', 'all')).toMatchObject({ code: 0, err: '' })
    const files = unzipped('all.zip')
    expect(Object.keys(files)).toEqual(['ala.xml', 'moena.xml', 'summary.json'])
    for (const [name, path] of [
      ['ala.xml', '/pub-ag-full/c_a116'],
      ['moena.xml', '/pub-ag-full/c_f263'],
    ] as const) {
      expect(files[name]).toBe((await get(gateway, path)).body)
    }
    const summary = JSON.parse(files['summary.json'] ?? '')
    expect(summary.aggregator).toMatchObject({ name: 'Regione di Prova', ipa_code: 'r_prova' })
    expect(summary.bodies).toHaveLength(2)
    expect(summary.bodies[0]).toMatchObject({
      name: 'Comune di ala',
      ipa_code: 'c_a116',
      entity_id: `https://${host}/pub-ag-full/c_a116`,
      metadata: {
        file: 'ala.xml',
        sha256: createHash('sha256')
          .update(files['ala.xml'] ?? '')
          .digest('hex'),
      },
      attribute_sets: [{ index: 0, attributes: ['fiscalNumber', 'name', 'familyName', 'dateOfBirth'] }],
      services: [
        { id: 'sito', name: 'Asilo nido', level: 1 },
        { id: 'palestra', name: 'Palestra', level: 2 },
      ],
    })
  })

  it('holds only those that were named, and replaces no file', async () => {
    expect((await submit('one.zip', '--tenants', 'moena')).code).toBe(0)
    expect(Object.keys(unzipped('one.zip'))).toEqual(['moena.xml', 'summary.json'])
    const again = await submit('one.zip', '--tenants', 'ala')
    expect([again.code, again.err.includes('stays as it is')]).toEqual([3, true])
    expect(Object.keys(unzipped('one.zip'))).toEqual(['moena.xml', 'summary.json'])
  })
})

/** Which of the certificates a redirect to a provider was signed with. */
const verifiedBy = (
  sent: Awaited<ReturnType<TestGateway['choose']>>,
  certificates: readonly string[],
): string | undefined => {
  const [signed = '', signature = ''] = new URL(sent.location ?? '').search.slice(1).split('&Signature=')
  const bytes = join(folder, 'signature')
  writeFileSync(bytes, Buffer.from(decodeURIComponent(signature), 'base64'))
  return certificates.find((certificate) => {
    const key = file('public.pem', command('openssl', 'x509', '-in', certificate, '-pubkey', '-noout'))
    try {
      command('openssl', 'dgst', '-sha256', '-verify', key, '-signature', bytes, file('query', signed))
      return true
    } catch {
      return false
    }
  })
}
