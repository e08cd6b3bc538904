/** The identity providers that a gateway of this configuration has, as far as this machine can tell without the network. */
import type { GatewayConfig, MetadataSource } from '../config/gateway-config.ts'
import { createOutgoingFetch } from '../http/outgoing-fetch.ts'
import { type IdpMetadata, parseIdpMetadata } from '../upstream/saml/idp-metadata.ts'
import { createIdpRegistry, type RegistryOptions } from '../upstream/spid/registry.ts'
import { lastGoodPath, registrySource } from '../upstream/spid/registry-source.ts'
import type { World } from './command.ts'
import { keptBy } from './kept.ts'

/** `undefined` where none is configured. It has read nothing yet. */
export const registryOf = (
  { spid, outgoing, stateDir }: GatewayConfig,
  world: World,
  report: RegistryOptions['report'],
) => {
  if (spid.registry === undefined) return undefined
  const { source, pins } = spid.registry
  const { now, readers } = world
  return createIdpRegistry({
    source:
      'file' in source ? () => readers.readFile(source.file) : registrySource(source, createOutgoingFetch(outgoing)),
    ...(pins !== undefined && { pins }),
    lastGood: keptBy(world, lastGoodPath(stateDir)),
    now,
    report,
  })
}

/** Of metadata that lies beside the configuration. */
export const idpsOfFiles = async (
  sources: readonly MetadataSource[],
  { readers, now }: World,
): Promise<readonly IdpMetadata[]> => {
  const texts = await Promise.all(
    sources.flatMap((source) => ('file' in source ? [readers.readFile(source.file)] : [])),
  )
  return texts.flatMap((xml) => parseIdpMetadata(xml, { now: now() }))
}

/** EntityIDs. `undefined` where some of them are only known to who fetches them. */
export const knownProviders = async (config: GatewayConfig, world: World): Promise<ReadonlySet<string> | undefined> => {
  const sources = [...config.spid.metadata, ...config.cie.metadata, ...(config.eidas?.metadata ?? [])]
  if (sources.some((source) => !('file' in source))) return undefined
  const registry = registryOf(config, world, () => undefined)
  await registry?.load()
  if (registry?.current().length === 0) return undefined
  const known = [...(await idpsOfFiles(sources, world)), ...(registry?.current() ?? [])]
  return new Set(known.map(({ entityId }) => entityId))
}
