/** A real nginx with docs/examples/nginx-cns.conf in front of the card listener, real handshakes with real cards. */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../sandbox/pki/certificate.ts'
import { filledIn } from '../fixtures/filled-in.ts'
import { proxySecret } from '../fixtures/gateway/files.ts'
import { hosts, identities } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { freePort } from '../fixtures/redis-server.ts'
import { cardProfile, createAuthority, pemOf, subject } from '../unit/upstream/cns/card-authority.ts'

const example = fileURLToPath(new URL('../../docs/examples/nginx-cns.conf', import.meta.url))
const PROXY = 'proxy: { from: [127.0.0.1], secret: env:PROXY_SECRET, header: nginx }'

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    }).on('error', () => resolve(false))
  })

/** In the foreground, one process, everything below `folder`. */
/** `byTls`: with what the example says of TLS between nginx and us. */
const startNginx = async (folder: string, cardPort: number, byTls = false) => {
  const { tls, cardAuthority, tlsAuthority, sp } = await identities()
  const [port, file] = [await freePort(), (name: string) => join(folder, name)]
  await mkdir(file('temp'), { recursive: true })
  await writeFile(file('cns.key'), tls.key.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(file('cns.pem'), tls.certificate)
  await writeFile(file('cns-ca.pem'), cardAuthority.certificate)
  await writeFile(file('auth.conf'), `proxy_set_header X-Proxy-Auth "${proxySecret}";\n`)
  await writeFile(file('nginx.key'), sp.key.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(file('nginx.pem'), sp.certificate)
  await writeFile(file('varco-ca.pem'), tlsAuthority.certificate)
  const text = await readFile(example, 'utf8')
  const server = filledIn(
    byTls ? text.replaceAll('#tls ', '').replaceAll('proxy_pass http:', 'proxy_pass https:') : text,
    {
      'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
      'server_name cns.login.regione.example': `server_name ${hosts.cns}`,
      '/etc/varco/trust/cns.pem': file('cns.pem'),
      '/etc/varco/secrets/cns.key': file('cns.key'),
      '/etc/varco/trust/cns-ca.pem': file('cns-ca.pem'),
      '/etc/nginx/varco-proxy-auth.conf': file('auth.conf'),
      '/etc/varco/trust/nginx.pem': file('nginx.pem'),
      '/etc/varco/secrets/nginx.key': file('nginx.key'),
      '/etc/varco/trust/varco-ca.pem': file('varco-ca.pem'),
      'proxy_ssl_name cns.login.regione.example': `proxy_ssl_name ${hosts.cns}`,
      '://127.0.0.1:7003': `://127.0.0.1:${cardPort}`,
    },
  )
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${file(`temp/${kind}`)};`)
    .join('\n')
  const config = `daemon off;\nmaster_process off;\npid ${file('pid')};\nevents {}\nhttp {\naccess_log off;\n${temp}\n${server}}\n`
  await writeFile(file('nginx.conf'), config)

  const binary = process.env.VARCO_NGINX ?? 'nginx'
  const child: ChildProcess = spawn(binary, ['-p', folder, '-e', 'stderr', '-c', file('nginx.conf')])
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk
  })
  const failed = once(child, 'error').then(([error]: Error[]) => {
    throw new Error(`nginx is missing (${error?.message}): install nginx or name it in VARCO_NGINX`)
  })
  const open = async () => {
    while (!(await isOpen(port))) {
      if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}:\n${said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await Promise.race([open(), failed])
  return {
    port,
    stop: async () => {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

let gateway: TestGateway
let folder = ''
let nginx: Awaited<ReturnType<typeof startNginx>> | undefined
beforeAll(async () => {
  gateway = await startGateway({ handshake: PROXY })
  folder = await mkdtemp(join(tmpdir(), 'varco-nginx-'))
  nginx = await startNginx(folder, gateway.cardPort)
})
afterAll(async () => {
  await nginx?.stop()
  await gateway?.close()
  await rm(folder, { recursive: true, force: true })
})

const loginWith = async (card?: Identity, headers: Record<string, string> = {}, at = gateway, port = nginx?.port) => {
  const login = await at.begin()
  const { location = '' } = await at.choose(login, 'cns')
  const shown = await at.presentCard(location, card, headers, port)
  if (shown.location === undefined) throw new Error(`${shown.status}: ${shown.text}`)
  return { login, end: await login.browser.get(shown.location) }
}

const refused = async (code: string, card?: Identity, headers?: Record<string, string>) => {
  const { end } = await loginWith(card, headers)
  expect([end.status, end.location, end.text.includes(code)]).toEqual([403, undefined, true])
}

describe('behind nginx', () => {
  it('a good card logs its holder in', async () => {
    const { login, end } = await loginWith(await gateway.keys.card('ada'))
    const { userinfo } = await gateway.claimsOf(login, end)
    expect(userinfo).toMatchObject({ idp_type: 'cns', given_name: 'ADA', family_name: 'ROSSI' })
    expect(gateway.logged()).toContain('"verdict":"SUCCESS"')
  })

  it('a citizen without a card reads our sentence', () => refused('cns_certificate_missing'))

  it('an expired card is refused by us, with our sentence', async () => {
    await refused('cns_certificate_expired', await gateway.keys.card('ada', 'expired'))
    expect(gateway.logged()).toContain('"verdict":"FAILED:certificate has expired"')
  })

  it('a card of an unknown authority is refused by us, with our sentence', async () => {
    const { keys } = gateway
    await refused('cns_issuer_unknown', await keys.card('ada', 'cns', keys.strangerAuthority))
  })

  it('one that is expired, of 1024 bits and of an unknown authority all at once too', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const stranger = createAuthority({ subject: subject('CA di nessuno') })
    const profile = cardProfile({ notAfter: '2021-01-01T00:00:00Z' })
    await refused('cns_issuer_unknown', { key: privateKey, certificate: pemOf(stranger.issue(profile, publicKey)) })
  })

  it('the signature certificate of a card is refused', async () =>
    refused('cns_key_usage_wrong', await gateway.keys.card('ada', 'signature')))

  it('a certificate that a browser writes into headers counts for nothing', async () => {
    const { certificate } = await gateway.keys.card('ada')
    const escaped = encodeURIComponent(certificate)
    await refused('cns_certificate_missing', undefined, {
      'X-SSL-Client-Cert': escaped,
      X_SSL_Client_Cert: escaped,
      'X-SSL-Client-Verify': 'SUCCESS',
      'X-Proxy-Auth': proxySecret,
      'Client-Cert': `:${Buffer.from(certificate).toString('base64')}:`,
    })
    expect(gateway.events('card_proxy.refused')).toEqual([])
  })

  it('a card in the reader is the one that counts, not the one in a header', async () => {
    const other = encodeURIComponent((await gateway.keys.card('oreste')).certificate)
    const { login, end } = await loginWith(await gateway.keys.card('ada'), { 'X-SSL-Client-Cert': other })
    expect((await gateway.claimsOf(login, end)).userinfo).toMatchObject({ given_name: 'ADA' })
  })

  it('who goes round nginx to the card listener is answered with 403 and an alarm', async () => {
    const escaped = encodeURIComponent((await gateway.keys.card('ada')).certificate)
    const headers = { Host: hosts.cns, 'X-SSL-Client-Cert': escaped, 'X-SSL-Client-Verify': 'SUCCESS' }
    const answer = await request(`http://127.0.0.1:${gateway.cardPort}`).get('/t/ala/cns?ticket=x').set(headers)
    expect([answer.status, answer.body.error]).toEqual([403, 'cns_proxy_refused'])
    expect(gateway.events('card_proxy.refused')).toMatchObject([{ level: 50, reason: 'secret' }])
  })
})

describe('behind nginx on another machine', () => {
  it('a good card logs its holder in, without a secret', async () => {
    const tls = 'tls: { key: file:cns.key, certificate: cns.pem, clients: [spid.pem] }'
    const byTls = await startGateway({ handshake: `proxy: { from: [127.0.0.1], header: nginx, ${tls} }` })
    const between = await startNginx(join(folder, 'tls'), byTls.cardPort, true)
    try {
      const { login, end } = await loginWith(await byTls.keys.card('ada'), {}, byTls, between.port)
      expect((await byTls.claimsOf(login, end)).userinfo).toMatchObject({ idp_type: 'cns', given_name: 'ADA' })
    } finally {
      await between.stop()
      await byTls.close()
    }
  })
})
