import { describe, expect, it } from 'vitest'
import { certificateOwnerOf, certificatesInUse, spidCertificateOf } from '../../../src/service-provider/certificate.ts'
import { identityOf, signingOf } from '../../../src/service-provider/signing.ts'
import { spidMetadataOf } from '../../../src/service-provider/spid-metadata.ts'
import { metadataFindings } from '../../../src/upstream/spid/metadata-checks.ts'
import { configOf, edited, GATEWAY, load, tenantYaml, validFiles } from '../config/files.ts'

const TENANT = '/etc/varco/tenants/esempio.yaml'
type Edit = readonly [from: string, to: string]

const region: Edit = [
  'aggregator:',
  'aggregator:\n  name: Regione di Esempio\n  uri: https://login.regione.example\n  ipa_code: r_esempi\n  email: spid@regione.example\n  city: Trento',
]
const federation = (yaml: string): Edit => ['clients:', `federation: { spid: ${yaml} }\nclients:`]

const loaded = async (gateway: readonly Edit[], tenant: readonly Edit[] = []) => {
  const files: Record<string, string> = { ...validFiles(), [TENANT]: edited(tenantYaml, ...tenant) }
  files[GATEWAY] = edited(files[GATEWAY] ?? '', ...gateway)
  const config = configOf(await load(files))
  const [first] = config.tenants
  if (first === undefined) throw new Error('no tenant')
  return { config, tenant: first }
}
const written = async (...edits: Parameters<typeof loaded>) => {
  const { config, tenant } = await loaded(...edits)
  const made = spidMetadataOf(config, tenant)
  if ('missing' in made) throw new Error(JSON.stringify(made))
  return { config, tenant, xml: made.xml }
}
const missing = async (...edits: Parameters<typeof loaded>) => {
  const { config, tenant } = await loaded(...edits)
  const made = spidMetadataOf(config, tenant)
  return 'missing' in made ? made.missing.map(({ file, path }) => `${file}: ${path}`) : []
}

describe('the metadata of a tenant', () => {
  it('are the same bytes when the same files are read again', async () => {
    expect((await written([region])).xml).toBe((await written([region])).xml)
  })

  it('do not depend on the order of the sets in the file', async () => {
    const set = (index: number) => `{ index: ${index}, name: s${index}, attributes: [fiscalNumber] }`
    const inOrder = (first: number, second: number) =>
      written(
        [region],
        [
          federation(`{ attribute_sets: [${set(first)}, ${set(second)}] }`),
          ['claims: [given_name, fiscal_number]', 'claims: []'],
        ],
      )
    expect((await inOrder(0, 1)).xml).toBe((await inOrder(1, 0)).xml)
  })

  it('hold the body in each language of its name, whole', async () => {
    const { xml } = await written(
      [region],
      [
        [
          'names: { it: Comune di Esempio }',
          'names: { it: Comune di Esempio, en: Municipality, de: Gemeinde }\n  display_names: { it: Esempio }\n  urls: { de: https://www.comune.esempio.example/de }',
        ],
      ],
    )
    expect(xml.match(/<md:Organization(Name|DisplayName|URL) .*(?=<)/g)).toEqual([
      '<md:OrganizationName xml:lang="it">Comune di Esempio',
      '<md:OrganizationName xml:lang="de">Gemeinde',
      '<md:OrganizationName xml:lang="en">Municipality',
      '<md:OrganizationDisplayName xml:lang="it">Esempio',
      '<md:OrganizationDisplayName xml:lang="de">Gemeinde',
      '<md:OrganizationDisplayName xml:lang="en">Municipality',
      '<md:OrganizationURL xml:lang="it">https://www.comune.esempio.example',
      '<md:OrganizationURL xml:lang="de">https://www.comune.esempio.example/de',
      '<md:OrganizationURL xml:lang="en">https://www.comune.esempio.example',
    ])
  })

  it('name their sets for people', async () => {
    const set =
      '{ index: 2, name: base, service_names: { it: Servizi, de: Dienste }, descriptions: { it: Tutti }, attributes: [fiscalNumber, name] }'
    const { xml } = await written([region], [federation(`{ attribute_sets: [${set}] }`)])
    expect(xml.match(/<md:Service(Name|Description) .*(?=<)/g)).toEqual([
      '<md:ServiceName xml:lang="it">Servizi',
      '<md:ServiceName xml:lang="de">Dienste',
      '<md:ServiceDescription xml:lang="it">Tutti',
    ])
  })

  it.each<[profile: string, yaml: string]>([
    ['pub-ag-full', '{}'],
    [
      'pub-op-full',
      '{ profile: pub-op-full, vat_number: IT01234567897, fiscal_code: "01234567897", contact: { email: ced@comune.esempio.example } }',
    ],
    ['spid', '{ profile: spid, contact: { email: ced@comune.esempio.example, phone: "+390461000000" } }'],
  ])('keep the rules of their profile: %s', async (profile, yaml) => {
    const { xml, tenant } = await written([region], [federation(yaml)])
    expect(tenant.spid.entityId).toBe(`https://login.regione.example/${profile}/c_x999`)
    expect(metadataFindings(xml, tenant.spid.profile)).toEqual([])
  })

  it.each<[what: string, gateway: readonly Edit[], tenant: readonly Edit[], missing: readonly string[]]>([
    [
      'of an aggregator nobody described',
      [],
      [],
      ['gateway: aggregator.name', 'gateway: aggregator.email', 'gateway: aggregator.ipa_code'],
    ],
    [
      'of an operator',
      [],
      [federation('{ profile: pub-op-full }')],
      [
        'tenant: federation.spid.vat_number',
        'tenant: federation.spid.fiscal_code',
        'tenant: federation.spid.contact.email',
      ],
    ],
    ['of a public body', [], [federation('{ profile: spid }')], ['tenant: federation.spid.contact.email']],
  ])('name each key that they lack: %s', async (_, gateway, tenant, keys) => {
    expect(await missing(gateway, tenant)).toEqual(keys)
  })
})

describe('a pair of keys of the tenant’s own', () => {
  const own = federation('{ key: file:../secrets/esempio/cie.key, certificate: ../secrets/esempio/cie.pem }')

  it('signs its metadata and its requests, and nobody else’s', async () => {
    const { config, tenant, xml } = await written([region], [own])
    const der = config.aggregator.cie.certificate.replace(/-----[A-Z ]+-----|\s/g, '')
    expect(xml.split(der)).toHaveLength(3)
    const regional = { spid: identityOf(config.aggregator.spid), cie: identityOf(config.aggregator.cie) }
    const signing = signingOf(tenant, regional)
    // eIDAS sends requests under the SPID entityID
    for (const upstream of ['spid', 'eidas'] as const) {
      expect(signing[upstream]?.certificate).toBe(config.aggregator.cie.certificate)
    }
    expect(signing.cie).toBe(regional.cie)
    const { tenant: without } = await loaded([region])
    expect(signingOf(without, regional)).toEqual(regional)
  })

  it('must name the tenant in its certificate, a shared one the aggregator', async () => {
    const shared = await loaded([region])
    expect(certificateOwnerOf(shared.config, shared.tenant)).toMatchObject({
      uri: 'https://login.regione.example',
      publicBody: false,
    })
    const { config, tenant } = await loaded([region], [own])
    expect(certificateOwnerOf(config, tenant)).toMatchObject({ uri: tenant.spid.entityId, publicBody: true })
  })
})

describe('while keys change', () => {
  const next: Edit = ['certificate: spid.pem }', 'certificate: spid.pem, next: { certificate: cie.pem } }']

  it('both certificates are published, and watched', async () => {
    const { config, xml } = await written([region, next])
    const [now, then] = [...xml.matchAll(/<md:KeyDescriptor[\s\S]*?<ds:X509Certificate>([^<]*)/g)].map(([, der]) => der)
    const derOf = (pem: string) => pem.replace(/-----[A-Z ]+-----|\s/g, '')
    expect([now, then]).toEqual([derOf(config.aggregator.spid.certificate), derOf(config.aggregator.cie.certificate)])
    expect(certificatesInUse(config).map(({ use }) => use)).toEqual(['spid', 'spid', 'cie', 'cns'])
  })
})

describe('the subject of a certificate', () => {
  const contentOf = async (gateway: readonly Edit[], tenant?: readonly Edit[]) => {
    const found = await loaded(gateway, tenant)
    return spidCertificateOf(found.config, tenant && found.tenant)
  }

  it('of the region carries the aggregator’s uri', async () => {
    expect(await contentOf([region])).toEqual({
      content: {
        subject: {
          commonName: 'Regione di Esempio',
          organizationName: 'Regione di Esempio',
          uri: 'https://login.regione.example',
          organizationIdentifier: 'PA:IT-r_esempi',
          localityName: 'Trento',
        },
        policies: ['1.3.76.16.6', '1.3.76.16.4.2.1'],
      },
    })
  })

  it.each<[Edit, string]>([
    [['ipa_code: r_esempi', 'vat_number: IT01234567897'], 'VATIT-01234567897'],
    [['ipa_code: r_esempi', 'fiscal_code: RSSMRA80A01H501U'], 'CF:IT-RSSMRA80A01H501U'],
    [['ipa_code: r_esempi', 'ipa_code: r_esempi\n  organization_identifier: VATIT-1'], 'VATIT-1'],
  ])('takes its identifier from %j', async (edit, organizationIdentifier) => {
    expect(await contentOf([region, edit])).toMatchObject({ content: { subject: { organizationIdentifier } } })
  })

  it('of a tenant carries its entityID and its IPA code', async () => {
    const city: Edit = ['  belfiore: X999', '  belfiore: X999\n  city: Esempio\n  display_names: { it: Esempio }']
    expect(await contentOf([region], [city])).toMatchObject({
      content: {
        subject: {
          commonName: 'Esempio',
          organizationName: 'Comune di Esempio',
          uri: 'https://login.regione.example/pub-ag-full/c_x999',
          organizationIdentifier: 'PA:IT-c_x999',
          localityName: 'Esempio',
        },
      },
    })
  })

  it('is not made up: missing keys are named', async () => {
    expect(await contentOf([])).toMatchObject({
      missing: ['name', 'uri', 'city', 'ipa_code'].map((key) => ({ path: `aggregator.${key}` })),
    })
    expect(await contentOf([region], [])).toMatchObject({ missing: [{ path: 'organisation.city' }] })
  })
})
