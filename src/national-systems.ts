/** From the configured sources to the ways in: metadata of providers, the registry of SPID, the list of card authorities. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Audit } from './audit/events.ts'
import type { UpstreamId } from './citizen/citizen.ts'
import type { GatewayConfig, MetadataSource } from './config/gateway-config.ts'
import { StartError } from './errors.ts'
import { createTrustListRegistry, trustListPath } from './trust-list/registry.ts'
import { createAuthorities } from './upstream/cns/authorities.ts'
import { createRevocationCheck } from './upstream/cns/revocation.ts'
import { createUpstreams } from './upstream/index.ts'
import { parseIdpMetadata } from './upstream/saml/idp-metadata.ts'
import { createVerifySignature } from './upstream/saml/verify-signature.ts'
import { createIdpRegistry } from './upstream/spid/registry.ts'
import { startReadings } from './upstream/spid/registry-readings.ts'
import { keptFile, lastGoodFile, registrySource } from './upstream/spid/registry-source.ts'
import type { Upstream } from './upstream/upstream.ts'

export interface NationalSystems {
  readonly upstreams: ReadonlyMap<UpstreamId, Upstream>
  /** Of cards: what the card listener names to the browser. */
  readonly authorities: ReturnType<typeof createAuthorities>
  /** When each list was last read and believed, milliseconds since 1970. */
  readAt(): Readonly<Record<string, number | undefined>>
  /** Reads no further. */
  stop(): void
}

/** Reads every source once, and the lists from then on daily. Throws a StartError for a source of metadata that cannot be read. */
export const readNationalSystems = async (
  config: GatewayConfig,
  { fetch, audit, log, now }: { fetch: typeof globalThis.fetch; audit: Audit; log: Logger; now: () => number },
): Promise<NationalSystems> => {
  const { stateDir, cns } = config
  const readSource = async (source: MetadataSource): Promise<string> => {
    if ('file' in source) return readFile(source.file, 'utf8')
    const response = await fetch(source.url).catch((cause: Error) => {
      throw new StartError(`${source.url} cannot be read: ${cause.message}`, { cause })
    })
    if (!response.ok) throw new StartError(`${source.url} answered ${response.status}`)
    return response.text()
  }
  const verify = createVerifySignature({
    verification: config.saml.verification,
    disagreed: (how) => audit({ type: 'signature.engines_disagree', ...how }),
  })
  const leftOut = (idp: string, reason: string) => log.warn({ idp, reason }, 'left out of the metadata')
  const readIdps = async (sources: readonly MetadataSource[]) => {
    const texts = await Promise.all(sources.map(readSource))
    const idps = texts.flatMap((xml) => parseIdpMetadata(xml, { now: now(), leftOut }))
    for (const { entityId, expiredCertificates } of idps) {
      for (const { notAfter } of expiredCertificates)
        audit({ type: 'idp.certificate_expired', idp: entityId, notAfter })
    }
    return idps
  }

  const idpsOfFiles = await readIdps(config.spid.metadata)
  const [cieIdp] = await readIdps(config.cie.metadata)
  const [eidasNode] = await readIdps(config.eidas?.metadata ?? [])
  const { registry: listed, names } = config.spid
  const registry =
    listed &&
    createIdpRegistry({
      source: registrySource(listed.source, fetch),
      lastGood: lastGoodFile(stateDir),
      ...(listed.pins !== undefined && { pins: listed.pins }),
      now,
      report: audit,
      verify,
      leftOut,
    })
  const authorities = createAuthorities(cns?.trust ?? [])
  const trustList =
    cns?.trustList &&
    createTrustListRegistry({
      ...cns.trustList,
      source: registrySource(cns.trustList.source, fetch),
      lastGood: keptFile(trustListPath(stateDir)),
      now,
      report: audit,
      use: (all) => authorities.list(all.map(String)),
    })
  const readings = {
    ...(listed && registry && { spid_registry: startReadings(registry, { ...listed, now }) }),
    ...(cns?.trustList && trustList && { trust_list: startReadings(trustList, { ...cns.trustList, now }) }),
  }
  const read = Object.fromEntries(
    await Promise.all(Object.entries(readings).map(async ([list, reading]) => [list, await reading] as const)),
  )
  // the registry last: of two descriptions of a provider AgID's counts
  const spidIdps = () => [...idpsOfFiles, ...(registry?.current() ?? [])]
  const upstreams = createUpstreams({
    ...(idpsOfFiles.length === 0 && registry === undefined ? {} : { spid: { idps: spidIdps, names, verify } }),
    ...(cieIdp === undefined ? {} : { cie: { idp: cieIdp, comparison: config.cie.comparison, verify } }),
    ...(cns === undefined
      ? {}
      : {
          cns: {
            trust: authorities.store,
            startUrl: cns.startUrl,
            name: config.region.cnsLabel.it,
            level: cns.level,
            leastKeyBits: cns.minKeyBits,
            ...(cns.revocation.mode === 'required' && {
              revocation: createRevocationCheck({ ...cns.revocation, fetch, randomBytes, report: audit }),
            }),
          },
        }),
    ...(eidasNode === undefined ? {} : { eidas: { idp: eidasNode, verify } }),
  })

  return {
    upstreams,
    authorities,
    readAt: () => Object.fromEntries(Object.entries(read).map(([list, { readAt }]) => [list, readAt()])),
    stop: () => {
      for (const { stop } of Object.values(read)) stop()
    },
  }
}
