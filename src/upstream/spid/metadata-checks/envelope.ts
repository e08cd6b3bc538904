/** docs/rules/spid-saml.md 2.1, first half, and section 1: the file, its entityID, its signature. */
import { type Check, unless } from '../../saml/finding.ts'
import {
  algorithmFaults,
  keySizeFaults,
  orderFaults,
  rootFaults,
  signatureFaults,
  signingCertificatesOf,
  verificationFaults,
} from '../../saml/metadata-faults.ts'
import { attributeOf } from '../../saml/xml.ts'
import { addressFaults, type SpidMetadataDocument } from './document.ts'

const OURS = 'the file was changed, or this is a defect of Varco: make it again with varco spid metadata'

export const envelopeChecks: readonly Check<SpidMetadataDocument>[] = [
  { id: '1.3.0', faults: rootFaults, fix: OURS },
  { id: '1.0.0', faults: orderFaults, fix: OURS },
  {
    id: '1.3.1-2',
    faults: ({ root }) => {
      const entityId = attributeOf(root, 'entityID')
      return [
        ...addressFaults('entityID', entityId),
        ...unless((entityId ?? '').length <= 1024, 'entityID is longer than 1024 characters'),
      ]
    },
    fix: 'set public_url to the https:// address of the regional host, or federation.spid.entity_id to what was registered',
  },
  {
    id: '1 entityID',
    faults: ({ root, profile }) => {
      const entityId = attributeOf(root, 'entityID') ?? ''
      if (profile === 'spid') return []
      return [
        ...unless(entityId.includes(profile), `entityID does not contain ${profile}`),
        ...unless(!entityId.includes('?'), 'entityID has a query string'),
      ]
    },
    fix: 'correct federation.spid.entity_id, or the profile',
  },
  {
    id: '1.7.x',
    faults: (metadata) => [
      ...signatureFaults(metadata),
      ...algorithmFaults(metadata),
      ...keySizeFaults(signingCertificatesOf(metadata)),
    ],
    fix: OURS,
  },
  { id: '1.9.0', faults: verificationFaults, fix: OURS },
]
