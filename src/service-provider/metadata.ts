/** A tenant towards AgID: from the configuration to the plain values that SPID's folder makes its metadata of. */
import type { AggregatorConfig, GatewayConfig, SamlKeyPair } from '../config/gateway-config.ts'
import { type Localised, languages, type Tenant } from '../tenant/tenant.ts'
import type { Texts } from '../upstream/saml/sp-metadata.ts'
import { type Aggregator, type SpidServiceProvider, spidMetadata } from '../upstream/spid/metadata.ts'
import type { Complete, Missing } from './missing.ts'
import { identityOf } from './signing.ts'

/** The signed SPID metadata of a tenant; the same bytes for the same configuration. */
export const spidMetadataOf = (config: GatewayConfig, tenant: Tenant): Complete<{ readonly xml: string }> => {
  const missing = missingForMetadata(config.aggregator, tenant)
  if (missing.length > 0) return { missing }
  const pair = spidPairOf(config, tenant)
  return { xml: spidMetadata(spidServiceProvider(config, tenant, pair), identityOf(pair)) }
}

const spidPairOf = ({ aggregator }: GatewayConfig, { spid }: Tenant): SamlKeyPair => spid.signing ?? aggregator.spid

/**
 * By entityID, for the address that it is: undefined where no tenant has it. Each document is made when first asked for
 * and kept: what it is made of changes at a restart only.
 */
export const createSpidMetadata = (config: GatewayConfig) => {
  const tenants = new Map(config.tenants.map((tenant) => [tenant.spid.entityId, tenant]))
  const made = new Map<string, Complete<{ readonly xml: string }>>()
  return (entityId: string): Complete<{ readonly xml: string }> | undefined => {
    const tenant = tenants.get(entityId)
    if (tenant === undefined) return undefined
    const document = made.get(entityId) ?? spidMetadataOf(config, tenant)
    made.set(entityId, document)
    return document
  }
}

const spidServiceProvider = (
  { aggregator }: GatewayConfig,
  tenant: Tenant,
  { certificate, next }: SamlKeyPair,
): SpidServiceProvider => {
  const { spid, names, displayNames, urls } = tenant
  const known = languages.filter((language) => names[language] !== undefined)
  return {
    profile: spid.profile,
    entityId: spid.entityId,
    certificates: [certificate, ...(next === undefined ? [] : [next.certificate])],
    logout: [
      { binding: 'redirect', location: spid.sloUrl },
      { binding: 'post', location: spid.sloUrl },
    ],
    acsUrls: [spid.acsUrl],
    attributeSets: spid.attributeSets
      .toSorted((one, other) => one.index - other.index)
      .map(({ index, name, serviceNames, descriptions, attributes }) => ({
        index,
        names: texts(serviceNames ?? { it: name }),
        descriptions: descriptions === undefined ? [] : texts(descriptions),
        attributes,
      })),
    organization: {
      names: texts(names, known),
      displayNames: texts(displayNames, known),
      urls: texts(urls, known),
    },
    ...(isAggregated(tenant) && { aggregator: aggregatorOf(aggregator) }),
    body: {
      ipaCode: tenant.ipaCode,
      ...spid.contact,
      ...(spid.vatNumber !== undefined && { vatNumber: spid.vatNumber }),
      ...(spid.fiscalCode !== undefined && { fiscalCode: spid.fiscalCode }),
    },
    eidas: tenant.eidas !== undefined,
  }
}

export const isAggregated = ({ spid }: Tenant): boolean => spid.profile === 'pub-ag-full'

const texts = (localised: Localised, wanted: readonly (typeof languages)[number][] = languages): Texts =>
  wanted.flatMap((language) => {
    const text = localised[language]
    return text === undefined ? [] : [{ language, text }]
  })

/** Its keys have been looked for by `missingForMetadata`. */
const aggregatorOf = ({
  name = '',
  email = '',
  phone,
  ipaCode,
  vatNumber,
  fiscalCode,
}: AggregatorConfig): Aggregator => ({
  name,
  email,
  ...(phone !== undefined && { phone }),
  ...(ipaCode !== undefined && { ipaCode }),
  ...(vatNumber !== undefined && { vatNumber }),
  ...(fiscalCode !== undefined && { fiscalCode }),
})

const EMAIL = 'an address of an office, as spid@comune.example.it'

/** docs/rules/spid-saml.md 2.3 and 2.4. */
const missingForMetadata = (aggregator: AggregatorConfig, tenant: Tenant): readonly Missing[] => {
  const { spid } = tenant
  const { ipaCode, vatNumber, fiscalCode } = aggregator
  const absent = (file: Missing['file'], path: string, value: unknown, fix: string): readonly Missing[] =>
    value === undefined ? [{ file, path, fix }] : []
  const email = absent('tenant', 'federation.spid.contact.email', spid.contact.email, EMAIL)
  switch (spid.profile) {
    case 'pub-ag-full':
      return [
        ...absent('gateway', 'aggregator.name', aggregator.name, 'the full name of who runs the gateway'),
        ...absent('gateway', 'aggregator.email', aggregator.email, EMAIL),
        ...absent(
          'gateway',
          'aggregator.ipa_code',
          ipaCode ?? vatNumber ?? fiscalCode,
          'its IPA code, or aggregator.vat_number or aggregator.fiscal_code instead',
        ),
      ]
    case 'pub-op-full':
      return [
        ...absent(
          'tenant',
          'federation.spid.vat_number',
          spid.vatNumber,
          'the VAT number of the body, as IT01234567890',
        ),
        ...absent('tenant', 'federation.spid.fiscal_code', spid.fiscalCode, 'the tax code of the body, in quotes'),
        ...email,
      ]
    case 'spid':
      return email
  }
}
