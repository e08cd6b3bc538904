/** The CIE metadata of each tenant as the Ministry gets them: from the address that is the entityID, and from the command. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cieMetadata } from '../../src/upstream/cie/metadata.ts'
import { comune, region, signing, UUID } from '../fixtures/cie/service-provider.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { asText, createMetadataTools } from '../fixtures/saml/metadata-tools.ts'

const host = 'login.regione.example'
const folder = mkdtempSync(join(tmpdir(), 'varco-cie-metadata-'))
const { file, validate, verify } = createMetadataTools(folder)
const { run, killAll } = createVarcoProcesses()
afterEach(killAll)
afterAll(() => rmSync(folder, { recursive: true }))

const moena = `federation:
  cie:
    service_uuid: ${UUID}
    contact: { email: ced@comune.moena.example }`

const get = (gateway: TestGateway, path: string) =>
  request(gateway.regional).get(path).set({ Host: host, Accept: 'text/html' }).buffer(true).parse(asText)

describe('the CIE metadata of a tenant', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ tenants: { moena } })
  })
  afterAll(() => gateway.close())
  const command = (tenant: string) =>
    run(['cie', 'metadata', tenant, '--config', join(gateway.folder, 'gateway.yaml')]).ended

  it('stand at the entityID, as the command prints them, beside those of SPID', async () => {
    const { code, out, err } = await command('moena')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const answer = await get(gateway, '/cie/c_f263').expect(200)
    expect(answer.headers['content-type']).toMatch(/^application\/samlmetadata\+xml/)
    expect(answer.body).toBe(out)
    expect(out).toContain(`entityID="https://${host}/cie/c_f263"`)
    expect((await get(gateway, '/pub-ag-full/c_f263').expect(200)).body).not.toBe(out)
  })

  it('are refused with the names of the missing keys, and a UUID that is new each time', async () => {
    const [one, other] = [await command('ala'), await command('ala')]
    expect([one.code, one.out, other.code]).toEqual([1, '', 1])
    const uuidIn = (text: string) =>
      /federation\.cie\.service_uuid.*\n.*add it: ([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}) /.exec(
        text,
      )?.[1]
    expect(uuidIn(one.err)).toBeDefined()
    expect(uuidIn(one.err)).not.toBe(uuidIn(other.err))
  })

  it.each(['/cie/c_a116', '/cie/C_F263', '/cie/c_f263/', '/cie'])('do not stand at %s', async (path) => {
    const answer = await get(gateway, path)
    expect([answer.status, String(answer.body).includes('page_not_found')]).toEqual([404, true])
  })

  it('announce the address where CIE’s answers are taken', async () => {
    const [, acs = ''] =
      /<md:AssertionConsumerService [^>]*Location="([^"]*)"/.exec((await get(gateway, '/cie/c_f263')).body) ?? []
    const { sent } = await gateway.upToAnswer('cie', { tenant: 'moena' })
    expect(gateway.requestIn(sent)).toMatchObject({ acsUrl: acs, issuer: { value: `https://${host}/cie/c_f263` } })
  })
})

describe('what other programs say of it', () => {
  it.each([
    ['run by a company', comune],
    ['run by a public body', { ...comune, operator: region }],
  ])('%s: valid by the schemas of SAML, signed by the key that xmlsec1 is given', (_, sp) => {
    const xml = cieMetadata(sp, signing)
    validate(xml)
    expect(() => validate(xml.replace(' xml:lang=""', ''))).toThrow()
    const certificate = file('region.pem', signing.certificate)
    verify(xml, certificate)
    expect(() => verify(xml.replace('Comune di Forlì', 'Comune di Rimini'), certificate)).toThrow()
  })
})
