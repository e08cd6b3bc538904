/** From a gateway.yaml that keeps its rules to the settings of the gateway: secrets fetched, keys checked against each other. */
import { resolve } from 'node:path'
import type {
  AggregatorConfig,
  CardHandshake,
  GatewayConfig,
  MetadataSource,
  RegistryConfig,
  TrustListConfig,
} from './gateway-config.ts'
import { decodeKey, fingerprint, splitCertificates } from './key-material.ts'
import { createPairReading } from './key-pairs.ts'
import type { Path, Problem } from './problem.ts'
import { beside, type Reading, type Reference } from './references.ts'
import { type GatewayFile, namesSchema } from './schema.ts'
import { readStore } from './store.ts'
import { parseYaml, validate, type YamlFile } from './yaml-file.ts'

/** All but what other files say, and the fingerprint that the subject key really has. */
export type Settings = Omit<GatewayConfig, 'region' | 'tenants'> & { readonly fingerprintOfSubjectKey: string }

/** It travels in a header and is all that tells the proxy from anybody else. */
const PROXY_SECRET = /^[\x21-\x7e]{32,512}$/

const HOUR = 60 * 60 * 1000

const NEW_KEY = 'generate 32 bytes with: openssl rand -base64 32'

export const readGateway = async (
  yaml: YamlFile,
  file: GatewayFile,
  reading: Reading,
  problems: Problem[],
): Promise<Settings> => {
  const report = (path: Path, reason: string, fix: string) => problems.push(yaml.problem(path, reason, fix))

  const pairs = createPairReading(reading, problems)

  /** Empty where it is missing or no key. */
  const key = async (path: Path, reference: Reference, exactly32: boolean): Promise<Buffer> => {
    const text = (await reading.secret(yaml, path, reference)).trim()
    if (text === '') return Buffer.alloc(0)
    const decoded = decodeKey(text)
    if (decoded !== undefined && (decoded.length === 32 || !exactly32)) return decoded
    report(path, `is not a key of ${exactly32 ? '32 bytes' : '32 bytes or more'} in base64 or hex`, NEW_KEY)
    return Buffer.alloc(0)
  }

  const metadata = async <Source extends MetadataSource>(path: Path, sources: readonly Source[]) => {
    for (const [index, source] of sources.entries()) {
      if ('file' in source) await reading.file(yaml, [...path, index], source.file)
    }
    return sources.map((source) => absolute(yaml, source))
  }

  const names = async (name: string | undefined): Promise<Readonly<Record<string, string>>> => {
    if (name === undefined) return {}
    const text = await reading.file(yaml, ['spid', 'names'], name)
    return text === '' ? {} : (validate(parseYaml(beside(yaml, name), text), namesSchema, problems) ?? {})
  }

  const certificates = async (at: Path, files: readonly string[], whose: string): Promise<readonly string[]> => {
    const found = []
    for (const [index, name] of files.entries()) {
      const path = [...at, index]
      const pem = await reading.file(yaml, path, name)
      const inFile = pem === '' ? [] : splitCertificates(pem)
      if (inFile === undefined) report(path, 'holds no certificates in PEM, or a damaged one', `give ${whose} as PEM`)
      found.push(...(inFile ?? []))
    }
    return found
  }

  const trustListOf = async (
    file: NonNullable<NonNullable<GatewayFile['cns']>['trust_list']>,
  ): Promise<TrustListConfig> => ({
    source: absolute(yaml, file.source),
    signers: await certificates(['cns', 'trust_list', 'signers'], file.signers, 'the signers of the list'),
    refreshHours: file.refresh_hours,
    acceptUnsigned: file.accept_unsigned,
  })

  const handshake = async (cns: NonNullable<GatewayFile['cns']>): Promise<CardHandshake> => {
    if (cns.proxy !== undefined) {
      const { from, header, secret: reference, tls } = cns.proxy
      const path = ['cns', 'proxy']
      const secret = reference && (await reading.secret(yaml, [...path, 'secret'], reference))
      if (secret && !PROXY_SECRET.test(secret)) {
        const fix = 'generate one with: openssl rand -hex 32'
        report([...path, 'secret'], 'is not 32 visible characters or more', fix)
      }
      return {
        by: 'proxy',
        from,
        header,
        ...(secret !== undefined && { secret }),
        ...(tls !== undefined && {
          tls: {
            ...(await pairs.plain(yaml, [...path, 'tls'], tls)),
            clients: await certificates([...path, 'tls', 'clients'], tls.clients, 'what the proxy presents'),
          },
        }),
      }
    }
    if (cns.tls === undefined) throw new TypeError('the schema lets no cns pass that has neither tls nor proxy')
    return {
      by: 'varco',
      ...(await pairs.plain(yaml, ['cns', 'tls'], cns.tls)),
      maxVersion: `TLSv${cns.tls_max_version ?? '1.2'}`,
      ...(cns.security_level !== undefined && { securityLevel: cns.security_level }),
    }
  }

  const masterKeys: { id: string; key: Buffer }[] = []
  for (const [index, { id, key: reference }] of file.master_keys.entries()) {
    masterKeys.push({ id, key: await key(['master_keys', index, 'key'], reference, true) })
  }
  const subjectKey = await key(['subject_key', 'value'], file.subject_key.value, false)
  if (subjectKey.length > 0 && masterKeys.some((master) => master.key.equals(subjectKey))) {
    report(['subject_key', 'value'], 'is also a master key', `a master key is rotated, this one never: ${NEW_KEY}`)
  }
  const days = file.signing_keys.rotate_after_days
  const fingerprintOfSubjectKey = fingerprint(subjectKey)
  const configured = file.subject_key.fingerprint
  if (configured !== undefined && subjectKey.length > 0 && configured !== fingerprintOfSubjectKey) {
    const fix = `restore the key that belongs to it: with another, every citizen becomes a stranger to every service (this key has ${fingerprintOfSubjectKey})`
    report(['subject_key', 'fingerprint'], 'is not the fingerprint of this subject key', fix)
  }
  if (file.cns !== undefined && new URL(file.cns.url).host === new URL(file.public_url).host) {
    report(
      ['cns', 'url'],
      'is the host of public_url',
      'give it a host of its own: its TLS asks every visitor for a card',
    )
  }

  if (file.sandbox && file.spid.registry !== undefined) {
    const fix = 'remove one of the two: a sandbox stands before test providers only (spid.metadata)'
    report(['sandbox'], 'is true beside spid.registry, the list of the real providers', fix)
  }

  return {
    publicUrl: file.public_url,
    sandbox: file.sandbox,
    listen: file.listen,
    operations: file.operations.listen,
    trustedProxies: file.trusted_proxies,
    rateLimits: {
      loginStarts: file.rate_limits.login_starts,
      answers: file.rate_limits.answers,
      cards: file.rate_limits.cards,
      failedClients: file.rate_limits.failed_clients,
    },
    store: await readStore(yaml, file.store, reading, problems),
    stateDir: resolve(beside(yaml, file.state_dir)),
    masterKeys,
    subjectKey,
    fingerprintOfSubjectKey,
    ...(configured !== undefined && { subjectKeyFingerprint: configured }),
    signingKeys: {
      after: days === false ? Number.POSITIVE_INFINITY : days * 24 * HOUR,
      publish: file.signing_keys.publish_hours * HOUR,
    },
    aggregator: {
      ...aboutAggregator(file.aggregator),
      spid: await pairs.saml(yaml, ['aggregator', 'spid'], file.aggregator.spid),
      cie: {
        ...(await pairs.saml(yaml, ['aggregator', 'cie'], file.aggregator.cie)),
        contact: file.aggregator.cie.contact,
      },
    },
    saml: { verification: file.saml.verification },
    spid: {
      metadata: await metadata(['spid', 'metadata'], file.spid.metadata),
      ...(file.spid.registry !== undefined && { registry: registryOf(yaml, file.spid.registry) }),
      names: await names(file.spid.names),
    },
    cie: { metadata: await metadata(['cie', 'metadata'], file.cie.metadata), comparison: file.cie.comparison },
    ...(file.cns !== undefined && {
      cns: {
        url: file.cns.url,
        startUrl: file.cns.start_url ?? file.cns.url,
        listen: file.cns.listen,
        handshake: await handshake(file.cns),
        level: file.cns.level,
        minKeyBits: file.cns.min_key_bits,
        trust: await certificates(['cns', 'trust'], file.cns.trust ?? [], 'the card authorities'),
        ...(file.cns.trust_list !== undefined && { trustList: await trustListOf(file.cns.trust_list) }),
        revocation: { mode: file.cns.revocation.mode, graceHours: file.cns.revocation.grace_hours },
      },
    }),
    ...(file.eidas !== undefined && {
      eidas: {
        metadata: await metadata(['eidas', 'metadata'], file.eidas.metadata),
        attributeSetIndex: file.eidas.attribute_set_index,
      },
    }),
    ...(file.tracing && { tracing: file.tracing }),
    register: { retentionMonths: file.register.retention_months, onFailure: file.register.on_failure },
    outgoing: { allowedNetworks: file.outgoing.allowed_networks },
    log: file.log,
    reload: file.tenants.reload,
  }
}

const aboutAggregator = (file: GatewayFile['aggregator']): Omit<AggregatorConfig, 'spid' | 'cie'> => ({
  ...(file.name !== undefined && { name: file.name }),
  ...(file.uri !== undefined && { uri: file.uri }),
  ...(file.ipa_code !== undefined && { ipaCode: file.ipa_code }),
  ...(file.ipa_category !== undefined && { ipaCategory: file.ipa_category }),
  ...(file.vat_number !== undefined && { vatNumber: file.vat_number }),
  ...(file.fiscal_code !== undefined && { fiscalCode: file.fiscal_code }),
  ...(file.nace2_codes !== undefined && { nace2Codes: file.nace2_codes }),
  ...(file.email !== undefined && { email: file.email }),
  ...(file.phone !== undefined && { phone: file.phone }),
  ...(file.organization_identifier !== undefined && { organizationIdentifier: file.organization_identifier }),
  ...(file.policy_oids !== undefined && { policyOids: file.policy_oids }),
  ...(file.city !== undefined && { city: file.city }),
  kind: file.kind ?? (file.ipa_code === undefined ? 'private' : 'public'),
  ...(file.municipality !== undefined && { municipality: file.municipality }),
  ...(file.province !== undefined && { province: file.province }),
  country: file.country,
})

const absolute = <Source extends MetadataSource>(yaml: YamlFile, source: Source): Source =>
  'file' in source ? { ...source, file: resolve(beside(yaml, source.file)) } : source

/** A source that cannot be read is no problem of the configuration: the gateway starts with its last good copy. */
const registryOf = (
  yaml: YamlFile,
  { source, pins, refresh_hours }: NonNullable<GatewayFile['spid']['registry']>,
): RegistryConfig => ({
  source: absolute(yaml, source),
  ...(pins !== undefined && { pins }),
  refreshHours: refresh_hours,
})
