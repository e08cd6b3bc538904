import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { formIn, linksIn } from '../fixtures/gateway/stories.ts'
import { type RedisServer, startRedis } from '../fixtures/redis-server.ts'

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
  /** By where it stands: everything that the gateway left. */
  const left = new Map<string, string>()
  const people = ['ada', 'mario']

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
    gateway = await startGateway({
      config: (config) => ({ ...config, store: { kind: 'redis', url: redis.url } }),
    })
    for (const person of people) await drive(person)
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
    await gateway.close({ keep: true })
    for (const file of await filesBelow(gateway.stateDir)) left.set(file, await readFile(file, 'latin1'))
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

  it.each(people.flatMap((person) => traces(person).map((trace) => [person, trace])))(
    'holds nothing of %s in clear: %s',
    (_, trace) => {
      const found = [...left].filter(([, text]) => text.toLowerCase().includes(trace.toLowerCase()))
      expect(found.map(([where]) => where)).toEqual([])
    },
  )
})
