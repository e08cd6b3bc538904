/** What this machine alone can tell: runtime, disk, keys, secrets, certificates, the kept lists. */
import { X509Certificate } from 'node:crypto'
import { reasonOf } from '../../audit/register/failure.ts'
import { certificatesInUse } from '../../service-provider/certificate.ts'
import { trustListPath } from '../../trust-list/registry.ts'
import { lastGoodPath } from '../../upstream/spid/registry-source.ts'
import { type Check, ending, type Finding, fail, ok, warn } from './finding.ts'

const OLDEST_NODE = 24

export const runtime: Check = async () => {
  const { node } = process.versions
  return [
    Number.parseInt(node, 10) >= OLDEST_NODE
      ? ok('node', `Node ${node}`)
      : fail('node', `Node ${node} is too old`, 'run npm ci, which brings Node 26 along'),
  ]
}

const GIGABYTE = 1024 ** 3

export const disk: Check = async ({ config: { stateDir }, freeBytes, assertWritable, modeOf }) => {
  const mode = await modeOf(stateDir)
  if (mode === undefined)
    return [
      fail(
        'disk',
        `${stateDir} does not exist`,
        'the first start makes it; or make it, owned by the account that runs Varco, with mode 0700',
      ),
    ]
  const free = (await freeBytes(stateDir)) / GIGABYTE
  const left = `${free.toFixed(1)} GB left at ${stateDir}`
  const more = 'give it more room: when the register cannot be written nobody can log in'
  const readOnly = await assertWritable(stateDir).then(() => undefined, reasonOf)
  return [
    ...(readOnly === undefined
      ? []
      : [
          fail(
            'disk',
            `${stateDir} cannot be written: ${readOnly}`,
            'mount it writable, or run this as the gateway’s account',
          ),
        ]),
    free < 1 ? fail('disk', left, more) : free < 5 ? warn('disk', left, more) : ok('disk', left),
    ...((mode & 0o077) === 0
      ? []
      : [warn('disk', `${stateDir} can be read by others`, `chmod 700 ${stateDir}: keys and register stand there`)]),
  ]
}

export const keys: Check = async ({ config, hasKeys }) => {
  const live = config.tenants.filter(({ state }) => state === 'live')
  const without: string[] = []
  for (const { id } of live) if (!(await hasKeys(id).catch(() => false))) without.push(id)
  return without.length === 0
    ? [ok('keys', `${live.length} live tenants have their keys`)]
    : without.map((id) =>
        fail(
          'keys',
          `${id} is live and has no keys that open`,
          `varco restore FILE --tenants ${id}, or varco keys create ${id}`,
        ),
      )
}

/** Random bytes have nearly all of their values different; a typed text or a pattern does not. */
const looksRandom = (key: Buffer): boolean =>
  new Set(key).size > key.length * 0.6 && /[^\x20-\x7e]/.test(key.toString('latin1'))

export const secrets: Check = async ({ config: { masterKeys, subjectKey, subjectKeyFingerprint, cns } }) => {
  const named = [
    ...masterKeys.map(({ id, key }) => [`master key "${id}"`, key] as const),
    ['subject key', subjectKey] as const,
  ]
  const weak = named.filter(([, key]) => !looksRandom(key))
  const proxy = cns?.handshake.by === 'proxy' ? cns.handshake.secret : undefined
  const findings: Finding[] = weak.map(([name]) =>
    fail('secrets', `the ${name} does not look random`, 'make it with: openssl rand -base64 32'),
  )
  if (proxy !== undefined && proxy.length < 32)
    findings.push(fail('secrets', 'the secret of cns.proxy is short', 'make it with: openssl rand -base64 32'))
  if (subjectKeyFingerprint === undefined)
    findings.push(
      warn(
        'secrets',
        'subject_key.fingerprint is not configured',
        'write it into the file; varco start --check says which',
      ),
    )
  return findings.length > 0 ? findings : [ok('secrets', `${named.length} keys look random`)]
}

export const certificates: Check = async ({ config, now }) =>
  certificatesInUse(config).map(({ use, tenant, certificate }) =>
    ending(
      'certificates',
      `${tenant === undefined ? 'the region' : tenant}’s ${use} certificate`,
      new X509Certificate(certificate).validToDate.getTime(),
      now,
      'make the next one and publish it beside this one (docs/spid.md, "Changing keys")',
    ),
  )

const DAY = 86_400_000

/** The kept copy is written when a new list came; that its file is old alone is no harm as long as the gateways read on. */
export const lists: Check = async ({ config, now, modifiedAt, control }) => {
  const kept = [
    ...(config.spid.registry ? [['spid_registry', lastGoodPath(config.stateDir)] as const] : []),
    ...(config.cns?.trustList ? [['trust_list', trustListPath(config.stateDir)] as const] : []),
  ]
  const gateways = await control((running) => running.gateways()).catch(() => [])
  const findings: Finding[] = []
  for (const [list, path] of kept) {
    const copy = await modifiedAt(path)
    const read = Math.max(0, ...gateways.map((gateway) => gateway.lists[list] ?? 0))
    if (copy === undefined)
      findings.push(
        fail(
          'lists',
          `there is no copy of ${list}: a start while its source is down would be without it`,
          `varco ${list === 'trust_list' ? 'cns trust' : 'spid idps'} update`,
        ),
      )
    else if (Math.max(read, copy) < now - 3 * DAY)
      findings.push(
        warn(
          'lists',
          `${list} was last read ${Math.floor((now - Math.max(read, copy)) / DAY)} days ago`,
          'look for registry.refused or trust_list.refused in the log',
        ),
      )
    else findings.push(ok('lists', `${list} is kept and was read in the last three days`))
  }
  return findings
}
