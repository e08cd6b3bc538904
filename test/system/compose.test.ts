/** compose.yaml and what it names: the files are there and valid, and nginx does with them what the file says. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as tlsConnect } from 'node:tls'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { tlsIdentity } from '../../sandbox/pki/profiles.ts'
import { loadGatewayConfig } from '../../src/config/load.ts'
import { proxySecret } from '../fixtures/gateway/files.ts'
import { hosts, identities } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { freePort, type RedisServer, startRedis } from '../fixtures/redis-server.ts'
import { configOf, validEnv, validFiles } from '../unit/config/files.ts'

const root = dirname(dirname(import.meta.dirname))
const nginxBinary = process.env.VARCO_NGINX ?? 'nginx'

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

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined)).on('error', () =>
      resolve(false),
    )
  })

describe('its proxy', () => {
  let redis: RedisServer
  let folder: string
  let gateways: readonly TestGateway[]
  let nginx: ChildProcess
  const ports = { plain: 0, login: 0, card: 0 }
  let authority = ''

  beforeAll(async () => {
    redis = await startRedis()
    folder = await mkdtemp(join(tmpdir(), 'varco-compose-'))
    const start = () =>
      startGateway({
        folder,
        handshake: 'proxy: { from: [127.0.0.1], secret: env:PROXY_SECRET, header: nginx }',
        config: (config) => ({
          ...config,
          trustedProxies: ['127.0.0.1'],
          store: { kind: 'redis', url: redis.url },
          rateLimits: { ...config.rateLimits, loginStarts: 5 },
        }),
      })
    gateways = [await start(), await start()]
    Object.assign(ports, { plain: await freePort(), login: await freePort(), card: await freePort() })
    const keys = await identities()
    authority = keys.tlsAuthority.certificate
    const file = (name: string) => join(folder, name)
    const login = await tlsIdentity(keys.tlsAuthority, hosts.login, new Date())
    for (const [name, { key, certificate }] of [
      ['login', login],
      ['cns', keys.tls],
    ] as const) {
      await writeFile(file(`${name}.key`), key.export({ type: 'pkcs8', format: 'pem' }))
      await writeFile(file(`${name}.pem`), certificate)
    }
    await writeFile(file('cns-ca.pem'), keys.cardAuthority.certificate)
    await writeFile(file('varco-proxy-auth.conf'), `proxy_set_header X-Proxy-Auth "${proxySecret}";\n`)
    await copyFile(join(root, 'config/proxy/nginx.conf'), file('nginx.conf'))
    const [one, two] = gateways
    const values: Readonly<Record<string, string>> = {
      'pid /tmp/nginx.pid': `pid ${file('nginx.pid')}`,
      'listen 80;': `listen 127.0.0.1:${ports.plain};`,
      'listen 443 ssl': `listen 127.0.0.1:${ports.login} ssl`,
      'listen 8443 ssl': `listen 127.0.0.1:${ports.card} ssl`,
      'cns.login.regione.example': hosts.cns,
      'varco-1:7000': new URL(one?.regional ?? '').host,
      'varco-2:7000': new URL(two?.regional ?? '').host,
      'varco-1:7003': `127.0.0.1:${one?.cardPort}`,
      'varco-2:7003': `127.0.0.1:${two?.cardPort}`,
    }
    const filled = Object.entries(values).reduce(
      (text, [from, to]) => {
        if (!text.includes(from)) throw new Error(`not in nginx.conf: ${from}`)
        return text.replaceAll(from, to)
      },
      await readFile(file('nginx.conf'), 'utf8'),
    )
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const places = temp.map((kind) => `${kind}_temp_path ${file(kind)};`).join('\n')
    await writeFile(file('nginx.conf'), filled.replace('http {', `http {\n${places}`))
    nginx = spawn(nginxBinary, ['-p', folder, '-e', 'stderr', '-c', file('nginx.conf'), '-g', 'daemon off;'])
    while (!(await isOpen(ports.login))) await sleep(50)
  })
  afterAll(async () => {
    const gone = once(nginx, 'exit')
    nginx.kill('SIGTERM')
    await gone
    for (const gateway of gateways) await gateway.close({ keep: true })
    await redis.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      // another address than the proxy's own: that of a browser
      const socket = { host: '127.0.0.1', port: ports.login, localAddress: '127.0.0.2', agent: false }
      const options = { ...socket, servername: hosts.login, ca: authority }
      request({ ...options, path, headers: { Host: hosts.login, Accept: 'text/html', ...headers } }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
        .on('error', reject)
        .end()
    })

  it('has a configuration that nginx finds correct', () => {
    const { status, stderr } = spawnSync(nginxBinary, [
      '-t',
      '-p',
      folder,
      '-e',
      'stderr',
      '-c',
      join(folder, 'nginx.conf'),
    ])
    expect([status, String(stderr)]).toEqual([0, expect.stringContaining('test is successful')])
    expect(String(stderr)).not.toContain('[warn]')
  })

  it('passes the login host on over TLS, and the addresses of browsers as they are', async () => {
    const discovery = await get('/t/ala/.well-known/openid-configuration', { Accept: 'application/json' })
    expect(JSON.parse(discovery.text)).toMatchObject({ issuer: `https://${hosts.login}/t/ala` })
    const authorize = (forged: string) =>
      get('/t/ala/authorize?client_id=sito&response_type=code', { 'X-Forwarded-For': forged })
    const statuses = []
    for (let login = 0; login < 6; login++) statuses.push((await authorize(`198.51.100.${login}`)).status)
    // it is one browser, whatever it says, at whichever gateway
    expect(statuses[5]).toBe(429)
  })

  it('speaks TLS 1.3 on the login host and 1.2 on the card host', async () => {
    const protocolAt = async (port: number, servername: string) => {
      const socket = tlsConnect({ host: '127.0.0.1', port, servername, ca: authority })
      await once(socket, 'secureConnect')
      const protocol = socket.getProtocol()
      socket.destroy()
      return protocol
    }
    expect(await protocolAt(ports.login, hosts.login)).toBe('TLSv1.3')
    expect(await protocolAt(ports.card, hosts.cns)).toBe('TLSv1.2')
  })

  it('lets a card log its holder in, at either gateway', async () => {
    const [one] = gateways as readonly [TestGateway]
    const card = await one.keys.card('ada')
    for (let login = 0; login < 2; login++) {
      const begun = await one.begin({ tenant: 'moena', browser: one.browser({ 'X-Forwarded-For': '203.0.113.9' }) })
      const { location = '' } = await one.choose(begun, 'cns')
      const shown = await one.presentCard(location, card, {}, ports.card)
      const end = await begun.browser.get(shown.location ?? '')
      expect((await one.claimsOf(begun, end)).userinfo).toMatchObject({ family_name: 'ROSSI' })
    }
  })

  it('passes over a gateway that is gone', async () => {
    await gateways[1]?.close({ keep: true })
    const statuses = await Promise.all(Array.from({ length: 10 }, () => get('/t/ala/jwks', { Accept: '*/*' })))
    expect(statuses.map(({ status }) => status)).toEqual(Array(10).fill(200))
  })

  it('needs no other files than it says', () => {
    const named = [
      ...readFileSync(join(root, 'config/proxy/nginx.conf'), 'utf8').matchAll(/([\w-]+\.(?:pem|key|conf))\b/g),
    ]
    const there = new Set([...readdirSync(folder), 'nginx.conf', 'nginx-cns.conf'])
    expect(named.map(([, name = '']) => name).filter((name) => !there.has(name))).toEqual([])
  })
})
