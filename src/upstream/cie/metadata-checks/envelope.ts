/** docs/rules/cie.md A2, rows 1 to 3.4: the file, its entityID, its signature and whose certificate that is. */
import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { Certificate } from '@peculiar/asn1-x509'
import { type Check, unless } from '../../saml/finding.ts'
import { certificatesIn, pemOf } from '../../saml/metadata-document.ts'
import {
  algorithmFaults,
  httpsFaults,
  isCertificate,
  keyDescriptors,
  keySizeFaults,
  orderFaults,
  rootFaults,
  signatureFaults,
  signingCertificatesOf,
  verificationFaults,
} from '../../saml/metadata-faults.ts'
import { attributeOf } from '../../saml/xml.ts'
import { CIE_EXTENSIONS } from '../metadata.ts'
import { type CheckedMetadata, OURS } from './document.ts'

/** Row 3.1: name, givenName, initials, generationQualifier, … pseudonym; and surname (.4), which the text means by .42. */
const forbidden: ReadonlySet<string> = new Set(['4', '41', '42', '43', '44', '64', '65'].map((end) => `2.5.4.${end}`))
const PAIR = 'make a new pair with varco spid certificate, and name it as aggregator.cie'

export const envelopeChecks: readonly Check<CheckedMetadata>[] = [
  { id: '1, 2', faults: (metadata) => [...rootFaults(metadata), ...orderFaults(metadata)], fix: OURS },
  {
    id: '2.1',
    faults: ({ root }) =>
      unless(
        Object.entries(root.declarations).some(([prefix, namespace]) => prefix !== '' && namespace === CIE_EXTENSIONS),
        'the namespace of CIE is not declared on the root',
      ),
    fix: OURS,
  },
  {
    id: '2.2',
    faults: ({ root }) => {
      const entityId = attributeOf(root, 'entityID')
      return [
        ...httpsFaults('entityID', entityId),
        ...unless((entityId ?? '').length <= 1024, 'entityID is longer than 1024 characters'),
      ]
    },
    fix: 'set public_url to the https:// address of the regional host, or federation.cie.entity_id to what was registered',
  },
  { id: '3', faults: (metadata) => [...signatureFaults(metadata), ...verificationFaults(metadata)], fix: OURS },
  {
    id: '3.1',
    faults: (metadata) =>
      certificatesOf(metadata).flatMap((base64) =>
        subjectTypesOf(base64)
          .filter((type) => forbidden.has(type))
          .map((type) => `the subject of a certificate has ${type}, which names a person`),
      ),
    fix: PAIR,
  },
  {
    id: '3.2',
    faults: (metadata) =>
      certificatesOf(metadata).flatMap((base64) => {
        const { validFromDate, validToDate } = new X509Certificate(pemOf(base64))
        return [
          ...unless(validFromDate.getTime() <= metadata.now, `a certificate begins on ${dayOf(validFromDate)}`),
          ...unless(metadata.now <= validToDate.getTime(), `a certificate ended on ${dayOf(validToDate)}`),
        ]
      }),
    fix: `${PAIR}, or remove it from next`,
  },
  { id: '3.3', faults: algorithmFaults, fix: OURS },
  { id: '3.4', faults: (metadata) => keySizeFaults(certificatesOf(metadata)), fix: PAIR },
]

/** Each once: that of the signature, and those that answers will be signed with. */
const certificatesOf = (metadata: CheckedMetadata): readonly string[] =>
  [
    ...new Set([...signingCertificatesOf(metadata), ...keyDescriptors(metadata, 'signing').flatMap(certificatesIn)]),
  ].filter(isCertificate)

const subjectTypesOf = (base64: string): readonly string[] =>
  AsnConvert.parse(Buffer.from(base64, 'base64'), Certificate).tbsCertificate.subject.flatMap((names) =>
    names.map(({ type }) => type),
  )

const dayOf = (date: Date): string => date.toISOString().slice(0, 10)
