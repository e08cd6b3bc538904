/** A real Apache with docs/examples/apache-cns.conf in front of the card listener: what it does otherwise than nginx, and what not. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../sandbox/pki/certificate.ts'
import { type Apache, startApache } from '../fixtures/apache.ts'
import { filledIn } from '../fixtures/filled-in.ts'
import { proxySecret } from '../fixtures/gateway/files.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { freePort } from '../fixtures/redis-server.ts'

const example = fileURLToPath(new URL('../../docs/examples/apache-cns.conf', import.meta.url))

let gateway: TestGateway
let apache: Apache | undefined
let folder = ''
let port = 0
beforeAll(async () => {
  gateway = await startGateway({ handshake: 'proxy: { from: [127.0.0.1], secret: env:PROXY_SECRET, header: nginx }' })
  folder = await mkdtemp(join(tmpdir(), 'varco-apache-cns-'))
  port = await freePort()
  const { tls, cardAuthority } = gateway.keys
  const file = (name: string) => join(folder, name)
  await writeFile(file('cns.key'), tls.key.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(file('cns.pem'), tls.certificate)
  await writeFile(file('cns-ca.pem'), cardAuthority.certificate)
  await writeFile(file('auth.conf'), `RequestHeader set X-Proxy-Auth "${proxySecret}"\n`)
  const config = filledIn(await readFile(example, 'utf8'), {
    '<VirtualHost *:443>': `<VirtualHost 127.0.0.1:${port}>`,
    'ServerName cns.login.regione.example': `ServerName ${hosts.cns}`,
    '/etc/varco/trust/cns.pem': file('cns.pem'),
    '/etc/varco/secrets/cns.key': file('cns.key'),
    '/etc/varco/trust/cns-ca.pem': file('cns-ca.pem'),
    '/etc/apache2/varco-proxy-auth.conf': file('auth.conf'),
    'http://127.0.0.1:7003/': `http://127.0.0.1:${gateway.cardPort}/`,
  })
  apache = await startApache({ folder, port, modules: ['ssl', 'headers', 'proxy', 'proxy_http'], config })
})
afterAll(async () => {
  await apache?.stop()
  await gateway?.close()
  await rm(folder, { recursive: true, force: true })
})

const loginWith = async (card?: Identity, headers: Record<string, string> = {}) => {
  const login = await gateway.begin()
  const { location = '' } = await gateway.choose(login, 'cns')
  const shown = await gateway.presentCard(location, card, headers, port)
  if (shown.location === undefined) throw new Error(`${shown.status}: ${shown.text}`)
  return { login, end: await login.browser.get(shown.location) }
}
const refused = async (code: string, card?: Identity, headers?: Record<string, string>) => {
  const { end } = await loginWith(card, headers)
  expect([end.status, end.location, end.text.includes(code)]).toEqual([403, undefined, true])
}

describe('behind Apache', () => {
  it('a good card logs its holder in, whatever a header says', async () => {
    const other = encodeURIComponent((await gateway.keys.card('oreste')).certificate)
    const { login, end } = await loginWith(await gateway.keys.card('ada'), { 'X-SSL-Client-Cert': other })
    const { userinfo } = await gateway.claimsOf(login, end)
    expect(userinfo).toMatchObject({ idp_type: 'cns', given_name: 'ADA', family_name: 'ROSSI' })
    expect(gateway.logged()).toContain('"verdict":"SUCCESS"')
  })

  it('a citizen without a card reads our sentence', () => refused('cns_certificate_missing'))

  it('a card of an unknown authority is refused by us, with our sentence', async () => {
    const { keys } = gateway
    await refused('cns_issuer_unknown', await keys.card('ada', 'cns', keys.strangerAuthority))
  })

  it.each(['expired', 'signature'] as const)('a card that is no good (%s) ends in the handshake', async (kind) => {
    await expect(loginWith(await gateway.keys.card('ada', kind))).rejects.toThrow('SSL alert')
  })

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
})
