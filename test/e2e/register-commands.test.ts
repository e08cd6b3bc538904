/** `varco register` and `varco report`, beside a gateway that runs. */
import { spawnSync } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { varco as command } from '../fixtures/gateway/varco.ts'

let gateway: TestGateway
const varco = (...words: string[]) => command(gateway, words)

const why = ['--reason', 'inquiry 7/2026']
const rows = (csv: string) => csv.trimEnd().split('\n')

let fiscalNumber = ''
let supportCode = ''
beforeAll(async () => {
  gateway = await startGateway()
  const { login, end } = await gateway.loginBy('spid', { person: 'ada' })
  fiscalNumber = (await gateway.claimsOf(login, end)).userinfo.fiscal_number
  await gateway.loginBy('spid', { person: 'ada' })
  await gateway.loginBy('spid', { person: 'bruno', tenant: 'moena' })
  await gateway.loginByCard(await gateway.keys.card('ada'))
  const refused = await gateway.loginBy('spid', { person: 'ada', errorCode: 22 })
  supportCode = /\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b/.exec(refused.end.text)?.[0] ?? ''
})
afterAll(() => gateway.close())

describe('varco register search', () => {
  it('finds the login of the support code that the citizen reads on the page', async () => {
    const { code, text } = await varco('register', 'search', '--support', supportCode.toUpperCase(), ...why, '--json')
    expect(JSON.parse(text).map(({ kind, result }: { kind: string; result: string }) => [kind, result])).toEqual([
      ['login.request', 'sent'],
      ['login.response', 'idp_consent_refused'],
      ['login.told', 'idp_consent_refused'],
    ])
    expect(code).toBe(0)
  })

  it('finds a person by tax code, and shows who it was only when asked to', async () => {
    const plain = await varco('register', 'search', '--person', fiscalNumber.toLowerCase(), ...why)
    // two by SPID (the second one never redeemed its code) and one by card
    expect(plain.text.match(/ login\.response$/gm)).toHaveLength(3)
    expect(plain.text.match(/ oidc\.(authorization|token|userinfo)$/gm)).toHaveLength(5)
    expect(plain.text).not.toContain(fiscalNumber)
    expect(plain.text).not.toMatch(/Rossi|ROSSI|127\.0\.0\.1|<samlp/)
    const whole = await varco('register', 'search', '--person', fiscalNumber, ...why, '--personal')
    expect(whole.text).toContain(`person  TINIT-${fiscalNumber}`)
    expect(whole.text).toContain('<samlp:Response')
    expect(whole.text).toContain('BEGIN CERTIFICATE')
  })

  it('writes down who looked, for what and why, before it shows anything; who asks about a person reads that too', async () => {
    await varco('register', 'search', '--person', fiscalNumber, '--reason', 'a request of the citizen')
    const accesses = (await gateway.registered()).filter(({ kind }) => kind === 'register.access')
    expect(accesses).toContainEqual(
      expect.objectContaining({
        action: 'search',
        by: 'anna',
        reason: 'a request of the citizen',
        person: `TINIT-${fiscalNumber}`,
      }),
    )
    const { text } = await varco('register', 'search', '--person', fiscalNumber, ...why, '--personal')
    expect(text).toContain('reason  a request of the citizen')
  })

  it('wants a reason, and one thing to look for', async () => {
    const before = (await gateway.registered()).length
    for (const words of [
      ['--person', fiscalNumber],
      ['--person', fiscalNumber, '--reason', ' '],
      [...why],
      ['--person', fiscalNumber, '--support', supportCode, ...why],
      ['--support', supportCode, ...why, '--from', 'yesterday'],
    ]) {
      const { code, text } = await varco('register', 'search', ...words)
      expect(code).toBe(3)
      expect(text).not.toContain('login.')
    }
    expect((await gateway.registered()).length).toBe(before)
  })

  it.each([
    ['--person', 'RSSDAA80E52L378', /no tax code/],
    ['--person', '', /no tax code/],
    ['--support', '7k2m-x9dp', /no support code/],
    ['--assertion', '', /empty/],
  ])(
    'does not take %s %j for a question: that nothing is found would be taken for an answer',
    async (name, value, says) => {
      const before = (await gateway.registered()).length
      expect(await varco('register', 'search', name, value, ...why)).toEqual({
        code: 3,
        text: expect.stringMatching(says),
      })
      expect(await gateway.registered()).toHaveLength(before)
    },
  )

  it('shows what a stranger sent without letting it move the cursor', async () => {
    const scope = '\u001b[2Jopenid\n2026-01-01T00:00:00.000Z  login.response'
    const { page } = await gateway.begin({ params: { scope } })
    const [last] = (await gateway.registered()).slice(-1)
    expect(last).toMatchObject({ kind: 'oidc.authorization', scope, result: expect.stringMatching(/^invalid_/) })
    const { text } = await varco('register', 'search', '--support', (last as { support: string }).support, ...why)
    expect([page.status, text]).toEqual([
      expect.any(Number),
      expect.stringContaining('\\u001b[2Jopenid\n      2026-01-01'),
    ])
    expect(text).not.toContain('\u001b')
  })

  it('says when there is nothing', async () => {
    expect(await varco('register', 'search', '--assertion', '_none', ...why)).toEqual({
      code: 1,
      text: 'The register has nothing of that.\n',
    })
  })
})

describe('varco register export', () => {
  const script = fileURLToPath(new URL('../../bin/verify-export.mjs', import.meta.url))
  const exported = async (...words: string[]) => {
    const file = join(gateway.folder, `export-${words[1]}.jsonl`)
    await rm(file, { force: true })
    const { code, text } = await varco('register', 'export', ...words, '--out', file, ...why)
    expect(text).toContain(`${file}: `)
    expect(code).toBe(0)
    const records = (await readFile(file, 'utf8'))
      .split('\n')
      .flatMap((line) => (line.startsWith('{"record"') ? [JSON.parse(JSON.parse(line).record)] : []))
    return { file, records }
  }

  it('of a tenant has its records and no others, and verifies with the fingerprint of `varco register keys`', async () => {
    const { file, records } = await exported('--tenant', 'moena')
    // the tenant also reads who took its records out
    expect(records.map(({ kind }) => kind).toSorted()).toEqual([
      'login.request',
      'login.response',
      'oidc.authorization',
      'register.access',
    ])
    const [, , , fingerprint = ''] =
      /^(\w+) {2}since (\S+) {2}(\w+)$/m.exec((await varco('register', 'keys')).text) ?? []
    const { status, stdout } = spawnSync(process.execPath, [script, file, fingerprint], { encoding: 'utf8' })
    expect(stdout).toContain('All of it is as it was signed.')
    expect(status).toBe(0)
  })

  it('of a person has all of their logins, whole', async () => {
    const { records } = await exported('--person', fiscalNumber)
    const people = records.flatMap(({ person }) => person ?? [])
    expect(new Set(people)).toEqual(new Set([`TINIT-${fiscalNumber}`]))
    expect(records.filter(({ kind }) => kind === 'login.response')).toHaveLength(3)
    expect(JSON.stringify(records)).toContain('<samlp:Response')
  })

  it('replaces no file, and wants to know whose', async () => {
    const { file } = await exported('--tenant', 'moena')
    const again = await varco('register', 'export', '--tenant', 'moena', '--out', file, ...why)
    expect(again).toEqual({ code: 3, text: `${file} is there already and stays as it is. Name another file.\n` })
    expect((await varco('register', 'export', '--out', `${file}2`, ...why)).code).toBe(3)
    expect((await varco('register', 'export', '--tenant', 'nobody', '--out', `${file}2`, ...why)).code).toBe(1)
  })
})

describe('varco register verify, keys, rotate, drop', () => {
  it('verifies while the gateway runs', async () => {
    const { code, text } = await varco('register', 'verify')
    expect(text).toMatch(
      /^0 days closed, 1 open, 0 dropped at their time: \d+ records in \d+ chains\.\nChains of open days without an end: 1\. .*\nAll of it is as it was written\.\n$/,
    )
    expect(code).toBe(0)
    expect(JSON.parse((await varco('register', 'verify', '--json')).text)).toMatchObject({ findings: [], open: 1 })
  })

  it('rotates the key, and reads what the old one sealed', async () => {
    expect((await varco('register', 'rotate')).text).toMatch(/^Key \w{16}, \w{64}: running gateways/)
    expect((await varco('register', 'keys')).text.match(/^\w{16} /gm)).toHaveLength(2)
    await varco('register', 'search', '--support', supportCode, ...why)
    expect((await varco('register', 'search', '--support', supportCode, ...why)).code).toBe(0)
    expect((await varco('register', 'verify')).code).toBe(0)
  })

  it('has nothing to drop before the time is over', async () => {
    expect(await varco('register', 'drop', ...why)).toEqual({ code: 0, text: 'No day is older than 24 months.\n' })
  })
})

describe('varco report', () => {
  const entityId = 'https://login.regione.example/pub-ag-full/c_a116'

  it('sp1 has a row for each access by SPID, cut to the hour, with the code of the answer and no person', async () => {
    const { code, text } = await varco('report', 'sp1')
    const [head, ...accesses] = rows(text)
    expect(head).toBe('entity_id,auth_id,timestamp,cofog,code')
    expect(accesses.map((row) => row.split(',').at(-1)).toSorted()).toEqual(['1', '1', '1', '22'])
    for (const row of accesses)
      expect(row).toMatch(
        /^https:\/\/login\.regione\.example\/pub-ag-full\/c_\w+,_[\w-]+,\d{4}-\d\d-\d\dT\d\d:00:00Z,,\d+$/,
      )
    expect(text).not.toContain(fiscalNumber)
    expect(code).toBe(0)
    expect(rows((await varco('report', 'sp1', '--tenant', 'ala')).text)).toHaveLength(1 + 3)
  })

  it('sp3 counts people, not logins', async () => {
    const year = String(new Date().getUTCFullYear())
    const { text } = await varco('report', 'sp3', '--year', year)
    expect(rows(text)).toEqual([
      'year,tenant,system,entity_id,unique_users',
      `${year},ala,cns,${entityId},1`,
      `${year},ala,spid,${entityId},1`,
      `${year},moena,spid,https://login.regione.example/pub-ag-full/c_f263,1`,
    ])
    expect((await varco('report', 'sp3')).code).toBe(3)
  })

  it('aggregated lists the bodies with contact, services, levels and attributes', async () => {
    const none = await varco('report', 'aggregated')
    expect(none.text).toContain('No tenant with SPID is live yet.')
    const [, ...services] = rows((await varco('report', 'aggregated', '--all')).text)
    expect(services).toHaveLength(4)
    expect(services[0]).toMatch(
      /^c_a116,Comune di ala,pub-ag-full,https:.*,Asilo nido,https:\/\/www\.ala\.example\/,1,.*fiscalNumber.*,,test$/,
    )
  })

  it('gives programs the same rows as objects', async () => {
    const [head = '', ...accesses] = rows((await varco('report', 'sp1')).text)
    const objects: readonly Record<string, string | number>[] = JSON.parse(
      (await varco('report', 'sp1', '--json')).text,
    )
    const columns = head.split(',')
    expect(objects.map((one) => columns.map((column) => one[column] ?? '').join(',')).toSorted()).toEqual(
      accesses.toSorted(),
    )
    expect(
      JSON.parse((await varco('report', 'sp1', '--json', '--from', '2020-01-01', '--to', '2020-01-01')).text),
    ).toEqual([])
  })

  it('writes to a file where told to', async () => {
    const file = join(gateway.folder, 'sp1.csv')
    expect(await varco('report', 'sp1', '--out', file)).toEqual({ code: 0, text: '' })
    expect(rows(await readFile(file, 'utf8'))).toHaveLength(5)
  })
})

describe('two years later', () => {
  const at = (time: string) => () => Date.parse(time)
  let folder = ''
  let file = ''
  beforeAll(async () => {
    const first = await startGateway({ now: at('2024-05-14T10:00:00Z') })
    await first.loginBy('spid')
    await first.close({ keep: true })
    folder = first.folder
    file = first.file
    // the next day a gateway runs again, and closes the day before
    const second = await startGateway({ now: at('2024-05-15T10:00:00Z'), folder })
    while (second.events('register.anchored').length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await second.close({ keep: true })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('varco register drop names the days, and drops them for a reason', async () => {
    const run = (...words: string[]) => command({ file }, words)
    expect((await run('register', 'verify')).text).toMatch(/^1 days closed, 0 open, 0 dropped at their time: 5 records/)
    expect((await run('register', 'drop', '--check')).text).toMatch(
      /^1 days are older than 24 months today, \d{4}-\d\d-\d\d \(UTC\): 2024-05-14 to 2024-05-14\.\n$/,
    )
    expect(JSON.parse((await run('register', 'drop', '--check', '--json')).text)).toEqual({
      months: 24,
      due: ['2024-05-14'],
    })
    expect((await run('register', 'drop')).code).toBe(3)
    expect(await run('register', 'drop', ...why)).toEqual({
      code: 0,
      text: '1 days dropped, 2024-05-14 to 2024-05-14: 5 records.\n',
    })
    const { code, text } = await run('register', 'verify')
    expect(text).toMatch(/^0 days closed, 1 open, 1 dropped at their time/)
    expect(code).toBe(0)
  })
})
