/** The list of SPID providers: what the registry says, what is kept of it, what a gateway would use. */
import { X509Certificate } from 'node:crypto'
import type { IdpMetadata } from '../upstream/saml/idp-metadata.ts'
import { fingerprintOf } from '../upstream/spid/aggregate.ts'
import type { RegistryEvent } from '../upstream/spid/registry.ts'
import type { RegistryChanges } from '../upstream/spid/registry-changes.ts'
import { nameOf } from '../upstream/spid/spid.ts'
import { type Command, jsonText, type World } from './command.ts'
import { readWithout } from './configuration.ts'
import { idpsOfFiles, registryOf } from './known-providers.ts'

const DAY = 24 * 60 * 60 * 1000

export const spidIdpsUpdate: Command = {
  name: 'spid idps update',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'reads the registry of SPID providers, verifies it, keeps it and says what changed',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    let kept = true
    const report = (event: RegistryEvent) => {
      if (event.type === 'registry.not_kept') kept = false
      tellTrouble(world)(event)
    }
    const registry = registryOf(config, world, report)
    if (registry === undefined) return noRegistry(world)
    await registry.load()
    const refreshed = await registry.refresh()
    if (refreshed.result === 'refused') {
      const rest = registry.current().length > 0 ? 'The last good copy stays in use.' : 'There is no good copy yet.'
      world.err(`The registry is refused: ${refreshed.reason}. ${rest}\n`)
      return 1
    }
    const count = registry.current().length
    const changes = refreshed.result === 'unchanged' ? {} : refreshed.changes
    if (args.json) world.out(jsonText({ result: refreshed.result, providers: count, ...changes }))
    else
      world.out(
        refreshed.result === 'unchanged'
          ? `${count} providers, nothing changed.\n`
          : `${changesText(refreshed.changes)}${count} providers. Running gateways take them up at their next reading.\n`,
      )
    return kept ? 0 : 3
  },
}

export const spidIdpsList: Command = {
  name: 'spid idps list',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'shows the SPID providers, from files and from the last good copy, with their certificates',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const registry = registryOf(config, world, tellTrouble(world))
    await registry?.load()
    const idps = [...(await idpsOfFiles(config.spid.metadata, world)), ...(registry?.current() ?? [])]
    const { signer } = registry?.status() ?? {}
    if (args.json) {
      const providers = idps.map((idp) => ({ name: nameOf(idp, config.spid.names), ...plainOf(idp) }))
      const signedWith = signer && certificateOf(signer)
      world.out(jsonText({ providers, ...(signedWith !== undefined && { signedWith }) }))
      return registry !== undefined && signer === undefined ? 1 : 0
    }
    for (const idp of idps) world.out(idpText(idp, nameOf(idp, config.spid.names), world.now()))
    if (signer !== undefined) world.out(`Registry signed with ${certificateText(signer, world.now())}\n`)
    else if (registry !== undefined) {
      world.err('There is no good copy of the registry yet. Type: varco spid idps update --config FILE.\n')
      return 1
    }
    return 0
  },
}

const certificateOf = (certificate: X509Certificate) => ({
  sha256: fingerprintOf(certificate),
  until: certificate.validToDate.toISOString(),
})

const plainOf = ({ entityId, sso, certificates }: IdpMetadata) => ({
  entityId,
  sso,
  certificates: certificates.map((pem) => certificateOf(new X509Certificate(pem))),
})

/** What has no place in a command's own result: a copy that is damaged or cannot be written. */
const tellTrouble =
  ({ err }: World) =>
  (event: RegistryEvent): void => {
    if (event.type === 'registry.refused' && event.origin === 'copy')
      err(`The last good copy is refused: ${event.reason}.\n`)
    if (event.type === 'registry.not_kept') err(`The copy cannot be kept: ${event.reason}.\n`)
  }

const noRegistry = ({ err }: World): 1 => {
  err('This gateway has no registry: spid.registry is not configured.\n')
  return 1
}

const changesText = ({ added, removed, changed }: RegistryChanges): string => {
  const lines = [
    ...added.map((idp) => `added    ${idp}`),
    ...removed.map((idp) => `removed  ${idp}`),
    ...changed.flatMap(({ idp, certificates, addresses }) => [
      `changed  ${idp}`,
      ...(certificates?.added ?? []).map((sha256) => `         + certificate ${sha256}`),
      ...(certificates?.removed ?? []).map((sha256) => `         - certificate ${sha256}`),
      ...(addresses?.added ?? []).map((address) => `         + ${address}`),
      ...(addresses?.removed ?? []).map((address) => `         - ${address}`),
    ]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

const idpText = ({ entityId, sso, certificates }: IdpMetadata, name: string, now: number): string =>
  [
    name,
    `  ${entityId}`,
    ...sso.map(({ binding, url }) => `  ${binding.padEnd(8)} ${url}`),
    ...certificates.map((pem) => `  ${certificateText(new X509Certificate(pem), now)}`),
    '',
  ].join('\n')

/** An expired one is marked and still used: docs/rules/spid-saml.md 5.4. */
const certificateText = (certificate: X509Certificate, now: number): string => {
  const end = certificate.validToDate
  const days = Math.floor((end.getTime() - now) / DAY)
  const left = days < 0 ? `EXPIRED ${-days} ${daysText(-days)} ago` : `${days} ${daysText(days)} left`
  return `certificate ${fingerprintOf(certificate).slice(0, 16)}… until ${end.toISOString().slice(0, 10)}, ${left}`
}

const daysText = (days: number): string => (days === 1 ? 'day' : 'days')
