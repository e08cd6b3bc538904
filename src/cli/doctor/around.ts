/** What only the network and the running gateways can tell: names, TLS, clock, store, the metadata that is served. */
import type { GatewayConfig } from '../../config/gateway-config.ts'
import { createServedMetadata } from '../../service-provider/served.ts'
import { hashesOf, hashOfAll } from '../../tenant/hash.ts'
import { type Check, ending, type Finding, fail, ok, warn } from './finding.ts'

const hostsOf = ({ publicUrl, cns, tenants }: GatewayConfig): readonly URL[] =>
  [
    publicUrl,
    ...(cns ? [cns.url] : []),
    ...tenants.flatMap(({ host, issuer }) => (host === undefined ? [] : [issuer])),
  ].map((url) => new URL(url))

export const names: Check = async ({ config, resolve }) =>
  Promise.all(
    hostsOf(config).map(({ hostname }) =>
      resolve(hostname).then(
        (addresses) => ok('dns', `${hostname} is ${addresses.join(', ')}`),
        () => fail('dns', `${hostname} has no address`, 'add it to the DNS: citizens and sites need it'),
      ),
    ),
  )

export const tls: Check = async ({ config, now, certificateEnd }) =>
  Promise.all(
    hostsOf(config)
      .filter(({ protocol }) => protocol === 'https:')
      .map(({ hostname, port }) =>
        certificateEnd(hostname, Number(port || 443)).then(
          (end) => ending('tls', `the TLS certificate of ${hostname}`, end, now, 'renew it where TLS ends'),
          (error: Error) =>
            fail(
              'tls',
              `${hostname}: ${error.message}`,
              'see the server where TLS ends: a name or a chain is wrong, or nothing listens',
            ),
        ),
      ),
  )

const SKEW = { warn: 5000, fail: 60_000 } as const

/** The rules allow providers a minute; their answers carry their time. */
export const clock: Check = async ({ config, now, fetch }) => {
  const sources = [config.spid.registry?.source, config.cns?.trustList?.source, ...config.cie.metadata]
  const url = sources.flatMap((source) => (source !== undefined && 'url' in source ? [source.url] : []))[0]
  if (url === undefined)
    return [
      warn('clock', 'was not compared: no source of the configuration is an address', 'see that NTP runs: timedatectl'),
    ]
  const date = await fetch(url, { method: 'HEAD' }).then(
    ({ headers }) => headers.get('date'),
    () => null,
  )
  if (date === null)
    return [warn('clock', `was not compared: ${new URL(url).host} does not answer`, 'see that NTP runs: timedatectl')]
  const skew = now - Date.parse(date)
  const message = `${Math.round(Math.abs(skew) / 1000)} seconds ${skew < 0 ? 'behind' : 'ahead of'} ${new URL(url).host}`
  if (Math.abs(skew) > SKEW.fail)
    return [fail('clock', message, 'set the clock by NTP: answers of providers are refused')]
  return [Math.abs(skew) > SKEW.warn ? warn('clock', message, 'set the clock by NTP') : ok('clock', message)]
}

export const gateways: Check = async ({ control }) => {
  const running = await control((one) => one.gateways()).catch((error: Error) => error)
  if (running instanceof Error)
    return [fail('gateways', running.message, 'start the store, or the gateway, and look into its log')]
  if (running.length === 0) return [fail('gateways', 'none runs', 'varco start --config FILE')]
  const versions = new Set(running.map(({ version, node }) => `${version} on Node ${node}`))
  const message = `${running.length} running: ${[...versions].join('; ')}`
  return [
    versions.size > 1 ? warn('gateways', message, 'end the upgrade: all should run the same') : ok('gateways', message),
  ]
}

/** Documents that are fetched side by side. */
const AT_ONCE = 8

const differs = (entityId: string, tenant: string): Finding =>
  warn(
    'metadata',
    `${entityId} does not serve what the configuration of ${tenant} says`,
    'varco tenant apply, or restart the gateways; if it was registered, send the new metadata to AgID or the Ministry',
  )

const unreachable = (url: string, { message }: Error): Finding =>
  fail(
    'metadata',
    `${url} does not answer: ${message}`,
    'see DNS, proxy and TLS: citizens and sites get no answer either',
  )

/** Files that are broken, and files that say something else than the gateways serve. */
export const tenantFiles: Check = async ({ config, brokenFiles, folderProblem, control }) => {
  if (folderProblem !== undefined) return [fail('tenants', folderProblem.reason, folderProblem.fix)]
  const running = await control((one) => one.gateways()).catch(() => [])
  const served = running.map(({ tenantsHash }) => tenantsHash).filter((hash) => hash !== undefined)
  const broken = brokenFiles.map(({ file, reason }) =>
    fail(
      'tenants',
      `${file} is broken: its tenant is served as it last was, if it ever was (${reason})`,
      'varco tenant validate --config FILE says what to write; then varco tenant apply',
    ),
  )
  if (new Set(served).size > 1)
    return [...broken, warn('tenants', 'the gateways do not serve the same', 'varco tenant apply --config FILE')]
  const wanted = hashOfAll(hashesOf(config.tenants))
  if (broken.length === 0 && served.some((hash) => hash !== wanted)) {
    const fix = 'varco tenant plan --config FILE shows it, varco tenant apply makes it run'
    return [warn('tenants', 'the files say something else than is served', fix)]
  }
  if (broken.length > 0) return broken
  const many = config.tenants.length
  const sound = many === 1 ? '1 file is sound' : `${many} files are sound`
  return [ok('tenants', served.length === 0 ? sound : `${sound}, and served as ${many === 1 ? 'it is' : 'they are'}`)]
}

/** What is served must be what the configuration says now: AgID and the Ministry hold a copy. */
export const metadata: Check = async ({ config, fetch }) => {
  const document = createServedMetadata(config)
  const documents = config.tenants
    .filter(({ state }) => state === 'live' || state === 'test')
    .flatMap(({ id, spid, cie }) => [
      { tenant: id, entityId: spid.entityId },
      { tenant: id, entityId: cie.entityId },
    ])
  const asked = documents.flatMap(({ tenant, entityId }) => {
    const wanted = document(entityId)
    return wanted === undefined || 'missing' in wanted ? [] : [{ tenant, entityId, xml: wanted.xml }]
  })
  const findings: Finding[] = []
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    const served = await Promise.all(
      asked.slice(from, from + AT_ONCE).map(async ({ tenant, entityId, xml }) => {
        const response = await fetch(entityId).catch((error: Error) => error)
        if (response instanceof Error) return response
        return response.ok && (await response.text()) === xml ? undefined : differs(entityId, tenant)
      }),
    )
    // hundreds of Comuni stand at one address: who does not answer once is not waited for again and again
    const silent = served.find((one) => one instanceof Error)
    if (silent !== undefined) return [...findings, unreachable(config.publicUrl, silent)]
    findings.push(...served.flatMap((one) => (one === undefined || one instanceof Error ? [] : [one])))
  }
  return findings.length > 0 ? findings : [ok('metadata', `${asked.length} documents are served as configured`)]
}
