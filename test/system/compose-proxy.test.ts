/** The nginx of compose.yaml, really run: with browsers, cards, and a gateway that goes away. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as tlsConnect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tlsIdentity } from '../../sandbox/pki/profiles.ts'
import { proxySecret } from '../fixtures/gateway/files.ts'
import { hosts, identities } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { freePort, type RedisServer, startRedis } from '../fixtures/redis-server.ts'

const root = dirname(dirname(import.meta.dirname))
const nginxBinary = process.env.VARCO_NGINX ?? 'nginx'

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined)).on('error', () =>
      resolve(false),
    )
  })

describe('the proxy of compose.yaml', () => {
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
