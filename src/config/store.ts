/** The servers of the store: passwords and certificates fetched. */
import type { RedisTls, StoreConfig } from './gateway-config.ts'
import { splitCertificates } from './key-material.ts'
import { createPairReading } from './key-pairs.ts'
import type { Problem } from './problem.ts'
import type { Reading, Reference } from './references.ts'
import type { GatewayFile } from './schema.ts'
import type { YamlFile } from './yaml-file.ts'

type StoreFile = GatewayFile['store']
type TlsFile = Exclude<StoreFile, { kind: 'memory' }>['tls']

const TLS_ONLY = /^rediss:\/\//

export const readStore = async (
  yaml: YamlFile,
  file: StoreFile,
  reading: Reading,
  problems: Problem[],
): Promise<StoreConfig> => {
  const report = (key: string, reason: string, fix: string) => problems.push(yaml.problem(['store', key], reason, fix))

  const url = async (given: { readonly url: string } | Reference): Promise<string> => {
    if ('url' in given) return given.url
    const value = (await reading.secret(yaml, ['store', 'url'], given)).trim()
    if (value !== '' && !/^rediss?:\/\/./.test(value)) {
      report('url', 'is no Redis address', 'give it as redis://user:password@host:6379/0')
    }
    return value
  }

  const tls = async ({ ca, client }: NonNullable<TlsFile>): Promise<RedisTls> => {
    const authorities = ca === undefined ? '' : await reading.file(yaml, ['store', 'tls', 'ca'], ca)
    if (authorities !== '' && splitCertificates(authorities) === undefined) {
      report('tls.ca', 'holds no certificates in PEM, or a damaged one', 'give the authority of the servers as PEM')
    }
    const pair = client && (await createPairReading(reading, problems).plain(yaml, ['store', 'tls', 'client'], client))
    return { ...(ca !== undefined && { ca: authorities }), ...(pair && { cert: pair.certificate, key: pair.key }) }
  }

  const access = async ({ username, password }: { username?: string; password?: Reference }) => ({
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: (await reading.secret(yaml, ['store', 'password'], password)).trim() }),
  })

  if (file.kind === 'memory') return { kind: 'memory', maxBytes: file.max_mb * 1024 * 1024 }
  const secured = file.tls === undefined ? {} : { tls: await tls(file.tls) }
  if (file.kind === 'cluster') return { kind: 'cluster', nodes: file.nodes, ...(await access(file)), ...secured }
  if (file.kind === 'redis') {
    const address = await url(file.url)
    if (file.tls !== undefined && address !== '' && !TLS_ONLY.test(address)) {
      report('tls', 'stands beside an address without TLS', 'write rediss:// in url, or remove it')
    }
    return { kind: 'redis', url: address, ...secured }
  }
  const { name, sentinels, database, sentinel_username: username, sentinel_password: password } = file
  return {
    kind: 'sentinel',
    name,
    sentinels,
    database,
    ...(await access(file)),
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && {
      sentinelPassword: (await reading.secret(yaml, ['store', 'sentinel_password'], password)).trim(),
    }),
    ...secured,
  }
}
