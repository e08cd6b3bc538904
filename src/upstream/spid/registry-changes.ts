/** What is different between two lists of providers, for the people who answer when one of them stops working. */
import { X509Certificate } from 'node:crypto'
import type { IdpMetadata } from '../saml/idp-metadata.ts'
import { fingerprintOf } from './aggregate.ts'

interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

export interface RegistryChanges {
  /** EntityIDs. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly {
    readonly idp: string
    /** SHA-256 in small hex letters. */
    readonly certificates?: Difference
    /** `redirect https://…`, `logout post https://…`. */
    readonly addresses?: Difference
  }[]
}

export const changesBetween = (before: readonly IdpMetadata[], after: readonly IdpMetadata[]): RegistryChanges => {
  const known = new Map(before.map((idp) => [idp.entityId, idp]))
  return {
    ...difference([...known.keys()], [...new Set(after.map(({ entityId }) => entityId))]),
    changed: after.flatMap((idp) => {
      const old = known.get(idp.entityId)
      if (old === undefined) return []
      const certificates = difference(fingerprintsOf(old), fingerprintsOf(idp))
      const addresses = difference(addressesOf(old), addressesOf(idp))
      if (isNone(certificates) && isNone(addresses)) return []
      return [
        {
          idp: idp.entityId,
          ...(!isNone(certificates) && { certificates }),
          ...(!isNone(addresses) && { addresses }),
        },
      ]
    }),
  }
}

/** A list that was only signed anew has none. */
export const isUnchanged = ({ added, removed, changed }: RegistryChanges): boolean =>
  added.length + removed.length + changed.length === 0

const difference = (before: readonly string[], after: readonly string[]): Difference => ({
  added: after.filter((one) => !before.includes(one)),
  removed: before.filter((one) => !after.includes(one)),
})

const isNone = ({ added, removed }: Difference): boolean => added.length + removed.length === 0

const fingerprintsOf = ({ certificates }: IdpMetadata): readonly string[] =>
  certificates.map((pem) => fingerprintOf(new X509Certificate(pem)))

const addressesOf = ({ sso, slo = [] }: IdpMetadata): readonly string[] => [
  ...sso.map(({ binding, url }) => `${binding} ${url}`),
  ...slo.map(({ binding, url, responseUrl }) => ['logout', binding, url, responseUrl ?? []].flat().join(' ')),
]
