/** A tenant towards the Ministry: from the configuration to the plain values that CIE's folder makes its metadata of. */
import type { AggregatorConfig, GatewayConfig, SamlKeyPair } from '../config/gateway-config.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type CieService, type CieServiceProvider, cieMetadata } from '../upstream/cie/metadata.ts'
import { AN_OFFICE, absent, type Complete, FULL_NAME, type Missing } from './missing.ts'
import { organizationOf, texts } from './organization.ts'
import { identityOf } from './signing.ts'

/** Every Comune is Italian. */
const ITALY = 'IT'

/**
 * The signed CIE metadata of a tenant; the same bytes for the same configuration. `newUuid` is offered to a tenant whose
 * service has none yet.
 */
export const cieMetadataOf = (
  config: GatewayConfig,
  tenant: Tenant,
  newUuid?: string,
): Complete<{ readonly xml: string }> => {
  const { aggregator } = config
  const missing = [...missingOfBody(tenant, newUuid), ...missingOfOperator(aggregator)]
  if (missing.length > 0) return { missing }
  const pair = tenant.cie.signing ?? aggregator.cie
  return { xml: cieMetadata(cieServiceProvider(aggregator, tenant, pair), identityOf(pair)) }
}

/** What is empty here has been looked for by `missingOfBody`. */
const cieServiceProvider = (
  aggregator: AggregatorConfig,
  tenant: Tenant,
  { certificate, next }: SamlKeyPair,
): CieServiceProvider => {
  const { cie, ipaCode, ipaCategory, belfiore = '', province } = tenant
  return {
    entityId: cie.entityId,
    certificates: [certificate, ...(next === undefined ? [] : [next.certificate])],
    // the check list wants an endpoint, though CIE never calls it (docs/rules/cie.md A6)
    logout: [
      { binding: 'redirect', location: cie.sloUrl },
      { binding: 'post', location: cie.sloUrl },
    ],
    acsUrls: [cie.acsUrl],
    services: cie.attributeSets.map(
      ({ index, serviceUuid = '', descriptions }): CieService => ({
        index,
        uuid: serviceUuid,
        descriptions: descriptions === undefined ? [] : texts(descriptions),
      }),
    ),
    organization: organizationOf(tenant),
    body: {
      kind: 'public',
      ipaCode,
      ...(ipaCategory !== undefined && { ipaCategory }),
      municipality: belfiore,
      ...(province !== undefined && { province }),
      country: ITALY,
      ...reachedBy(cie.contact),
    },
    operator: operatorOf(aggregator),
  }
}

/** What is empty here has been looked for by `missingOfOperator`. */
const operatorOf = (aggregator: AggregatorConfig): CieServiceProvider['operator'] => {
  const { name = '', municipality = '', province, country, email, phone, cie } = aggregator
  return {
    ...identified(aggregator),
    company: name,
    municipality,
    ...(province !== undefined && { province }),
    country,
    ...reachedBy({ ...(email !== undefined && { email }), ...(phone !== undefined && { phone }), ...cie.contact }),
  }
}

const identified = ({
  kind,
  ipaCode = '',
  ipaCategory,
  vatNumber = '',
  fiscalCode = '',
  nace2Codes = [],
}: AggregatorConfig) =>
  kind === 'public'
    ? { kind, ipaCode, ...(ipaCategory !== undefined && { ipaCategory }) }
    : { kind, vatNumber, fiscalCode, nace2Codes }

const reachedBy = ({ email = '', phone }: Tenant['cie']['contact']) => ({
  email,
  ...(phone !== undefined && { phone }),
})

const missingOfBody = ({ belfiore, cie }: Tenant, newUuid: string | undefined): readonly Missing[] => {
  const uuid = 'a UUID of version 4, made once and never changed'
  return [
    ...absent('tenant', 'organisation.belfiore', belfiore, 'the Belfiore code of the municipality, as X999'),
    ...cie.attributeSets.flatMap(({ serviceUuid }) =>
      absent(
        'tenant',
        'federation.cie.service_uuid',
        serviceUuid,
        newUuid === undefined ? uuid : `${newUuid} (${uuid}; this one is fresh)`,
      ),
    ),
    ...absent('tenant', 'federation.cie.contact.email', cie.contact.email, AN_OFFICE),
  ]
}

/** The columns `technical` of docs/rules/cie.md A2.1. */
const missingOfOperator = (aggregator: AggregatorConfig): readonly Missing[] => {
  const { name, municipality, email, cie, kind, ipaCode, vatNumber, fiscalCode, nace2Codes } = aggregator
  const lacks = (key: string, value: unknown, fix: string) => absent('gateway', `aggregator.${key}`, value, fix)
  return [
    ...lacks('name', name, FULL_NAME),
    ...lacks('email', cie.contact.email ?? email, `${AN_OFFICE}, or aggregator.cie.contact.email`),
    ...lacks('municipality', municipality, 'the Belfiore code of its seat, as X999; abroad the postal code'),
    ...(kind === 'public'
      ? lacks('ipa_code', ipaCode, 'the IPA code of the public body, or kind: private')
      : [
          ...lacks(
            'vat_number',
            vatNumber,
            'the VAT number of the company, as IT01234567897; a public body has ipa_code',
          ),
          ...lacks('fiscal_code', fiscalCode, 'the tax code of the company, in quotes'),
          ...lacks('nace2_codes', nace2Codes, 'the ATECO codes of the company, as ["62.01.00"]'),
        ]),
  ]
}
