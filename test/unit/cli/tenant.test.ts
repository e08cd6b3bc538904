import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { edited, GATEWAY, load, problemsOf, tenantYaml, validFiles } from '../config/files.ts'
import { createRegion } from './region-world.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'
const config = ['--config', GATEWAY] as const
const withTenant = (...edits: Parameters<typeof edited>[1][]) => ({ [FILE]: edited(tenantYaml, ...edits) })

describe('tenant new', () => {
  const words = [
    'tenant',
    'new',
    'volano',
    '--name',
    'Comune di Volano',
    '--ipa',
    'c_m113',
    '--url',
    'https://www.comune.volano.example',
  ]

  it('writes a valid file of few lines, says what it lacks and what to type next', async () => {
    const { run, files } = createRegion()
    const { code, out, err } = await run(...words, ...config)
    expect({ code, err }).toEqual({ code: 2, err: '' })
    expect(out).toContain('! organisation.names.de  is missing')
    expect(out).toContain(`varco client add volano CLIENT --config ${GATEWAY}`)
    const text = files['/etc/varco/tenants/volano.yaml'] ?? ''
    expect(parse(text)).toMatchObject({
      id: 'volano',
      state: 'draft',
      organisation: { ipa_code: 'c_m113', belfiore: 'M113' },
    })
    expect(problemsOf(await load(files))).toEqual([])
  })

  it('writes nothing that would be wrong, over nothing that stands, and nowhere else', async () => {
    const { run, files } = createRegion()
    const before = { ...files }
    const wrong = await run(...words.with(6, 'c m113'), ...config)
    expect(wrong).toMatchObject({ code: 1 })
    expect(wrong.err).toMatch(
      /organisation\.ipa_code {2}is not an IPA code\n.*→ write it[\s\S]*Nothing was written\.\n$/,
    )
    expect(await run(...words.with(2, 'esempio'), ...config)).toMatchObject({ code: 3 })
    expect(await run(...words.with(2, '../volano'), ...config)).toMatchObject({ code: 3 })
    expect(files).toEqual(before)
  })

  it('of two at once only one has the file, and the other is told', async () => {
    const { run, files } = createRegion()
    const names = ['Comune di Volano', 'Comune di Altrove']
    const ends = await Promise.all(names.map((name) => run(...words.with(4, name), ...config)))
    const winner = ends.findIndex(({ code }) => code === 2)
    expect(ends.map(({ code }) => code).toSorted()).toEqual([2, 3])
    expect(ends[1 - winner]?.err).toContain('volano.yaml is there already: choose another id, or edit it.')
    expect(parse(files['/etc/varco/tenants/volano.yaml'] ?? '').organisation.names.it).toBe(names[winner])
  })

  it('is not kept from it by what is wrong in another file', async () => {
    const { run, files } = createRegion(withTenant(['state: test', 'state: on']))
    expect((await run(...words, ...config)).code).toBe(2)
    expect(files['/etc/varco/tenants/volano.yaml']).toBeDefined()
  })

  it('quotes what a table says, and reads semicolons', async () => {
    const { run, files } = createRegion({ '/tmp/c.csv': 'nome;codice_ipa\n"A: ""b"" # c";c_a001\nCie;c_a002\n' })
    await run('tenant', 'new', '--from', '/tmp/c.csv', '--out', '/tmp/drafts')
    expect(parse(files['/tmp/drafts/a-b-c.yaml'] ?? '').organisation.names.it).toBe('Comune di A: "b" # c')
    // an address of the gateway has that name
    expect(files['/tmp/drafts/comune-di-cie.yaml']).toBeDefined()
  })

  it.each([
    ['c_M113', 'as c_m113'],
    ['m113', 'as c_m113'],
    ['c_113', 'as c_a116 for Ala'],
    ['comvolano', 'as c_a116 for Ala'],
  ])('takes no code that is none of a Comune: %s', async (code, like) => {
    const { run, files } = createRegion()
    const { code: exit, err } = await run(...words.with(6, code), ...config)
    expect(exit).toBe(1)
    expect(err).toContain(`organisation.ipa_code  ${code} is not the code of a Comune`)
    expect(err).toMatch(new RegExp(`→ write c_ and its Belfiore code in small letters, ${like}; .*\\n`))
    expect(files['/etc/varco/tenants/volano.yaml']).toBeUndefined()
  })

  it('says at once all that is wrong on its line', async () => {
    const line = words.with(6, 'm113').with(8, 'http://www.comune.volano.example')
    const { err } = await createRegion().run(...line, ...config)
    expect(err).toContain('organisation.ipa_code  m113 is not the code of a Comune')
    expect(err).toContain('→ use https://www.comune.volano.example\n')
  })

  it('takes a body that is no Comune for what it is, and says so', async () => {
    const { run, files } = createRegion()
    const line = words.with(2, 'vallagarina').with(4, 'Comunità della Vallagarina').with(6, 'comvall')
    const { code, out } = await run(...line, ...config)
    expect([code, out]).toEqual([2, expect.stringContaining('! kind  is ente: comvall is no code of a Comune')])
    expect(parse(files['/etc/varco/tenants/vallagarina.yaml'] ?? '').kind).toBe('ente')
    expect(problemsOf(await load(files))).toEqual([])
  })

  it('--from: says of each row what is wrong in it, and asks only for the languages of the region', async () => {
    const region = `${validFiles()['/etc/varco/region.yaml']}tenants: { languages: [it, de] }\n`
    const table = 'nome;codice_ipa;belfiore;sito\nAla;c_a117;A116;https://ala.example\n;;;\nAvio;c_A520;;ala\nArco\n'
    const { run } = createRegion({ '/etc/varco/region.yaml': region, '/tmp/c.csv': table })
    const line = ['tenant', 'new', '--from', '/tmp/c.csv', '--out', '/tmp/drafts', ...config]
    const { code, out, err } = await run(...line)
    expect([code, err]).toEqual([1, '/tmp/c.csv:5  has no IPA code: no draft is made of this row\n'])
    expect(out.split('\n').filter((text) => /^ {2}\S/.test(text))).toEqual([
      '  ! organisation.names.de  is missing',
      '  ! clients  is missing',
      '  ✗ organisation.ipa_code  does not match belfiore A116',
      '  ! organisation.belfiore  is missing',
      '  ! organisation.names.de  is missing',
      '  ! clients  is missing',
      '  ✗ site_url  is not an absolute URL',
      '  ✗ organisation.ipa_code  c_A520 is not the code of a Comune',
    ])
  })

  it('--from: names the schema so that it is found before and after the draft is moved', async () => {
    const { run, files } = createRegion({ '/tmp/c.csv': 'nome;codice_ipa\nAla;c_a116\n' })
    await run('tenant', 'new', '--from', '/tmp/c.csv', '--out', 'drafts')
    const schema = /\$schema=(.*)/.exec(files['drafts/ala.yaml'] ?? '')?.[1] ?? ''
    expect([isAbsolute(schema), existsSync(schema)]).toEqual([true, true])
  })

  it.each([
    [['tenant', 'new'], 'Type: varco tenant new TENANT'],
    [['tenant', 'new', '--from', 'x.csv'], 'Add --out DIR'],
    [['tenant', 'new', '--from', 'x.csv', '--out', 'd'], 'x.csv cannot be read'],
  ])('%j ends with what to type instead', async (line, message) => {
    const { code, err } = await createRegion().run(...line)
    expect([code, err]).toEqual([3, expect.stringContaining(message)])
  })

  const data = process.env.VARCO_DATA
  it.skipIf(data === undefined)('drafts all Comuni of Trentino, and lists for each what is missing', async () => {
    const { run, files } = createRegion({ '/tmp/c.csv': readFileSync(`${data}/comuni-trentino.csv`, 'utf8') })
    const line = ['tenant', 'new', '--from', '/tmp/c.csv', '--out', '/tmp/drafts', '--json']
    const { code, out } = await run(...line)
    const drafts: { id: string; file: string; missing: { path: string }[] }[] = JSON.parse(out)
    expect([code, drafts.length, new Set(drafts.map(({ id }) => id)).size]).toEqual([2, 166, 166])
    for (const { file, missing } of drafts) {
      expect(missing.map(({ path }) => path)).toContain('site_url')
      // the one thing that keeps each draft from being valid is what was said
      files[file] = edited(files[file] ?? '', ['# site_url: https://…', 'site_url: https://www.comune.example.it'])
    }
    expect((await run('tenant', 'validate', '/tmp/drafts')).code).toBe(0)
    expect(JSON.parse((await run(...line)).out).some(({ written }: { written: boolean }) => written)).toBe(false)
  })
})

describe('tenant list', () => {
  it('shows state, ways in, services and issuer', async () => {
    const { run } = createRegion()
    expect((await run('tenant', 'list', ...config)).out).toBe(
      'esempio  test       spid cie cns          1 services  https://login.regione.example/t/esempio  Comune di Esempio\n',
    )
    expect(JSON.parse((await run('tenant', 'list', '--json', ...config)).out)).toMatchObject([
      { id: 'esempio', clients: ['sito'], file: FILE },
    ])
  })
})

const OTHER = '/etc/varco/tenants/altro.yaml'
const UNCLOSED = 'schema: 1\nid: altro\nclients: [\n'

describe('where a file is broken', () => {
  it('tenant list names it and why, beside the others', async () => {
    const { run } = createRegion({ [OTHER]: UNCLOSED, '/etc/varco/tenants/terzo.yaml': 'schema: 2\nid: terza\n' })
    const { code, out, err } = await run('tenant', 'list', ...config)
    expect([code, err]).toEqual([1, 'What to write instead: varco tenant validate --config FILE.\n'])
    expect(out).toContain('esempio  test       spid cie cns          1 services')
    expect(out).toContain(`altro    broken     ${OTHER}:4:1 is not YAML: a [ above is never closed\n`)
    expect(out).toMatch(
      /^terza {4}broken {5}\/etc\/varco\/tenants\/terzo\.yaml:1:1 \w+ is missing; and \d problems more$/m,
    )
    const rows = JSON.parse((await run('tenant', 'list', '--json', ...config)).out)
    expect(rows).toMatchObject([{ id: 'esempio' }, { id: 'altro', problems: [{ line: 4 }] }, { id: 'terza' }])
  })

  it.each([
    ['tenant', 'show', 'altro'],
    ['tenant', 'publish', 'altro'],
    ['tenant', 'notice', 'altro'],
    ['client', 'sheet', 'altro', 'sito'],
  ])('%s %s of its tenant says so, and not that nobody knows the tenant', async (...words) => {
    const { run } = createRegion({ [OTHER]: UNCLOSED })
    const { code, err } = await run(...words, ...config)
    expect(code).toBe(1)
    expect(err).toContain(`The file of altro is broken:\n${OTHER}\n  ✗ 4:1    is not YAML`)
    expect(err).not.toContain('No tenant is called')
  })

  it('an unknown tenant may be that of a file with another name, which is named', async () => {
    const { run } = createRegion({ [OTHER]: UNCLOSED })
    expect((await run('tenant', 'show', 'ala', ...config)).err).toBe(
      `No tenant is called ala. There are: esempio. Broken, and of whom else: ${OTHER}.\n`,
    )
  })

  it('validate tells of what is no YAML nothing but that, also where others lean on it', async () => {
    const region = `${validFiles()['/etc/varco/region.yaml']}tenants: { languages: [it] }\n`
    const { run } = createRegion({
      '/etc/varco/region.yaml': region,
      [OTHER]: UNCLOSED,
      ...withTenant(['state: test', 'state: test\nsucceeded_by: altro']),
    })
    expect(await run('tenant', 'validate', ...config)).toEqual({
      code: 1,
      err: '',
      out: `${OTHER}\n  ✗ 4:1    is not YAML: a [ above is never closed\n           → write the ]; put what has a # in it in quotes\n1 problem in 1 file\n`,
    })
  })
})

describe('where there is no tenant yet', () => {
  const empty = () => {
    const region = createRegion({ '/etc/varco/tenants/README.md': 'one file for each Comune' })
    delete region.files[FILE]
    return region
  }

  it('tenant list says so, and how to make one', async () => {
    const { code, out, err } = await empty().run('tenant', 'list', ...config)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('holds no tenant file\n           → write one: varco tenant new TENANT')
    expect((await empty().run('tenant', 'list', '--json', ...config)).out).toBe('[]\n')
  })

  it('tenant plan and apply change nothing', async () => {
    for (const command of ['plan', 'apply']) {
      const { code, out } = await empty().run('tenant', command, ...config)
      expect({ code, out }).toEqual({ code: 1, out: '' })
    }
  })
})

describe('tenant validate', () => {
  it('names all problems of all files at once, with place, path and fix', async () => {
    const { run } = createRegion({
      ...withTenant(['state: test', 'state: on'], ['c_x999', 'c_x998']),
      '/etc/varco/tenants/zweite.yaml': edited(tenantYaml, ['id: esempio', 'id: Zweite']),
    })
    expect(await run('tenant', 'validate', ...config)).toEqual({
      code: 1,
      err: '',
      out: `${FILE}
  ✗ 3:8    state  must be one of draft, test, live, suspended
           → write one of draft, test, live, suspended
  ✗ 5:13   organisation.ipa_code  does not match belfiore X999
           → write c_x999, or correct belfiore
/etc/varco/tenants/zweite.yaml
  ✗ 2:5    id  is not a tenant id
           → write small letters, digits and dashes, at most 63, not beginning with a dash
3 problems in 2 files
`,
    })
  })

  it('warns of what is valid and unwise, exit code 2', async () => {
    const { run } = createRegion(
      withTenant([
        '[https://www.comune.esempio.example/callback]',
        '[https://www.comune.esempio.example/x]\n    preset: plone',
      ]),
    )
    const { code, out } = await run('tenant', 'validate', FILE, '--json', ...config)
    const paths = JSON.parse(out).problems.map(({ path, warning }: { path: string; warning: boolean }) => [
      path,
      warning,
    ])
    expect(code).toBe(2)
    expect(paths).toEqual([
      ['organisation.names', true],
      ['clients[0].names', true],
      ['clients[0].redirect_uris[0]', true],
    ])
  })

  it('is content with a complete file', async () => {
    const { run } = createRegion(withTenant(['state: test', 'state: test\nlanguages: [it]']))
    expect(await run('tenant', 'validate', FILE, ...config)).toEqual({
      code: 0,
      err: '',
      out: '1 tenant file is valid.\n',
    })
  })

  it('checks a folder alone, where nobody has the secrets', async () => {
    const { run } = createRegion({ '/tmp/t/a.yaml': tenantYaml, '/tmp/t/b.yaml': tenantYaml })
    const { code, out } = await run('tenant', 'validate', '/tmp/t')
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('/tmp/t/b.yaml\n  ✗ 2:5    id  esempio is also that of /tmp/t/a.yaml'),
    ])
  })

  it('looks at the file that it was asked about where only others are broken', async () => {
    const { run } = createRegion({ '/etc/varco/tenants/altro.yaml': 'schema: 2\n' })
    expect((await run('tenant', 'validate', FILE, ...config)).out).toContain('1 tenant file is valid.')
    expect((await run('tenant', 'validate', '/nowhere.yaml', ...config)).code).toBe(3)
  })

  it('cannot run without a place to look at', async () => {
    const { run } = createRegion()
    expect((await run('tenant', 'validate')).code).toBe(3)
    expect((await run('tenant', 'validate', '/nowhere.yaml')).code).toBe(3)
    expect((await run('tenant', 'validate', '/nowhere.yaml', ...config)).code).toBe(3)
  })
})

describe('tenant show', () => {
  it('shows the file as it stands', async () => {
    expect((await createRegion().run('tenant', 'show', 'esempio', ...config)).out).toBe(tenantYaml)
  })

  it('--effective shows every value that counts, and who said it', async () => {
    const region = `${validFiles()['/etc/varco/region.yaml']}tenants: { branding: { colour: "#004a99" } }\n`
    const { run } = createRegion({
      '/etc/varco/region.yaml': region,
      ...withTenant(['    claims:', '    preset: plone\n    claims:']),
    })
    const { out, code } = await run('tenant', 'show', 'esempio', '--effective', '--json', ...config)
    expect(code).toBe(0)
    const { values }: { values: { path: string; value: unknown; origin: string }[] } = JSON.parse(out)
    const of = (path: string) => values.find((one) => one.path === path)
    expect(of('id')).toMatchObject({ value: 'esempio', origin: 'tenant' })
    expect(of('helpdesk.phone')).toMatchObject({ value: '0461 000000', origin: 'region' })
    expect(of('branding.colour')).toMatchObject({ value: '#004a99', origin: 'region' })
    expect(of('methods.spid')).toMatchObject({ value: true, origin: 'gateway' })
    expect(of('lifetimes.code')).toMatchObject({ value: 60, origin: 'default' })
    expect(of('clients[0].pkce')).toMatchObject({ value: 'optional', origin: 'preset plone' })
    expect(of('clients[0].min_level')).toMatchObject({ value: 2, origin: 'default' })
    expect(of('clients[0].secrets')).toMatchObject({ value: ['env:SITE_SECRET'], origin: 'tenant' })
    const text = (await run('tenant', 'show', 'esempio', '--effective', ...config)).out
    expect(text).toMatch(/^clients\[0\]\.pkce: optional +# preset plone$/m)
    expect(text).not.toContain('a-secret-of-enough-characters')
  })
})

it('tenant test: needs the sandbox, which the image does not have', async () => {
  expect(await createRegion().run('tenant', 'test', 'esempio', ...config)).toEqual({
    code: 3,
    out: '',
    err: 'There is no sandbox here, as in the image: run it in a checkout, where the folder sandbox/ is.\n',
  })
})

it('tenant show --effective leaves out nothing that a file says', async () => {
  const said = {
    notices: '[{ text: { it: Lavori }, until: 2026-12-01T22:00:00+01:00 }]',
    allowed: '{ claims: [given_name, fiscal_number] }',
    golive: '{ agreement: "2026-10-01" }',
    federation: '{ spid: { contact: { email: spid@comune.example } }, cie: { descriptions: { it: Servizi } } }',
  }
  const lines = Object.entries(said).map(([key, value]) => `${key}: ${value}\n`)
  const { run } = createRegion(
    withTenant(['clients:', `${lines.join('')}clients:`], ['    claims:', '    cofog: "01.3"\n    claims:']),
  )
  const { code, out } = await run('tenant', 'show', 'esempio', '--effective', '--json', ...config)
  expect(code).toBe(0)
  const { values }: { values: { path: string; origin: string }[] } = JSON.parse(out)
  const own = values.filter(({ origin }) => origin === 'tenant').map(({ path }) => path)
  expect(own).toEqual(
    expect.arrayContaining([
      ...['schema', 'notices', 'allowed.claims', 'golive.agreement', 'clients[0].cofog'],
      ...['federation.spid.contact.email', 'federation.cie.descriptions.it'],
    ]),
  )
  expect(new Set(own).size).toBe(own.length)
})
