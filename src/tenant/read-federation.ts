/** What a tenant file says about its registrations, as the program knows it; and the keys of its own, where it has some. */
import { createPairReading, type SamlPairReference } from '../config/key-pairs.ts'
import type { Problem } from '../config/problem.ts'
import type { Reading } from '../config/references.ts'
import type { YamlFile } from '../config/yaml-file.ts'
import { cieAttributeNames } from './attribute-names.ts'
import type { FederationFile } from './federation-schema.ts'
import type { TenantFile } from './schema.ts'
import type { AttributeSet, Localised, OwnSigning, SpidRegistration, Tenant } from './tenant.ts'

type Standing = Pick<SpidRegistration, 'profile' | 'contact' | 'vatNumber' | 'fiscalCode'>

/** Beside entityID, addresses and attribute sets. */
export const aboutBody = ({ profile, contact, vat_number, fiscal_code }: FederationFile['spid']): Standing => ({
  profile,
  contact,
  ...(vat_number !== undefined && { vatNumber: vat_number }),
  ...(fiscal_code !== undefined && { fiscalCode: fiscal_code }),
})

export const attributeSetOf = ({
  service_names,
  descriptions,
  ...set
}: NonNullable<FederationFile['spid']['attribute_sets']>[number]): AttributeSet => ({
  ...set,
  ...(service_names !== undefined && { serviceNames: service_names }),
  ...(descriptions !== undefined && { descriptions }),
})

/** CIE has one set, with all that it knows; the service that it stands for has a UUID instead of a name. */
export const cieServiceOf = ({ service_uuid, descriptions }: FederationFile['cie']): AttributeSet => ({
  index: 0,
  name: 'base',
  descriptions: descriptions ?? { it: 'Servizi online' },
  attributes: cieAttributeNames,
  ...(service_uuid !== undefined && { serviceUuid: service_uuid }),
})

type Face = Pick<Tenant, 'displayNames' | 'urls' | 'ipaCategory' | 'belfiore' | 'province' | 'city'>

/** A short name and a page in each language that the body has a name in, and where it is. */
export const faceOf = ({ organisation, site_url }: TenantFile): Face => {
  const { names, display_names = {}, urls = {}, ipa_category, belfiore, province, city } = organisation
  const siteEverywhere = Object.fromEntries(Object.keys(names).map((language) => [language, site_url]))
  return {
    displayNames: { ...names, ...display_names },
    urls: { ...(siteEverywhere as unknown as Localised), ...urls },
    ...(ipa_category !== undefined && { ipaCategory: ipa_category }),
    ...(belfiore !== undefined && { belfiore }),
    ...(province !== undefined && { province }),
    ...(city !== undefined && { city }),
  }
}

export type OwnSignings = Readonly<Partial<Record<'spid' | 'cie', OwnSigning>>>

export const readOwnSignings = async (
  yaml: YamlFile,
  { federation }: TenantFile,
  reading: Reading,
  problems: Problem[],
): Promise<OwnSignings> => {
  const pairs = createPairReading(reading, problems)
  const of = async (upstream: 'spid' | 'cie') => {
    const pair = pairOf(federation[upstream])
    return pair && { [upstream]: await pairs.saml(yaml, ['federation', upstream], pair) }
  }
  return { ...(await of('spid')), ...(await of('cie')) }
}

/** The schema has seen to it that one does not stand without the other. */
const pairOf = ({ key, certificate, next }: Partial<SamlPairReference>): SamlPairReference | undefined =>
  key === undefined || certificate === undefined ? undefined : { key, certificate, ...(next !== undefined && { next }) }
