import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import { readLogoutMessage } from '../../sandbox/saml/logout.ts'
import { type Collector, startCollector } from '../fixtures/gateway/collector.ts'
import { clientSecret } from '../fixtures/gateway/files.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { formIn, linksIn } from '../fixtures/gateway/stories.ts'
import { varco } from '../fixtures/gateway/varco.ts'
import { type RedisServer, startRedis } from '../fixtures/redis-server.ts'

/** A service that may renew a login. */
const app = `
  - id: app
    names: { it: App }
    url: https://app.ala.example/
    redirect_uris: [https://app.ala.example/callback]
    min_level: 1
    claims: [given_name, family_name, fiscal_number]
    auth: none
    refresh_tokens: true`

/** What must stand nowhere in clear. First names are left out: a sealed value may well contain three letters. */
const traces = (id: string): readonly string[] => {
  const { familyName, fiscalNumber, birthDate, email, mobilePhone, card } = theCitizen(id)
  const [year, month, day] = birthDate.split('-')
  return [
    familyName,
    fiscalNumber,
    birthDate,
    `${day}/${month}/${year}`,
    `${year}${month}${day}`,
    email,
    mobilePhone,
    ...(card ? [card.number] : []),
  ]
}

const filesBelow = async (folder: string): Promise<readonly string[]> => {
  const names = await readdir(folder, { recursive: true })
  const found = await Promise.all(
    names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [join(folder, name)] : [])),
  )
  return found.flat()
}

describe('after every path of a login, with known persons', () => {
  let redis: RedisServer
  let gateway: TestGateway
  /** The register as who has its key reads it. */
  let opened = ''
  /** By where it stands: everything that the gateway left. */
  const left = new Map<string, string>()
  const people = ['ada', 'mario']
  /** Codes, tokens and what else could be used, as they went to and fro. */
  const credentials = new Set<string>([clientSecret])
  let collector: Collector
  const kept = (tokens: Readonly<Record<string, unknown>>) => {
    for (const name of ['access_token', 'id_token', 'refresh_token'])
      if (typeof tokens[name] === 'string') credentials.add(tokens[name])
  }

  const post = (path: string, form: Readonly<Record<string, string>>) =>
    request(gateway.regional)
      .post(`/t/ala/${path}`)
      .set('Host', hosts.login)
      .type('form')
      .send({ ...form })
  const asSito = (path: string, form: Readonly<Record<string, string>>) => post(path, form).auth('sito', clientSecret)

  /** What sites' servers ask beside code and token, rightly and wrongly. */
  const driveServers = async (person: string): Promise<void> => {
    const { login, end } = await gateway.loginBy('spid', { person, params: { response_mode: 'form_post' } })
    const { fields } = formIn(end)
    const { body } = await gateway.redeem(login, fields.code ?? '').expect(200)
    for (const secret of [fields.code ?? '', login.state, login.nonce, login.verifier]) credentials.add(secret)
    kept(body)
    await asSito('introspection', { token: body.access_token }).expect(200)
    await asSito('revocation', { token: body.access_token }).expect(200)
    await gateway.userinfo('ala', body.access_token).expect(401)
    await gateway.redeem(login, fields.code ?? '').expect(400)
    await post('token', { grant_type: 'authorization_code', code: 'x' }).auth('sito', `${clientSecret}!`).expect(401)

    const asked = { scope: 'openid profile offline_access', prompt: 'consent' }
    const renewed = await gateway.loginBy('spid', { person, client: 'app', params: asked })
    const { tokens } = await gateway.claimsOf(renewed.login, renewed.end)
    kept(tokens)
    const refresh = () =>
      post('token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: 'app' })
    kept((await refresh().expect(200)).body)
    await refresh().expect(400)

    const { login: begun } = await gateway.upToAnswer('spid', { person })
    await begun.browser.get(`${begun.page.url.split('?')[0]}/abort`)
    const { body: pushed } = await asSito('par', {
      client_id: 'sito',
      nonce: 'pushed nonce',
      state: 'pushed state',
      response_type: 'code',
      scope: 'openid profile',
      redirect_uri: 'https://www.ala.example/callback',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).expect(201)
    credentials.add(pushed.request_uri)
    // who knows a person's data may send them where they do not belong
    const { fiscalNumber, email } = theCitizen(person)
    await gateway.begin({ params: { login_hint: email, prompt: 'none' } })
    await gateway.browser().get(`${gateway.issuerOf('ala')}/authorize?client_id=sito&scope=${fiscalNumber}`)
  }

  /** Single logout with the provider, other countries, what the help desk does. */
  const driveTheRest = async (person: string): Promise<void> => {
    const acr_values = 'https://www.spid.gov.it/SpidL1'
    const { login, end } = await gateway.loginBy('spid', { person, params: { acr_values } })
    const { tokens } = await gateway.claimsOf(login, end)
    kept(tokens)
    const back = { post_logout_redirect_uri: 'https://www.ala.example/', id_token_hint: tokens.id_token }
    const asked = await login.browser.visit(`${gateway.issuerOf('ala')}/end-session?${new URLSearchParams(back)}`)
    const message = readLogoutMessage(asked.location ?? formIn(asked).fields)
    const sp = {
      entityId: 'https://login.regione.example/pub-ag-full/c_a116',
      name: 'Comune di ala',
      certificate: gateway.keys.sp.certificate,
      acsUrls: ['https://login.regione.example/t/ala/saml/spid/acs'],
      attributeSets: [],
    }
    const answer = gateway.idps.alfa.respondLogout(sp, message, { partial: false })
    if ('url' in answer) await login.browser.visit(answer.url)
    else await login.browser.visit(answer.action, { form: answer.fields, crossSite: true })
    await gateway.loginBy('eidas', { person: 'anna', client: 'palestra' })
    const { fiscalNumber } = theCitizen(person)
    const why = ['--reason', 'the citizen called']
    const ended = await varco(gateway, ['sessions', 'end', 'ala'], {}, fiscalNumber)
    const search = await varco(gateway, ['register', 'search', '--person', '-', ...why], {}, fiscalNumber)
    const status = await varco(gateway, ['status'])
    left.set(`what the commands show of ${person}`, [ended, search, status].map(({ text }) => text).join('\n'))
  }

  const drive = async (person: string): Promise<void> => {
    const spid = await gateway.loginBy('spid', { person })
    const { idToken, tokens } = await gateway.claimsOf(spid.login, spid.end)
    expect(idToken.sub).toBeTruthy()
    const info = await gateway.userinfo('ala', tokens.access_token).expect(200)
    expect(JSON.stringify(info.body)).toContain(theCitizen(person).familyName)
    await gateway.loginBy('cie', { person })
    await gateway.loginBy('spid', { person, tenant: 'moena' })
    for (const errorCode of [19, 21, 22, 25, 30, 11]) await gateway.loginBy('spid', { person, errorCode })
    // refused by a check, after the provider's signature was found good
    await gateway.loginBy('spid', { person, mutate: (xml: string) => xml.replace('Version="2.0"', 'Version="1.1"') })
    const { post } = await gateway.upToAnswer('spid', { person })
    await gateway.deliver(gateway.browser(), post)
    await gateway.deliver(gateway.browser(), post)
    const card = await gateway.loginByCard(await gateway.keys.card(person))
    expect(card.end?.status).toBe(303)
    await gateway.loginByCard(await gateway.keys.card(person, 'expired'))
    await gateway.loginByCard(await gateway.keys.card(person, undefined, gateway.keys.strangerAuthority))
    const out = await spid.login.browser.get(`${gateway.issuerOf('ala')}/end-session`)
    const form = formIn(out)
    if (linksIn(out).length > 0 && form.fields) await spid.login.browser.post(form.action, form.fields)
  }

  beforeAll(async () => {
    redis = await startRedis()
    collector = await startCollector()
    gateway = await startGateway({
      eidas: true,
      tenants: { ala: 'methods: { eidas: true }' },
      clients: { ala: app },
      gateway: `tracing: { otlp: ${collector.url} }`,
      config: (config) => ({ ...config, store: { kind: 'redis', url: redis.url } }),
    })
    for (const person of people) {
      await drive(person)
      await driveServers(person)
      await driveTheRest(person)
    }
    // the steps of logins are written once a second
    await vi.waitFor(async () => {
      const files = await filesBelow(join(gateway.stateDir, 'steps'))
      expect(files.length).toBeGreaterThan(0)
    }, 5000)

    const client = new Redis(redis.url)
    const keys = await client.keys('*')
    left.set('names of keys in Redis', keys.join('\n'))
    const values = await Promise.all(keys.map(async (key) => (await client.dumpBuffer(key))?.toString('latin1') ?? ''))
    left.set('values in Redis', values.join('\n'))
    client.disconnect()
    left.set('metrics', await (await fetch(`${gateway.operations}/metrics`)).text())
    left.set('log', gateway.logged())
    const records = JSON.stringify(await gateway.registered())
    await gateway.close({ keep: true })
    left.set('traces', collector.received())
    await collector.close()
    for (const file of await filesBelow(gateway.stateDir)) left.set(file, await readFile(file, 'latin1'))
    opened = records
  }, 60_000)
  afterAll(() => redis.stop())

  it('leaves records in Redis, lines in the log, figures in the metrics and files of register and steps', () => {
    const files = [...left.keys()].join('\n')
    expect(files).toMatch(/register/)
    expect(files).toMatch(/steps/)
    expect(left.get('names of keys in Redis')?.split('\n').length).toBeGreaterThan(20)
    expect(left.get('log')).toContain('login.finished')
    expect(left.get('metrics')).toContain('varco_logins_finished_total')
  })

  it('holds nothing of who came from another country in clear', () => {
    const { familyName, eidasIdentifier = '' } = theCitizen('anna')
    const found = [...left].filter(([, text]) => text.includes(familyName) || text.includes(eidasIdentifier))
    expect([eidasIdentifier, found.map(([where]) => where)]).toEqual([expect.stringMatching(/\w/), []])
  })

  it('holds no code, token, secret or state that could be used, not even in the opened register', () => {
    expect(credentials.size).toBeGreaterThan(20)
    const found = [...left, ['the opened register', opened] as const].flatMap(([where, text]) =>
      [...credentials].filter((credential) => text.includes(credential)).map((credential) => [where, credential]),
    )
    expect(found).toEqual([])
    expect(opened).toContain('oidc.revocation')
  })

  it('sent traces that say which login they belong to', () => {
    expect(left.get('traces')).toContain('varco.login')
  })

  it.each(people.flatMap((person) => traces(person).map((trace) => [person, trace])))(
    'holds nothing of %s in clear: %s',
    (_, trace) => {
      const found = [...left].filter(([, text]) => text.toLowerCase().includes(trace.toLowerCase()))
      expect(found.map(([where]) => where)).toEqual([])
    },
  )
})
