/** What a tenant file says about its registrations, as the program knows it; and the keys of its own, where it has some. */
import { createPairReading, type SamlPairReference } from '../config/key-pairs.ts'
import type { Problem } from '../config/problem.ts'
import type { Reading } from '../config/references.ts'
import type { YamlFile } from '../config/yaml-file.ts'
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

/** A short name and a page in each language that the body has a name in. */
export const faceOf = ({ organisation, site_url }: TenantFile): Pick<Tenant, 'displayNames' | 'urls' | 'city'> => {
  const { names, display_names = {}, urls = {}, city } = organisation
  const siteEverywhere = Object.fromEntries(Object.keys(names).map((language) => [language, site_url]))
  return {
    displayNames: { ...names, ...display_names },
    urls: { ...(siteEverywhere as unknown as Localised), ...urls },
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
