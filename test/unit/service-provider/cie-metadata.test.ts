import { describe, expect, it } from 'vitest'
import { cieMetadataOf } from '../../../src/service-provider/cie-metadata.ts'
import { createServedMetadata } from '../../../src/service-provider/served.ts'
import { spidMetadataOf } from '../../../src/service-provider/spid-metadata.ts'
import { metadataFindings } from '../../../src/upstream/cie/metadata-checks.ts'
import { NOW, UUID } from '../../fixtures/cie/service-provider.ts'
import { configOf, edited, GATEWAY, load, tenantYaml, validFiles } from '../config/files.ts'

const TENANT = '/etc/varco/tenants/esempio.yaml'
type Edit = readonly [from: string, to: string]

const aggregator = (lines: string): Edit => ['aggregator:', `aggregator:\n  ${lines.replaceAll('\n', '\n  ')}`]
const region = aggregator(`name: Regione di Esempio
ipa_code: r_esempi
email: spid@regione.example
municipality: L378
province: TN`)
const company = aggregator(`name: Informatica di Esempio S.p.A.
vat_number: IT01234567897
fiscal_code: "01234567897"
nace2_codes: ["62.01.00", "63.11"]
email: spid@informatica.example
phone: "+390461000000"
municipality: L378`)
const federation = (yaml: string): Edit => ['clients:', `federation: ${yaml}\nclients:`]
const registered = federation(`{ cie: { service_uuid: ${UUID}, contact: { email: ced@comune.esempio.example } } }`)

const loaded = async (gateway: readonly Edit[], tenant: readonly Edit[]) => {
  const files: Record<string, string> = { ...validFiles(), [TENANT]: edited(tenantYaml, ...tenant) }
  files[GATEWAY] = edited(files[GATEWAY] ?? '', ...gateway)
  const config = configOf(await load(files))
  const [first] = config.tenants
  if (first === undefined) throw new Error('no tenant')
  return { config, tenant: first }
}
const written = async (gateway: readonly Edit[] = [region], tenant: readonly Edit[] = [registered]) => {
  const { config, tenant: one } = await loaded(gateway, tenant)
  const made = cieMetadataOf(config, one)
  if ('missing' in made) throw new Error(JSON.stringify(made))
  return { config, tenant: one, xml: made.xml }
}
const textsOf = (xml: string, element: string) =>
  [...xml.matchAll(new RegExp(`<${element}[^>]*>([^<]*)<`, 'g'))].map(([, text]) => text)

describe('the CIE metadata of a tenant', () => {
  it.each([
    ['a public body', region],
    ['a company', company],
  ])('keep every rule where the gateway is run by %s', async (_, operator) => {
    const { xml, tenant } = await written([operator])
    expect(metadataFindings(xml, NOW)).toEqual([])
    expect(tenant.cie.entityId).toBe('https://login.regione.example/cie/c_x999')
    expect(xml).toContain(`entityID="${tenant.cie.entityId}"`)
  })

  it('are the same bytes when the same files are read again', async () => {
    expect((await written()).xml).toBe((await written()).xml)
  })

  it('describe the service as the file does, else in a general way', async () => {
    const descriptions = federation(
      `{ cie: { service_uuid: ${UUID}, descriptions: { it: Sportello, de: Schalter }, contact: { email: a@b.example } } }`,
    )
    expect(textsOf((await written([region], [descriptions])).xml, 'md:ServiceDescription')).toEqual([
      'Sportello',
      'Schalter',
    ])
    expect(textsOf((await written()).xml, 'md:ServiceDescription')).toEqual(['Servizi online'])
  })

  it('say where the Comune is, and of which category', async () => {
    const place: Edit = ['  belfiore: X999', '  belfiore: X999\n  province: TN\n  ipa_category: L6']
    const { xml } = await written([company], [registered, place])
    expect(textsOf(xml, 'cie:IPACategory')).toEqual(['L6'])
    expect(textsOf(xml, 'cie:Province')).toEqual(['TN'])
    expect(textsOf(xml, 'cie:Municipality')).toEqual(['X999', 'L378'])
  })

  it('name the contact towards CIE where the gateway has one of its own', async () => {
    const own: Edit = ['certificate: cie.pem }', 'certificate: cie.pem, contact: { email: cie@informatica.example } }']
    const { xml } = await written([company, own])
    expect(textsOf(xml, 'md:EmailAddress')).toEqual(['ced@comune.esempio.example', 'cie@informatica.example'])
    expect(textsOf(xml, 'md:TelephoneNumber')).toEqual(['+390461000000'])
  })

  it('take a company with an IPA code as private where the file says so', async () => {
    const { xml } = await written([company, aggregator('ipa_code: in_esempio\nkind: private')])
    expect(xml).toContain('<cie:Private>')
    expect(textsOf(xml, 'cie:IPACode')).toEqual(['c_x999'])
    expect(metadataFindings(xml, NOW)).toEqual([])
  })

  it('are signed by the tenant’s own pair where it has one', async () => {
    const own = federation(
      `{ cie: { key: file:../secrets/esempio/spid.key, certificate: ../secrets/esempio/spid.pem, service_uuid: ${UUID}, contact: { email: a@b.example } } }`,
    )
    const { config, xml } = await written([region], [own])
    const der = config.aggregator.spid.certificate.replace(/-----[A-Z ]+-----|\s/g, '')
    expect(xml.split(der)).toHaveLength(3)
  })

  it('publish both certificates while keys change', async () => {
    const next: Edit = ['certificate: cie.pem }', 'certificate: cie.pem, next: { certificate: spid.pem } }']
    expect((await written([region, next])).xml.match(/<md:KeyDescriptor/g)).toHaveLength(2)
  })

  it.each<[who: string, gateway: readonly Edit[], paths: readonly string[]]>([
    ['nobody', [], ['name', 'email', 'municipality', 'vat_number', 'fiscal_code', 'nace2_codes']],
    ['a public body', [aggregator('kind: public')], ['name', 'email', 'municipality', 'ipa_code']],
    ['the region', [region], []],
    ['a company', [company], []],
  ])('name each key of the gateway that they lack, run by %s', async (_, gateway, paths) => {
    const { config, tenant } = await loaded(gateway, [['  belfiore: X999\n', '']])
    const made = cieMetadataOf(config, tenant)
    expect('missing' in made && made.missing.map(({ file, path }) => `${file}: ${path}`)).toEqual([
      'tenant: organisation.belfiore',
      'tenant: federation.cie.service_uuid',
      'tenant: federation.cie.contact.email',
      ...paths.map((key) => `gateway: aggregator.${key}`),
    ])
  })
})

describe('the documents of all tenants', () => {
  const aggregated = aggregator('uri: https://login.regione.example')

  it('are found by the entityID, to the letter', async () => {
    const { config, tenant } = await loaded([region, aggregated], [registered])
    const metadataOf = createServedMetadata(config)
    const host = 'https://login.regione.example'
    expect(metadataOf(`${host}/pub-ag-full/c_x999`)).toEqual(spidMetadataOf(config, tenant))
    expect(metadataOf(`${host}/cie/c_x999`)).toEqual(cieMetadataOf(config, tenant))
    expect(metadataOf(`${host}/cie/c_x999`)).toBe(metadataOf(`${host}/cie/c_x999`))
    for (const other of ['/pub-ag-full/c_X999', '/cie/c_X999', '/cie/c_x999/', '/spid/c_x999', '/constructor', '/']) {
      expect(metadataOf(`${host}${other}`)).toBeUndefined()
    }
  })

  it('are SPID’s where both were registered under one entityID', async () => {
    const same = federation(
      `{ cie: { entity_id: "https://login.regione.example/pub-ag-full/c_x999", service_uuid: ${UUID}, contact: { email: a@b.example } } }`,
    )
    const { config, tenant } = await loaded([region, aggregated], [same])
    expect(createServedMetadata(config)(tenant.cie.entityId)).toEqual(spidMetadataOf(config, tenant))
  })
})
