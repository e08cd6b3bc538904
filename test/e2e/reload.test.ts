import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { varco } from '../fixtures/gateway/varco.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const fileOf = (tenant: string) => join(gateway.folder, 'tenants', `${tenant}.yaml`)
const edit = async (tenant: string, ...edits: readonly (readonly [from: string | RegExp, to: string])[]) => {
  let text = await readFile(fileOf(tenant), 'utf8')
  for (const [from, to] of edits) {
    expect(text).toMatch(from)
    text = text.replace(from, to)
  }
  await writeFile(fileOf(tenant), text)
}
/** A change for one story only. */
const during = async (tenant: string, story: () => Promise<void>) => {
  const before = await readFile(fileOf(tenant), 'utf8')
  try {
    await story()
  } finally {
    await writeFile(fileOf(tenant), before)
    await take()
  }
}
const take = () => gateway.reload('anna')
const get = (path: string, host = 'login.regione.example') =>
  request(gateway.regional).get(path).set('Host', host).set('Accept', 'text/html')
const tenant = (...words: string[]) => varco(gateway, ['tenant', ...words])
const last = (type: string) => gateway.events(type).at(-1)

describe('a file that changed', () => {
  it('counts when somebody says so, for its tenant alone', () =>
    during('ala', async () => {
      await get('/t/moena/.well-known/openid-configuration').expect(200)
      await edit('ala', ['Comune di ala', 'Comune di Ala nuova'])
      expect((await get('/t/ala/help')).text).not.toContain('Comune di Ala nuova')
      await take()
      expect(last('tenants.reloaded')).toMatchObject({ by: 'anna', changed: ['ala'], added: [], removed: [] })
      await get('/t/ala/help').expect(200, /Comune di Ala nuova/)
      await get('/t/moena/help').expect(200, /Comune di moena/)
      const told = gateway.events('tenants.reloaded').length
      await take()
      expect(gateway.events('tenants.reloaded')).toHaveLength(told)
    }))

  it('brings everything of its tenant along: metadata, colour, services', () =>
    during('ala', async () => {
      const metadata = () => get('/pub-ag-full/c_a116').expect(200)
      const before = (await metadata()).text
      await edit(
        'ala',
        ['site_url:', 'branding: { colour: "#004a99" }\nsite_url:'],
        ['Comune di ala', 'Comune di Ala'],
        [/callback\]/, 'altro]'],
      )
      await take()
      expect((await metadata()).text).not.toBe(before)
      expect((await metadata()).text).toContain('Comune di Ala')
      const page = await get('/t/ala/help')
      const [styles = ''] = /\/assets\/brand\/ala\/[^"]+\.css/.exec(page.text) ?? []
      await get(styles).expect(200, /#004a99/)
      // the address of before is no longer one
      const { page: refused } = await gateway.begin()
      expect([refused.status, refused.text.includes('oidc_request_invalid')]).toEqual([400, true])
    }))

  it('may give its tenant a host of its own', () =>
    during('moena', async () => {
      await get('/t/moena/.well-known/openid-configuration').expect(200)
      await edit('moena', ['site_url:', 'host: accesso.moena.example\nsite_url:'])
      await take()
      const { body } = await get('/.well-known/openid-configuration', 'accesso.moena.example').expect(200)
      expect(body.issuer).toBe('https://accesso.moena.example')
      await get('/t/moena/.well-known/openid-configuration').expect(404)
    }))

  it('lets a login end well that was under way, by the rules of the new file', () =>
    during('ala', async () => {
      const { login, post } = await gateway.upToAnswer('spid')
      await edit('ala', ['claims: [given_name, family_name, name,', 'claims: [given_name, name,'])
      await take()
      const { userinfo } = await gateway.claimsOf(login, await gateway.deliver(login.browser, post))
      expect(userinfo.given_name).toBeDefined()
      expect(userinfo.family_name).toBeUndefined()
    }))

  it('lets a code be redeemed that was issued before', () =>
    during('ala', async () => {
      const { login, end } = await gateway.loginBy('spid')
      await edit('ala', ['Comune di ala', 'Comune di Ala'])
      await take()
      await gateway.redeem(login, gateway.codeOf(end)).expect(200)
    }))

  it('ends the login of a service that is gone on a page of its tenant, and sends nobody anywhere', () =>
    during('ala', async () => {
      const { login, post } = await gateway.upToAnswer('spid')
      const waiting = await gateway.begin()
      await edit('ala', ['  - id: sito\n', '  - id: altro\n'])
      await take()
      const end = await gateway.deliver(login.browser, post)
      for (const page of [end, await waiting.browser.get(waiting.page.url)]) {
        expect([page.status, page.location]).toEqual([410, undefined])
        expect(page.text).toContain('Questo servizio non usa più questo accesso')
        expect(page.text).toContain('Comune di ala')
        expect(page.text).not.toContain('www.ala.example/callback')
      }
      expect((await gateway.registered()).at(-1)).toMatchObject({ kind: 'login.told', result: 'service_gone' })
    }))
})

describe('a login whose service goes between two of its steps', () => {
  it('ends on the same page, also at the last one', () =>
    during('ala', async () => {
      const { login, post } = await gateway.upToAnswer('spid')
      const { browser } = login
      const returned = await browser.visit(post.action, { form: post.fields, crossSite: true })
      const finished = await browser.visit(returned.location ?? '')
      expect(finished.location).toMatch(/\/t\/ala\/authorize\//)
      await edit('ala', ['  - id: sito\n', '  - id: altro\n'])
      await take()
      const end = await browser.visit(finished.location ?? '')
      expect([end.status, end.location, end.text.includes('service_gone')]).toEqual([410, undefined, true])
    }))
})

describe('an address that is taken from a service', () => {
  const without = [/redirect_uris: \[[^\]]*\]/, 'redirect_uris: ["https://www.ala.example/nuovo"]'] as const
  const refused = (page: { status: number; location: string | undefined; text: string }) => {
    expect([page.status, page.location]).toEqual([410, undefined])
    expect(page.text).toContain('Il servizio ha cambiato indirizzo')
    expect(page.text).toContain('redirect_uri_gone')
    expect(page.text).not.toContain('www.ala.example/callback')
    // back to where the service begins
    expect(page.text).toContain('href="https://www.ala.example')
  }

  it('gets neither a code nor an error of a login that was under way', () =>
    during('ala', async () => {
      const { login, post } = await gateway.upToAnswer('spid')
      const waiting = await gateway.begin()
      await edit('ala', without)
      await take()
      refused(await gateway.deliver(login.browser, post))
      expect((await gateway.registered()).at(-1)).toMatchObject({ kind: 'login.told', result: 'redirect_uri_gone' })
      refused(await waiting.browser.get(waiting.page.url))
      const [path] = waiting.page.url.split('?')
      for (const step of ['begin?upstream=cie', 'abort']) {
        const page = await waiting.browser.visit(`${path}/${step}`)
        expect([page.status, page.location]).toEqual([410, undefined])
      }
    }))

  it.each(['finish', 'abort'])('gets nothing either where it goes after the step before the last, %s', (step) =>
    during('ala', async () => {
      const { login, post } = await gateway.upToAnswer('spid')
      const { browser, page } = login
      const leave = async () => {
        if (step === 'abort') return browser.visit(`${page.url.split('?')[0]}/abort`)
        const returned = await browser.visit(post.action, { form: post.fields, crossSite: true })
        return browser.visit(returned.location ?? '')
      }
      const issued = gateway.events('code.issued').length
      const { location = '' } = await leave()
      expect(location).toMatch(/\/t\/ala\/authorize\//)
      await edit('ala', without)
      await take()
      refused(await browser.visit(location))
      expect(gateway.events('code.issued')).toHaveLength(issued)
    }),
  )
})

describe('a broken file', () => {
  it('leaves its tenant as it was, and is told once', () =>
    during('ala', async () => {
      await edit('ala', ['ipa_code: c_a116', 'ipa_code: nobody'])
      await take()
      await take()
      const told = gateway.events('tenant.broken')
      expect(told.at(-1)).toMatchObject({
        tenant: 'ala',
        kept: true,
        level: 50,
        reason: expect.stringContaining('ipa_code'),
      })
      expect(told).toHaveLength(1)
      const { login, end } = await gateway.loginBy('spid')
      await gateway.redeem(login, gateway.codeOf(end)).expect(200)
      const { text } = await request(gateway.operations).get('/metrics')
      expect(text).toContain('varco_tenant_file_broken{tenant="ala"} 1')
      const status = await varco(gateway, ['status'])
      expect([status.code, status.text]).toEqual([
        2,
        expect.stringContaining('! ala as it last was, its file is broken'),
      ])
      const doctor = await varco(gateway, ['doctor'])
      expect([doctor.code, doctor.text]).toEqual([1, expect.stringContaining(`✗ tenants: ${fileOf('ala')} is broken`)])
      // what must work on a bad day
      const switched = await varco(gateway, ['upstream', 'resume', 'spid'])
      expect([switched.code, switched.text]).toEqual([2, expect.stringContaining('broken, so this goes on without it')])
    }))

  it('is mended by the next good one', () =>
    during('ala', async () => {
      await edit('ala', ['schema: 1', 'schema: ['])
      await take()
      expect(last('tenant.broken')).toMatchObject({ tenant: 'ala', kept: true })
      await edit('ala', ['schema: [', 'schema: 1'])
      await take()
      expect(last('tenant.mended')).toMatchObject({ file: fileOf('ala') })
      const { text } = await request(gateway.operations).get('/metrics')
      expect(text).not.toContain('varco_tenant_file_broken{')
    }))

  it('is also one that takes what another tenant has, whatever it is called', async () => {
    const thief = join(gateway.folder, 'tenants', 'aaa.yaml')
    await writeFile(thief, (await readFile(fileOf('ala'), 'utf8')).replaceAll('www.ala.example', 'www.thief.example'))
    await take()
    expect(last('tenant.broken')).toMatchObject({ file: thief, tenant: 'ala' })
    const { login, end } = await gateway.loginBy('spid')
    await gateway.redeem(login, gateway.codeOf(end)).expect(200)
    await rm(thief)
    await take()
  })

  it('is served from its last good version after a restart, and a new one without that keeps it from starting', async () => {
    const first = await startGateway()
    await first.close({ keep: true })
    const { file } = first
    expect((await readdir(join(first.stateDir, 'tenants'))).map((name) => name.split('.')[0])).toEqual(['ala', 'moena'])
    const path = join(first.folder, 'tenants', 'ala.yaml')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('ipa_code: c_a116', 'ipa_code: nobody'))
    const ended = await varco({ file }, ['start', '--check'])
    expect([ended.code, ended.text]).toEqual([1, expect.stringContaining('organisation.ipa_code')])
    let ran: unknown
    const started = await varco({ file }, ['start'], {}, '', async (config) => {
      ran = config.tenants.map(({ id, ipaCode, clients }) => [id, ipaCode, clients.length])
    })
    expect([started.code, ran]).toEqual([
      0,
      [
        ['ala', 'c_a116', 2],
        ['moena', 'c_f263', 2],
      ],
    ])
    expect(started.text).toContain('Served as they last were: ala.')
    await writeFile(join(first.folder, 'tenants', 'nuovo.yaml'), 'schema: 1\nid: nuovo\n')
    const refused = await varco({ file }, ['start'])
    expect([refused.code, refused.text]).toEqual([1, expect.stringContaining('no last good version is kept')])
    await rm(first.folder, { recursive: true })
  })
})

describe('a file that is gone', () => {
  it('takes its tenant along, and one that is new brings one', async () => {
    const text = await readFile(fileOf('moena'), 'utf8')
    await rm(fileOf('moena'))
    await take()
    expect(last('tenants.reloaded')).toMatchObject({ removed: ['moena'] })
    await get('/t/moena/.well-known/openid-configuration').expect(404)
    await writeFile(fileOf('moena'), text)
    await take()
    expect(last('tenants.reloaded')).toMatchObject({ added: ['moena'] })
    await get('/t/moena/.well-known/openid-configuration').expect(200)
  })

  it('is believed at the second look where nobody asked', async () => {
    const text = await readFile(fileOf('moena'), 'utf8')
    await rm(fileOf('moena'))
    await gateway.reload('poll')
    await get('/t/moena/.well-known/openid-configuration').expect(200)
    await gateway.reload('poll')
    await get('/t/moena/.well-known/openid-configuration').expect(404)
    await writeFile(fileOf('moena'), text)
    await take()
  })
})

describe('varco tenant plan and apply', () => {
  it('say what would change and make it so, of one tenant while another file is broken', () =>
    during('moena', () =>
      during('ala', async () => {
        expect(await tenant('plan')).toEqual({ code: 0, text: 'Nothing changes: what runs is what the files say.\n' })
        await edit(
          'ala',
          ['Comune di ala', 'Comune di Ala'],
          ['min_level: 2', 'min_level: 3'],
          [/\s+- id: sito[\s\S]*?CLIENT_SECRET\]/, ''],
        )
        await edit('moena', ['ipa_code: c_f263', 'ipa_code: nobody'])
        const plan = await tenant('plan', 'ala')
        expect(plan.code).toBe(0)
        expect(plan.text).toContain('- clients.sito\n')
        expect(plan.text).toContain('~ clients.palestra.min_level: 2 → 3\n')
        expect(plan.text).toContain(
          '~ organisation.names: { it: Comune di ala, de: Gemeinde ala } → { it: Comune di Ala, de: Gemeinde ala }',
        )
        expect(plan.text).toContain('! SPID metadata changes: YES, send it to AgID')
        const all = await tenant('apply')
        expect([all.code, all.text]).toEqual([1, expect.stringContaining('Nothing was applied.')])
        const applied = await tenant('apply', 'ala')
        expect([applied.code, applied.text]).toEqual([0, expect.stringContaining('1 gateway serves it now.')])
        expect(last('tenants.reloaded')).toMatchObject({ by: 'anna', changed: ['ala'] })
        await get('/t/ala/help').expect(200, /Comune di Ala/)
        expect((await tenant('apply', 'ala')).text).toContain('Nothing to apply')
        expect(await tenant('plan', 'nobody')).toEqual({
          code: 1,
          text: 'No tenant is called nobody. There are: ala, moena.\n',
        })
        const json = await tenant('plan', 'moena', '--json')
        expect(json.code).toBe(1)
      }),
    ))

  it('show of secrets that they are others, and never what they are', () =>
    during('ala', async () => {
      await edit('ala', ['secrets: [env:CLIENT_SECRET]', `secrets: [{ sha256: ${'ab'.repeat(32)} }]`])
      const plan = async () => (await tenant('plan', '--json')).text
      // what runs is written down in the background
      const changes = [{ path: 'clients.sito.secrets', what: 'changed' }]
      await expect.poll(async () => JSON.parse(await plan()).tenants).toMatchObject([{ tenant: 'ala', changes }])
      expect(await plan()).not.toContain('abab')
    }))

  it('name a gateway whose copy of the folder is another', () =>
    during('ala', async () => {
      const { file } = gateway
      const other = join(gateway.folder, 'other')
      // the operator's copy beside the gateway's
      for (const name of ['gateway.yaml', 'region.yaml'])
        await writeFile(
          join(gateway.folder, `other-${name}`),
          (await readFile(join(gateway.folder, name), 'utf8')).replace('tenants: tenants', `tenants: ${other}`),
        )
      await mkdir(other)
      for (const id of ['ala', 'moena'])
        await writeFile(
          join(other, `${id}.yaml`),
          (await readFile(fileOf(id), 'utf8')).replace('Comune di ala', 'Comune di Altrove'),
        )
      const { code, text } = await varco({ file: file.replace('gateway.yaml', 'other-gateway.yaml') }, [
        'tenant',
        'apply',
      ])
      expect([code, text]).toEqual([
        1,
        expect.stringMatching(/its copy of the folder differs in ala\n {4}→ bring it in step/),
      ])
      expect(last('tenants.differ')).toMatchObject({ by: 'anna', tenants: ['ala'] })
      await get('/t/ala/help').expect(200, /Comune di ala/)
    }))

  it('say of the other files what waits for a start, by file and key', async () => {
    const [file, region] = [gateway.file, join(gateway.folder, 'region.yaml')]
    const before = [await readFile(file, 'utf8'), await readFile(region, 'utf8')] as const
    await writeFile(file, `${before[0]}rate_limits: { login_starts: 900 }\n`)
    await writeFile(
      region,
      `# a remark\n${before[1].replace('CPS / CNS', 'Tessera')}tenants: { languages: [it, de] }\n`,
    )
    const [plan, json, applied] = [await tenant('plan'), await tenant('plan', '--json'), await tenant('apply')]
    await Promise.all([writeFile(file, before[0]), writeFile(region, before[1])])
    const waits = [
      `  ! rate_limits in ${file}: changed, and counts when the gateways are started again\n`,
      `  ! cns_label in ${region}: changed, and counts when the gateways are started again\n`,
    ]
    expect([plan.code, plan.text.split('\n').filter((line) => line.includes('!'))]).toEqual([
      2,
      waits.join('').trimEnd().split('\n'),
    ])
    // what tenants take from the region's file needs no start
    expect(plan.text).toContain('~ ala\n    ~ languages: [it, de, lld, en] → [it, de]\n')
    expect(JSON.parse(json.text).atStart).toEqual([
      { file, keys: ['rate_limits'] },
      { file: region, keys: ['cns_label'] },
    ])
    expect(applied).toMatchObject({ code: 0, text: expect.stringContaining(waits[1] ?? '') })
    await take()
    expect(await tenant('plan')).toMatchObject({ code: 0 })
  })

  it('of two admins at once are both heard', () =>
    during('ala', () =>
      during('moena', async () => {
        await edit('ala', ['Comune di ala', 'Comune di Ala'])
        await edit('moena', ['Comune di moena', 'Comune di Moena'])
        const ends = await Promise.all([tenant('apply', 'ala'), tenant('apply', 'moena')])
        expect(ends.map(({ code, text }) => [code, text.includes('1 gateway serves it now.')])).toEqual([
          [0, true],
          [0, true],
        ])
        await get('/t/ala/help').expect(200, /Comune di Ala/)
        await get('/t/moena/help').expect(200, /Comune di Moena/)
      }),
    ))

  it('refuse a file that would take a live tenant away by another id, as a start does', () =>
    during('moena', async () => {
      const stateDir = join(gateway.folder, 'state')
      await expect.poll(async () => (await readdir(join(stateDir, 'tenants'))).join()).toContain('moena.')
      await mkdir(join(stateDir, 'live'), { recursive: true })
      const pin = join(stateDir, 'live/moena.json')
      const issuer = 'https://login.regione.example/t/moena'
      await writeFile(pin, JSON.stringify({ id: 'moena', issuer, sector: 'moena', ipaCode: 'c_f263' }))
      try {
        await edit('moena', ['id: moena', 'id: nuovo'])
        const wrong =
          /id {2}was moena when the tenant went live, and is nuovo now: moena would no longer be served\n +→ write moena again/
        for (const words of [
          ['plan'],
          ['plan', 'moena'],
          ['plan', 'nuovo'],
          ['apply'],
          ['apply', 'nuovo'],
          ['validate'],
        ]) {
          const { code, text } = await tenant(...words)
          expect([words, code, text]).toEqual([words, 1, expect.stringMatching(wrong)])
          expect(text).not.toContain('- moena')
        }
        const check = await varco(gateway, ['start', '--check'])
        expect([check.code, check.text]).toEqual([1, expect.stringMatching(wrong)])
        expect(check.text).toContain('Served as they last were: moena.')
        await get('/t/moena/.well-known/openid-configuration').expect(200)
      } finally {
        await rm(pin)
      }
    }))

  it('say that nothing runs where nothing does', async () => {
    const stopped = await startGateway()
    await stopped.close({ keep: true })
    expect(await varco(stopped, ['tenant', 'apply'])).toMatchObject({
      code: 3,
      text: expect.stringContaining('No gateway runs'),
    })
    expect(await varco(stopped, ['tenant', 'plan'])).toMatchObject({
      code: 2,
      text: expect.stringContaining('No gateway runs'),
    })
    await rm(stopped.folder, { recursive: true })
  })
})
