/** A proxy in front of the card listener, and those who play one. docs/rules/cns.md 6.4. */
import { X509Certificate } from 'node:crypto'
import { type OutgoingHttpHeaders, request } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../sandbox/pki/certificate.ts'
import { serviceProviderIdentity } from '../../sandbox/pki/profiles.ts'
import { proxySecret } from '../fixtures/gateway/files.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

const proxied = (header: string, from = '127.0.0.1') =>
  startGateway({ handshake: `proxy: { from: [${from}], secret: env:PROXY_SECRET, header: ${header} }` })

let gateway: TestGateway
let byRfc9440: TestGateway
beforeAll(async () => {
  gateway = await proxied('nginx')
  byRfc9440 = await proxied('rfc9440')
})
afterAll(() => Promise.all([gateway.close(), byRfc9440.close()]))

const AUTH = { 'X-Proxy-Auth': proxySecret }
const escaped = ({ certificate }: Identity) => ({ 'X-SSL-Client-Cert': encodeURIComponent(certificate) })
const sequence = (pem: string) => `:${new X509Certificate(pem).raw.toString('base64')}:`

/** What arrives at the card listener, whoever sent it: from 127.0.0.1, plain HTTP. A list is a header several times. */
const send = (to: TestGateway, url: string, headers: OutgoingHttpHeaders, by?: (options: object) => object) =>
  new Promise<{ status: number; location: string | undefined; text: string }>((resolve, reject) => {
    const { pathname, search } = new URL(url)
    const given = { Host: hosts.cns, Accept: 'text/html', ...headers }
    const path = `${pathname}${search}`
    const options = { host: '127.0.0.1', port: to.cardPort, path, headers: given, agent: false }
    const asked = by === undefined ? request(options) : tlsRequest(by(options))
    asked.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location, text }))
    })
    asked.on('error', reject).end()
  })

/** A login up to the card host; `present` is what the proxy passes on. */
const atTheReader = async (at: TestGateway = gateway) => {
  const login = await at.begin()
  const { location: url = '' } = await at.choose(login, 'cns')
  return {
    login,
    present: async (headers: OutgoingHttpHeaders) => {
      const shown = await send(at, url, headers)
      return { shown, end: shown.location === undefined ? undefined : await login.browser.get(shown.location) }
    },
  }
}

describe('a card login behind a proxy', () => {
  it('ends well with the certificate that nginx escaped, whatever nginx thinks of it', async () => {
    const { login, present } = await atTheReader()
    const verdict = { 'X-SSL-Client-Verify': 'FAILED:unable to verify the first certificate' }
    const { end } = await present({ ...AUTH, ...verdict, ...escaped(await gateway.keys.card('ada')) })
    expect((await gateway.claimsOf(login, end as NonNullable<typeof end>)).userinfo).toMatchObject({
      idp_type: 'cns',
      given_name: 'ADA',
    })
    expect(gateway.logged()).toContain('FAILED:unable to verify the first certificate')
  })

  it('ends well with Client-Cert and Client-Cert-Chain', async () => {
    const { login, present } = await atTheReader(byRfc9440)
    const { keys } = byRfc9440
    const { end } = await present({
      ...AUTH,
      'Client-Cert': sequence((await keys.card('ada')).certificate),
      'Client-Cert-Chain': sequence(keys.cardAuthority.certificate),
    })
    const { userinfo } = await byRfc9440.claimsOf(login, end as NonNullable<typeof end>)
    expect(userinfo).toMatchObject({ idp_type: 'cns', family_name: 'ROSSI' })
  })

  it('says that there was no card', async () => {
    for (const at of [gateway, byRfc9440]) {
      const { end } = await (await atTheReader(at)).present({ ...AUTH, 'X-SSL-Client-Verify': 'NONE' })
      expect([end?.status, end?.text.includes('cns_certificate_missing')]).toEqual([403, true])
    }
  })

  it.each([
    ['an expired card', 'cns_certificate_expired', () => gateway.keys.card('ada', 'expired')],
    [
      'a card of a stranger',
      'cns_issuer_unknown',
      () => gateway.keys.card('ada', 'cns', gateway.keys.strangerAuthority),
    ],
  ])('refuses %s, even where the proxy was content', async (_, code, card) => {
    const { present } = await atTheReader()
    const { end } = await present({ ...AUTH, 'X-SSL-Client-Verify': 'SUCCESS', ...escaped(await card()) })
    expect([end?.status, end?.text.includes(code)]).toEqual([403, true])
  })

  it('reports no header of the proxy as stripped, and never logs the secret', () => {
    expect(gateway.events('header.stripped')).toEqual([])
    expect(gateway.logged()).not.toContain(proxySecret)
  })
})

describe('a proxy that is known by its own certificate', () => {
  let byTls: TestGateway
  beforeAll(async () => {
    const tls = '{ key: file:cns.key, certificate: cns.pem, clients: [spid.pem] }'
    byTls = await startGateway({ handshake: `proxy: { from: [127.0.0.1], header: nginx, tls: ${tls} }` })
  })
  afterAll(() => byTls.close())

  /** A proxy with that key and certificate, or with none. */
  const presentBy = async (proxy: Identity | undefined) => {
    const login = await byTls.begin()
    const { location = '' } = await byTls.choose(login, 'cns')
    const own = proxy && { key: proxy.key.export({ type: 'pkcs8', format: 'pem' }), cert: proxy.certificate }
    const { tlsAuthority } = byTls.keys
    const towards = (options: object) => ({
      ...options,
      ...own,
      servername: hosts.cns,
      ca: tlsAuthority.certificate,
    })
    const shown = await send(byTls, location, escaped(await byTls.keys.card('ada')), towards)
    return { login, end: await login.browser.get(shown.location ?? '') }
  }

  it('needs no secret', async () => {
    const { login, end } = await presentBy(byTls.keys.sp)
    expect((await byTls.claimsOf(login, end)).userinfo).toMatchObject({ idp_type: 'cns', given_name: 'ADA' })
  })

  it.each([
    ['without a certificate', async () => undefined],
    [
      'with one that is not named, of the same name',
      () => serviceProviderIdentity(`https://${hosts.login}`, new Date()),
    ],
    ['with a citizen’s card', () => byTls.keys.card('ada')],
  ])('is nobody %s: the handshake fails', async (_who, identity) => {
    await expect(presentBy(await identity())).rejects.toThrow(/ECONNRESET|socket hang up|alert|EPIPE/)
  })

  it('is not reached in clear', async () => {
    await expect(send(byTls, `https://${hosts.cns}/t/ala/cns?ticket=x`, AUTH)).rejects.toThrow()
  })
})

describe('who only plays the proxy', () => {
  const card = () => gateway.keys.card('ada')
  const refusals = async (): Promise<readonly [string, string, OutgoingHttpHeaders][]> => {
    const certificate = escaped(await card())
    const { 'X-SSL-Client-Cert': value } = certificate
    return [
      ['no secret', 'secret', certificate],
      ['a wrong secret', 'secret', { ...certificate, 'X-Proxy-Auth': `${proxySecret}x` }],
      ['an empty secret', 'secret', { ...certificate, 'X-Proxy-Auth': '' }],
      ['the secret under an underscore', 'secret', { ...certificate, X_Proxy_Auth: proxySecret }],
      ['two secrets', 'header twice', { ...certificate, 'X-Proxy-Auth': ['x', proxySecret] }],
      ['two certificates', 'header twice', { ...AUTH, 'X-SSL-Client-Cert': [value, value] }],
      [
        'a second certificate under an underscore',
        'header twice',
        { ...AUTH, ...certificate, X_SSL_Client_Cert: value },
      ],
      ['a certificate of 17 KB', 'header too large', { ...AUTH, 'X-SSL-Client-Cert': 'A'.repeat(17 * 1024) }],
      [
        'a certificate that the proxy did not see',
        'no handshake',
        { ...AUTH, ...certificate, 'X-SSL-Client-Verify': 'NONE' },
      ],
      [
        'a verdict of its own beside that of the proxy',
        'header twice',
        { ...AUTH, ...certificate, 'X-SSL-Client-Verify': ['SUCCESS', 'NONE'] },
      ],
      ['garbage', 'header malformed', { ...AUTH, 'X-SSL-Client-Cert': 'certainly' }],
    ]
  }

  it('is answered with 403 and an alarm, and spends no login', async () => {
    const { present } = await atTheReader()
    for (const [what, reason, headers] of await refusals()) {
      const before = gateway.events('card_proxy.refused').length
      const { shown } = await present(headers)
      expect([what, shown.status, shown.text.includes('cns_proxy_refused')]).toEqual([what, 403, true])
      const [alarm, ...more] = gateway.events('card_proxy.refused').slice(before)
      expect([what, alarm, more]).toMatchObject([what, { level: 50, reason }, []])
    }
    const { end } = await present({ ...AUTH, ...escaped(await card()) })
    expect(gateway.codeOf(end as NonNullable<typeof end>)).not.toBe('')
  })

  it('presents no card under an underscore', async () => {
    const { present } = await atTheReader()
    const { 'X-SSL-Client-Cert': value } = escaped(await card())
    const { end } = await present({ ...AUTH, X_SSL_Client_Cert: value })
    expect([end?.status, end?.text.includes('cns_certificate_missing')]).toEqual([403, true])
  })

  it('presents no card by the other form of header', async () => {
    const { present } = await atTheReader()
    const { end } = await present({ ...AUTH, 'Client-Cert': sequence((await card()).certificate) })
    expect([end?.status, end?.text.includes('cns_certificate_missing')]).toEqual([403, true])
  })

  it('is not believed from another address, even with the secret', async () => {
    const elsewhere = await proxied('nginx', '192.0.2.0/24, 2001:db8::1')
    const { present } = await atTheReader(elsewhere)
    const { shown } = await present({ ...AUTH, ...escaped(await card()) })
    expect([shown.status, shown.text.includes('cns_proxy_refused')]).toEqual([403, true])
    expect(elsewhere.events('card_proxy.refused')).toMatchObject([{ level: 50, reason: 'address' }])
    await elsewhere.close()
  })

  it('gets nowhere on the regional listener', async () => {
    const { port } = new URL(gateway.regional)
    const headers = { ...AUTH, ...escaped(await card()), Host: hosts.login }
    const asked = await send(
      { ...gateway, cardPort: Number(port) },
      `https://${hosts.login}/t/ala/cns?ticket=x`,
      headers,
    )
    expect(asked.status).toBe(404)
    expect(gateway.events('header.stripped')).toMatchObject([{ header: 'x-proxy-auth x-ssl-client-cert' }])
  })

  it('gets nowhere on a card listener that ends TLS itself', async () => {
    const own = await startGateway()
    const { location = '' } = await own.choose(await own.begin(), 'cns')
    const { certificate } = await card()
    const shown = await own.presentCard(location, undefined, {
      ...AUTH,
      ...escaped(await card()),
      'Client-Cert': sequence(certificate),
      X_SSL_Client_Cert: 'x',
    })
    const end = await own.browser().get(shown.location ?? '')
    expect(end.status).toBe(403)
    expect(own.logged()).toContain('cns_certificate_missing')
    expect(own.events('header.stripped')).toMatchObject([
      { header: 'x-proxy-auth x-ssl-client-cert client-cert x_ssl_client_cert' },
    ])
    await own.close()
  })
})
