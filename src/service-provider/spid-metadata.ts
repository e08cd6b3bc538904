/** A tenant towards AgID: from the configuration to the plain values that SPID's folder makes its metadata of. */
import type { AggregatorConfig, GatewayConfig, SamlKeyPair } from '../config/gateway-config.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type Aggregator, type SpidServiceProvider, spidMetadata } from '../upstream/spid/metadata.ts'
import { AN_OFFICE, absent, type Complete, FULL_NAME, type Missing } from './missing.ts'
import { organizationOf, texts } from './organization.ts'
import { identityOf } from './signing.ts'

/** The signed SPID metadata of a tenant; the same bytes for the same configuration. */
export const spidMetadataOf = (config: GatewayConfig, tenant: Tenant): Complete<{ readonly xml: string }> => {
  const missing = missingForMetadata(config.aggregator, tenant)
  if (missing.length > 0) return { missing }
  const pair = spidPairOf(config, tenant)
  return { xml: spidMetadata(spidServiceProvider(config, tenant, pair), identityOf(pair)) }
}

const spidPairOf = ({ aggregator }: GatewayConfig, { spid }: Tenant): SamlKeyPair => spid.signing ?? aggregator.spid

const spidServiceProvider = (
  { aggregator }: GatewayConfig,
  tenant: Tenant,
  { certificate, next }: SamlKeyPair,
): SpidServiceProvider => {
  const { spid } = tenant
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
    organization: organizationOf(tenant),
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

/** docs/rules/spid-saml.md 2.3 and 2.4. */
const missingForMetadata = (aggregator: AggregatorConfig, tenant: Tenant): readonly Missing[] => {
  const { spid } = tenant
  const { ipaCode, vatNumber, fiscalCode } = aggregator
  const email = absent('tenant', 'federation.spid.contact.email', spid.contact.email, AN_OFFICE)
  switch (spid.profile) {
    case 'pub-ag-full':
      return [
        ...absent('gateway', 'aggregator.name', aggregator.name, FULL_NAME),
        ...absent('gateway', 'aggregator.email', aggregator.email, AN_OFFICE),
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
          'the VAT number of the body, as IT01234567897',
        ),
        ...absent('tenant', 'federation.spid.fiscal_code', spid.fiscalCode, 'the tax code of the body, in quotes'),
        ...email,
      ]
    case 'spid':
      return email
  }
}
