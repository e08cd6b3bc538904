/** OIDs of docs/rules/spid-saml.md section 3 by their names there. */

export const attributeTypes = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  countryName: '2.5.4.6',
  localityName: '2.5.4.7',
  organizationName: '2.5.4.10',
  name: '2.5.4.41',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  pseudonym: '2.5.4.65',
  uri: '2.5.4.83',
  organizationIdentifier: '2.5.4.97',
} as const

export const extensionTypes = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  /** PKCS#9: where a signing request holds its extensions. */
  extensionRequest: '1.2.840.113549.1.9.14',
  userNotice: '1.3.6.1.5.5.7.2.2',
} as const

export const AGID_CERT = '1.3.76.16.6'
export const PUBLIC_SECTOR_SP = '1.3.76.16.4.2.1'

/** What AgID's older checker knows. An aggregator's certificate may have to carry 1.3.76.16.4.2.2 instead: open with AgID, so it is configured. */
export const usualPolicies: readonly string[] = [AGID_CERT, PUBLIC_SECTOR_SP]

/** OID → the text of its notice. */
export const policies: Readonly<Record<string, string>> = {
  [AGID_CERT]: 'agIDcert',
  [PUBLIC_SECTOR_SP]: 'cert_SP_Pub',
  '1.3.76.16.4.2.2': 'cert_AggFull_Pub',
}
