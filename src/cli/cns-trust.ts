/** The card authorities: what the national list says, what is kept of it, whom a gateway would trust. */
import { X509Certificate } from 'node:crypto'
import type { GatewayConfig } from '../config/gateway-config.ts'
import { createOutgoingFetch } from '../http/outgoing-fetch.ts'
import { authorityName } from '../trust-list/authority-name.ts'
import { createTrustListRegistry, type TrustListEvent, trustListPath } from '../trust-list/registry.ts'
import { registrySource } from '../upstream/spid/registry-source.ts'
import { type Command, jsonText, type World } from './command.ts'
import { readWithout } from './configuration.ts'
import { keptBy } from './kept.ts'

export const cnsTrustUpdate: Command = {
  name: 'cns trust update',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'reads the national list of card authorities, verifies it, keeps it and says what changed',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    let kept = true
    const registry = registryOf(config, world, (event) => {
      if (event.type === 'trust_list.not_kept') kept = false
      tellTrouble(world)(event)
    })
    if (registry === undefined) {
      world.err('This gateway has no list of card authorities: cns.trust_list is not configured.\n')
      return 1
    }
    await registry.load()
    const refreshed = await registry.refresh()
    const count = registry.current().length
    if (refreshed.result === 'refused') {
      const rest = count > 0 ? 'The last good copy stays in use.' : 'There is no good copy yet.'
      world.err(`The list is refused: ${refreshed.reason}. ${rest}\n`)
      return 1
    }
    if (args.json) {
      world.out(jsonText({ ...refreshed, authorities: count }))
      return kept ? 0 : 3
    }
    if (refreshed.result === 'updated') {
      for (const name of refreshed.added) world.out(`added    ${name}\n`)
      for (const name of refreshed.removed) world.out(`removed  ${name}\n`)
    }
    const what =
      refreshed.result === 'updated' ? 'Running gateways take them up at their next reading' : 'nothing changed'
    world.out(`${count} card authorities${refreshed.result === 'updated' ? '. ' : ', '}${what}.\n`)
    return kept ? 0 : 3
  },
}

export const cnsTrustList: Command = {
  name: 'cns trust list',
  operands: [],
  options: '--config FILE [--json]',
  summary: 'shows the card authorities, from files and from the last good copy of the national list',
  run: async (args, world) => {
    const config = (await readWithout(args, world))?.config
    if (config === undefined) return 1
    const registry = registryOf(config, world, tellTrouble(world))
    await registry?.load()
    const now = world.now()
    if (args.json) {
      const list = registry?.list()
      world.out(
        jsonText({
          files: (config.cns?.trust ?? []).map((pem) => plainOf(new X509Certificate(pem))),
          authorities: (registry?.current() ?? []).map(plainOf),
          ...(list !== undefined && {
            list: {
              sequence: list.sequence,
              nextUpdate: new Date(list.nextUpdate).toISOString(),
              ...(list.signer !== undefined && { signer: authorityName(list.signer) }),
            },
          }),
        }),
      )
      return registry !== undefined && list === undefined ? 1 : 0
    }
    for (const pem of config.cns?.trust ?? [])
      world.out(`${authorityText(new X509Certificate(pem), now)}, from a file\n`)
    for (const authority of registry?.current() ?? []) world.out(`${authorityText(authority, now)}\n`)
    const list = registry?.list()
    if (list !== undefined) {
      const by = list.signer === undefined ? 'NOT VERIFIED' : `signed by ${authorityName(list.signer)}`
      const late = list.nextUpdate <= now ? 'was due' : 'is due'
      world.out(`List ${list.sequence}, ${by}; the next one ${late} on ${dayOf(new Date(list.nextUpdate))}.\n`)
    } else if (registry !== undefined) {
      world.err('There is no good copy of the list yet. Type: varco cns trust update --config FILE.\n')
      return 1
    }
    return 0
  },
}

const registryOf = (
  { cns, outgoing, stateDir }: GatewayConfig,
  world: World,
  report: (event: TrustListEvent) => void,
) => {
  if (cns?.trustList === undefined) return undefined
  const { source } = cns.trustList
  const { now, readers } = world
  return createTrustListRegistry({
    ...cns.trustList,
    source:
      'file' in source ? () => readers.readFile(source.file) : registrySource(source, createOutgoingFetch(outgoing)),
    lastGood: keptBy(world, trustListPath(stateDir)),
    now,
    report,
  })
}

/** What has no place in a command's own result: a copy that is damaged or cannot be written, a list that is late. */
const tellTrouble =
  ({ err }: World) =>
  (event: TrustListEvent): void => {
    if (event.type === 'trust_list.refused' && event.origin === 'copy')
      err(`The last good copy is refused: ${event.reason}.\n`)
    if (event.type === 'trust_list.not_kept') err(`The copy cannot be kept: ${event.reason}.\n`)
    if (event.type === 'trust_list.outdated')
      err(`List ${event.sequence} was to be replaced by ${event.nextUpdate}: look for a newer one.\n`)
  }

const plainOf = (authority: X509Certificate) => ({
  name: authorityName(authority),
  until: authority.validToDate.toISOString(),
})

/** An expired one is marked: no card of it is accepted. */
const authorityText = (authority: X509Certificate, now: number): string => {
  const { validToDate } = authority
  return `${authorityName(authority)}, ${validToDate.getTime() < now ? 'EXPIRED on' : 'until'} ${dayOf(validToDate)}`
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10)
