/** compose.yaml and what it names: the files are there and valid. */
import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadGatewayConfig } from '../../src/config/load.ts'
import { freePort, startRedis } from '../fixtures/redis-server.ts'
import { configOf, validEnv, validFiles } from '../unit/config/files.ts'

const root = dirname(dirname(import.meta.dirname))

interface Service {
  readonly image: string
  readonly command: readonly string[]
  readonly volumes: readonly string[]
  readonly networks: readonly string[] | Readonly<Record<string, { readonly ipv4_address: string }>>
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const compose = parse(readFileSync(join(root, 'compose.yaml'), 'utf8'), { merge: true }) as Compose
const services = Object.entries(compose.services)
const nameOf = (network: Service['networks']) => (Array.isArray(network) ? network : Object.keys(network))

describe('compose.yaml', () => {
  it('has two gateways that are alike, their Redis and a proxy', () => {
    expect(Object.keys(compose.services)).toEqual(['varco-1', 'varco-2', 'redis', 'proxy'])
    expect(compose.services['varco-1']).toEqual(compose.services['varco-2'])
  })

  it('names only files, volumes, networks and services that exist', () => {
    for (const [, { volumes, networks, depends_on = {} }] of services) {
      for (const volume of volumes) {
        const [from = ''] = volume.split(':')
        if (from.startsWith('.')) expect(existsSync(join(root, from)), from).toBe(true)
        else expect(compose.volumes).toHaveProperty(from)
      }
      for (const network of nameOf(networks)) expect(compose.networks).toHaveProperty(network)
      for (const service of Object.keys(depends_on)) expect(compose.services).toHaveProperty(service)
    }
  })

  it('lets nobody but the proxy be reached, and only the gateways reach Redis', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['proxy'])
    const inside = services.filter(([, { networks }]) => nameOf(networks).includes('store')).map(([name]) => name)
    expect(inside).toEqual(['varco-1', 'varco-2', 'redis'])
    expect(compose.networks.store?.internal).toBe(true)
  })

  it('starts the gateways with a configuration that is valid in their containers', async () => {
    const [first] = services
    const command = first?.[1].command ?? []
    expect(command.slice(0, 2)).toEqual(['start', '--config'])
    const pem = validFiles()
    const own: Readonly<Record<string, string | undefined>> = {
      'secrets/master.key': validEnv.MASTER_KEY,
      'secrets/subject.key': validEnv.SUBJECT_KEY,
      'secrets/cns-proxy': validEnv.PROXY_SECRET,
      'secrets/spid.key': pem['/etc/varco/spid.key'],
      'secrets/cie.key': pem['/etc/varco/cie.key'],
      'trust/spid.pem': pem['/etc/varco/spid.pem'],
      'trust/cie.pem': pem['/etc/varco/cie.pem'],
      'trust/tsl-signers.pem': pem['/etc/varco/ca.pem'],
      'idp/cie-production.xml': '<md:EntityDescriptor/>',
      'idp/eidas-node.xml': '<md:EntityDescriptor/>',
    }
    /** From a path in the container to the one here, by the volumes. */
    const here = (path: string) =>
      path.replace(/^\/etc\/varco/, join(root, 'config')).replace(/^\/etc\/tenants/, join(root, 'tenants'))
    const file = command[2] ?? ''
    const loaded = await loadGatewayConfig(file, {
      env: { VARCO_DEMO_CLIENT_SECRET: validEnv.SITE_SECRET },
      readFile: async (path) => own[path.replace('/etc/varco/', '')] ?? (await readFile(here(path), 'utf8')),
      readBytes: (path) => readFile(here(path)),
      readDir: (path) => readdir(here(path)),
      realPath: async (path) => path,
    })
    const config = configOf(loaded)
    expect('warnings' in loaded && loaded.warnings).toEqual([])
    expect(config.store).toEqual({ kind: 'redis', url: 'redis://redis:6379/0' })
    const { proxy } = compose.services
    const address = proxy && !Array.isArray(proxy.networks) && Object.values(proxy.networks)[0]?.ipv4_address
    expect(config.trustedProxies).toEqual([address])
    expect(config.cns?.handshake).toMatchObject({ by: 'proxy', from: [address] })
  })

  it('starts a Redis that forgets nothing by itself', async () => {
    const port = await freePort()
    const redis = await startRedis({ port, file: join(root, 'config/redis.conf'), settings: ['--port', String(port)] })
    const admin = new Redis(redis.url)
    const settings = await admin.config('GET', 'maxmemory-policy', 'maxmemory', 'save', 'appendonly')
    expect(settings).toEqual(expect.arrayContaining(['noeviction', String(512 * 1024 ** 2), 'no', '']))
    admin.disconnect()
    await redis.stop()
  })
})
