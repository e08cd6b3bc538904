/** A region with twelve SPID providers, CIE, cards and as many Comuni as are wanted: written as files, read by the real code. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Identity } from '../../sandbox/pki/certificate.ts'
import { identityProviderIdentity } from '../../sandbox/pki/profiles.ts'
import { aggregateMetadata, idpMetadata } from '../../sandbox/saml/metadata.ts'
import { certificateBody } from '../../sandbox/saml/xml.ts'
import { writeRegion } from '../../test/fixtures/gateway/files.ts'
import { type Identities, identities } from '../../test/fixtures/gateway/identities.ts'
import type { ResponseSigner } from '../load/saml-response.ts'
import { writeTenants } from './tenant-files.ts'

const SPID_PROVIDERS = 12

export interface BenchIdp extends ResponseSigner {
  /** Where AuthnRequests go. */
  readonly sso: string
}

export interface Region {
  /** gateway.yaml. */
  readonly file: string
  readonly folder: string
  readonly spid: readonly BenchIdp[]
  readonly cie: BenchIdp
  readonly keys: Identities
  readonly tenants: number
}

export const idpOf = (name: string, { key, certificate }: Identity, issuerFormat = true): BenchIdp => ({
  entityId: `https://${name}.example/idp`,
  sso: `https://${name}.example/idp/sso`,
  key,
  certificate: certificateBody(certificate),
  issuerFormat,
})

export const metadataOf = ({ entityId, sso, certificate }: BenchIdp) => ({
  entityId,
  name: `Idp ${new URL(entityId).hostname}`,
  certificate,
  sso: { redirect: sso, post: sso },
  slo: {},
})

let providers: Promise<readonly Identity[]> | undefined

/** The keys are made once for a run. */
export const spidIdentities = (): Promise<readonly Identity[]> => {
  providers ??= Promise.all(
    Array.from({ length: SPID_PROVIDERS }, (_, number) => identityProviderIdentity(`Idp ${number}`, new Date())),
  )
  return providers
}

export const writeBenchRegion = async (
  folder: string,
  options: { tenants: number; redis?: string | undefined; algorithm?: string | undefined },
): Promise<Region> => {
  const keys = await identities()
  const spid = (await spidIdentities()).map((identity, number) => idpOf(`idp${number}`, identity))
  const cie = idpOf('cie', keys.cie, false)
  const file = await writeRegion(folder, keys, {
    spidMetadata: [aggregateMetadata(spid.map(metadataOf))],
    cieMetadata: idpMetadata(metadataOf(cie)),
    names: Object.fromEntries(spid.map(({ entityId }, number) => [entityId, `Provider ${number}`])),
    // a card of the bench names nobody who could be asked
    cns: '  revocation: { mode: off }',
  })
  const { redis, tenants, algorithm } = options
  await writeTenants(folder, { count: tenants, ...(algorithm !== undefined && { algorithm }) })
  const store = redis === undefined ? '{ kind: memory }' : `{ kind: redis, url: "${redis}" }`
  const text = await readFile(file, 'utf8')
  await writeFile(
    file,
    text
      .replace('store: { kind: memory }', `store: ${store}`)
      // tests ask both engines, who operates a gateway has the default
      .replace(/^saml: .*$/m, '')
      // the driver is the proxy, and says for whom it asks: the limits are counted as in production
      .replace('trusted_proxies: [192.0.2.1]', 'trusted_proxies: [127.0.0.1]'),
  )
  return { file, folder, spid, cie, keys, tenants }
}
