import { describe, expect, it } from 'vitest'
import { catalogue } from '../../../src/claims/catalogue.ts'
import { claimNames } from '../../../src/tenant/claim-names.ts'
import { reservedIds } from '../../../src/tenant/reserved.ts'
import { configOf, edited, load, problemsOf, tenantYaml, validEnv, validFiles } from '../config/files.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'
type Edit = readonly [from: string, to: string]
const withTenant = (...edits: readonly Edit[]): Record<string, string> => ({
  ...validFiles(),
  [FILE]: edited(tenantYaml, ...edits),
})
const federation = (yaml: string): Edit => ['clients:', `federation: ${yaml}\nclients:`]
const ORGANISATION = /^organisation:\n( .*\n)+/m.exec(tenantYaml)?.[0] ?? ''
const redirect = (uri: string): Edit => ['https://www.comune.esempio.example/callback', uri]

describe('a tenant file', () => {
  it('that is empty is told as such', async () => {
    expect(problemsOf(await load({ ...validFiles(), [FILE]: '' }))).toMatchObject([
      { file: FILE, line: 1, path: '', reason: 'must be a block of keys' },
    ])
  })

  it.each<[what: string, edit: Edit, path: string, reason: string, fix: string]>([
    ['an id in capitals', ['id: esempio', 'id: Esempio'], 'id', 'is not a tenant id', 'small letters'],
    ['an id that begins with a dash', ['id: esempio', 'id: -esempio'], 'id', 'is not a tenant id', 'small letters'],
    ['an id that is an address of ours', ['id: esempio', 'id: cie'], 'id', 'is the name of an address', 'another id'],
    [
      'a state nobody knows',
      ['state: test', 'state: on'],
      'state',
      'must be one of draft, test, live, suspended',
      'write',
    ],
    [
      'an IPA code of another Comune',
      ['c_x999', 'c_x998'],
      'organisation.ipa_code',
      'does not match belfiore',
      'c_x999',
    ],
    ['no Italian name', ['it: Comune', 'de: Gemeinde'], 'organisation.names.it', 'is missing', 'it: Comune di Ala'],
    [
      'a site without TLS',
      ['site_url: https', 'site_url: http'],
      'site_url',
      'http:// is not allowed',
      'https://www.comune',
    ],
    ['languages without Italian', ['clients:', 'languages: [de]\nclients:'], 'languages', 'lacks Italian', 'add it'],
    [
      'a host with a scheme',
      ['clients:', 'host: https://a.example\nclients:'],
      'host',
      'is not a host name',
      'without https://',
    ],
    [
      'the regional host',
      ['clients:', 'host: login.regione.example\nclients:'],
      'host',
      'is a host of the gateway',
      'own host',
    ],
    [
      'a key nobody knows',
      ['state: test', 'state: test\ncolour: red'],
      'colour',
      'is not a key',
      'known are schema, id',
    ],
    [
      'a redirect URI with a fragment',
      redirect('"https://a.example/#x"'),
      'clients[0].redirect_uris[0]',
      'has a fragment',
      'remove',
    ],
    [
      'a redirect URI with an empty fragment',
      redirect('"https://a.example/#"'),
      'clients[0].redirect_uris[0]',
      'has a fragment',
      'remove',
    ],
    [
      'a redirect URI with credentials',
      redirect('https://u:p@a.example/'),
      'clients[0].redirect_uris[0]',
      'carries a user name',
      'remove',
    ],
    [
      'a redirect URI whose host would be read as another rule for browsers',
      redirect('"https://a.example;frame-ancestors/"'),
      'clients[0].redirect_uris[0]',
      'has a host that is no name',
      'letters',
    ],
    [
      'a redirect URI that is a script',
      redirect('"javascript:alert(1)"'),
      'clients[0].redirect_uris[0]',
      'is not allowed',
      'https',
    ],
    [
      'a relative redirect URI',
      redirect('/callback'),
      'clients[0].redirect_uris[0]',
      'is not an absolute URL',
      'https',
    ],
    [
      'no redirect URI',
      ['[https://www.comune.esempio.example/callback]', '[]'],
      'clients[0].redirect_uris',
      'is empty',
      'name',
    ],
    ['no body', [ORGANISATION, ''], 'organisation', 'is missing', 'organisation: { ipa_code: c_a116'],
    ['a body that is left empty', [ORGANISATION, 'organisation:\n'], 'organisation', 'must be', 'a block of keys'],
    ['a client that is left empty', ['clients:\n', 'clients:\n  -\n'], 'clients[0]', 'must be', 'a block of keys'],
    ['a level 4', ['claims:', 'min_level: 4\n    claims:'], 'clients[0].min_level', 'is not a level', '1, 2 or 3'],
    ['a claim nobody knows', ['fiscal_number', 'iban'], 'clients[0].claims[1]', 'is not known here', 'write'],
    ['a claim declared twice', ['fiscal_number', 'given_name'], 'clients[0].claims[1]', 'stands twice', 'remove one'],
    [
      'an ID token without a signature',
      ['claims:', 'id_token_signed_response_alg: none\n    claims:'],
      'clients[0].id_token_signed_response_alg',
      'must be one of RS256, ES256',
      'RS256',
    ],
    [
      'a userinfo answer signed with the secret',
      ['claims:', 'userinfo_signed_response_alg: HS256\n    claims:'],
      'clients[0].userinfo_signed_response_alg',
      'must be one of RS256, ES256',
      'RS256',
    ],
    ['no secret', ['[env:SITE_SECRET]', '[]'], 'clients[0].secrets', 'names no secret', 'auth: none'],
    ['a secret in the file', ['env:SITE_SECRET', 's3cr3t'], 'clients[0].secrets[0]', 'is not a reference', 'env:NAME'],
    [
      'a secret without auth',
      ['claims:', 'auth: none\n    claims:'],
      'clients[0].secrets',
      'stands beside auth: none',
      'remove',
    ],
    [
      'a set without the tax code',
      federation('{ spid: { attribute_sets: [{ index: 0, name: base, attributes: [name] }] } }'),
      'federation.spid.attribute_sets[0].attributes',
      'lacks fiscalNumber',
      'add fiscalNumber',
    ],
    [
      'an attribute that SPID does not have',
      federation('{ spid: { attribute_sets: [{ index: 0, name: base, attributes: [fiscalNumber, shoeSize] }] } }'),
      'federation.spid.attribute_sets[0].attributes[1]',
      'is not known here',
      'write',
    ],
    [
      'two sets of one index',
      federation(
        '{ spid: { attribute_sets: [{ index: 0, name: a, attributes: [fiscalNumber] }, { index: 0, name: b, attributes: [fiscalNumber, name] }] } }',
      ),
      'federation.spid.attribute_sets[1].index',
      'stands twice',
      'its own',
    ],
    [
      'an entityID of another profile',
      federation('{ spid: { entity_id: "https://a.example/spid/c_x999" } }'),
      'federation.spid.entity_id',
      'does not contain pub-ag-full',
      'profile',
    ],
    [
      'an entityID with a query',
      federation('{ cie: { entity_id: "https://a.example/cie?id=1" } }'),
      'federation.cie.entity_id',
      'has a query',
      'remove',
    ],
    [
      'an ACS that is not ours',
      federation('{ spid: { acs_url: "https://a.example/acs" } }'),
      'federation.spid.acs_url',
      'is not an address of this gateway',
      'https://login.regione.example/t/esempio/saml/spid/acs',
    ],
    [
      'a province in words',
      ['  belfiore: X999', '  belfiore: X999\n  province: Trento'],
      'organisation.province',
      'is not a province',
      'TN',
    ],
    [
      'an IPA category in words',
      ['  belfiore: X999', '  belfiore: X999\n  ipa_category: Comuni'],
      'organisation.ipa_category',
      'is not an IPA category',
      'L6',
    ],
    [
      'the address of a person as contact',
      federation('{ cie: { contact: { email: "Anna Rossi <anna@a.example>" } } }'),
      'federation.cie.contact.email',
      'is not the address of an office',
      'spid@comune.example.it',
    ],
    [
      'a service UUID of version 1',
      federation('{ cie: { service_uuid: 6ba7b810-9dad-11d1-80b4-00c04fd430c8 } }'),
      'federation.cie.service_uuid',
      'is not a UUID of version 4',
      'varco cie metadata offers a fresh one',
    ],
  ])('is refused with %s', async (_, edit, path, reason, fix) => {
    const problems = problemsOf(await load(withTenant(edit)))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ file: FILE, path })
    expect(problems[0]?.reason).toContain(reason)
    expect(problems[0]?.fix).toContain(fix)
  })

  it('is told of everything at once, also of what several keys have wrong together', async () => {
    const files = withTenant(['schema: 1', 'schema: 2'], ['c_x999', 'c_x998'], redirect('"https://a.example/#x"'), [
      '[env:SITE_SECRET]',
      '[]',
    ])
    expect(
      problemsOf(await load(files))
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(['clients[0].redirect_uris[0]', 'clients[0].secrets', 'organisation.ipa_code', 'schema'])
  })

  it('is refused with a secret that a person could have typed', async () => {
    expect(problemsOf(await load(validFiles(), { ...validEnv, SITE_SECRET: 'x'.repeat(21) }))).toMatchObject([
      { path: 'clients[0].secrets[0]', reason: 'is shorter than 22 characters' },
    ])
  })

  it.each([
    'http://localhost:8080/callback',
    'http://127.0.0.1:8080/callback',
    'http://comune.localhost:7006/esempio/callback',
  ])('may send citizens back to %s on this machine', async (uri) => {
    expect(configOf(await load(withTenant(redirect(uri)))).tenants[0]?.clients[0]?.redirectUris).toEqual([uri])
  })

  it('may hold the hash of a secret instead of its place', async () => {
    const files = withTenant(['env:SITE_SECRET', `{ sha256: ${'AB'.repeat(32)} }`])
    expect(configOf(await load(files)).tenants[0]?.clients[0]?.secrets).toEqual([{ sha256: 'ab'.repeat(32) }])
  })

  it('may have a client that cannot keep a secret', async () => {
    const files = withTenant(['secrets: [env:SITE_SECRET]', 'auth: none'])
    expect(configOf(await load(files)).tenants[0]?.clients[0]).toMatchObject({ auth: 'none', secrets: [] })
  })

  it('is refused when a way in is on that the gateway does not have', async () => {
    const files = withTenant(['clients:', 'methods: { spid: true }\nclients:'])
    files['/etc/varco/gateway.yaml'] = edited(files['/etc/varco/gateway.yaml'] ?? '', [
      'metadata: [spid.xml]',
      'metadata: []',
    ])
    expect(problemsOf(await load(files))).toMatchObject([{ file: FILE, path: 'methods.spid' }])
  })
})

describe('what a client asks of SPID', () => {
  const sets = federation(`
  spid:
    attribute_sets:
      - { index: 0, name: base, attributes: [fiscalNumber, name, familyName, dateOfBirth] }
      - { index: 4, name: contatti, attributes: [fiscalNumber, name, email] }
      - { index: 2, name: nome, attributes: [fiscalNumber, name] }`)
  const claims = (list: string): Edit => ['[given_name, fiscal_number]', list]
  const client = (line: string): Edit => ['    secrets:', `    ${line}\n    secrets:`]
  const clientOf = async (...edits: readonly Edit[]) =>
    configOf(await load(withTenant(...edits))).tenants[0]?.clients[0]

  it('is the smallest set that fills its claims', async () => {
    expect(await clientOf(sets)).toMatchObject({ attributeSet: 2 })
    expect(await clientOf(sets, claims('[email]'))).toMatchObject({ attributeSet: 4 })
    expect(await clientOf(sets, claims('[name]'))).toMatchObject({ attributeSet: 0 })
  })

  it('is the set that its entry names, by index or by name', async () => {
    expect(await clientOf(sets, client('attribute_set: 0'))).toMatchObject({ attributeSet: 0 })
    expect(await clientOf(sets, client('attribute_set: contatti'))).toMatchObject({ attributeSet: 4 })
  })

  it('has a COFOG category only where the entry says so', async () => {
    expect(await clientOf(client('cofog: "09.1"'))).toMatchObject({ cofog: '09.1' })
    expect(await clientOf()).not.toHaveProperty('cofog')
  })

  it('has a purpose only where the entry says so', async () => {
    expect(await clientOf(client('purpose: PX'))).toMatchObject({ purpose: 'PX' })
    expect(await clientOf()).not.toHaveProperty('purpose')
  })

  it.each<[what: string, edits: readonly Edit[], path: string, reason: string, fix: string]>([
    [
      'claims that no set fills',
      [sets, claims('[email, gender]')],
      'clients[0].claims',
      'need more than any SPID attribute set of this tenant asks for: 0 (base), 4 (contatti), 2 (nome)',
      '{ index: 5, name: …, attributes: [fiscalNumber, email, gender] }',
    ],
    [
      'claims beyond what is asked without sets',
      [claims('[place_of_birth]')],
      'clients[0].claims',
      'need more than any',
      '{ index: 1, name: …, attributes: [fiscalNumber, placeOfBirth, countyOfBirth] }',
    ],
    [
      'a set that there is not',
      [sets, client('attribute_set: 9')],
      'clients[0].attribute_set',
      'is no set of this tenant',
      'write one of 0 (base), 4 (contatti), 2 (nome)',
    ],
    [
      'a set that leaves claims empty',
      [sets, client('attribute_set: nome'), claims('[given_name, birthdate]')],
      'clients[0].attribute_set',
      'names a set without dateOfBirth: birthdate would always be missing',
      'choose another set',
    ],
    [
      'a set that is no set',
      [client('attribute_set: [0]')],
      'clients[0].attribute_set',
      'is not a set of attributes',
      'the index or the name',
    ],
    [
      'a purpose nobody knows',
      [client('purpose: Q')],
      'clients[0].purpose',
      'must be one of P, LP, PG, PF, PX',
      'write',
    ],
  ])('is refused with %s', async (_, edits, path, reason, fix) => {
    const problems = problemsOf(await load(withTenant(...edits)))
    expect(problems).toMatchObject([
      { file: FILE, path, reason: expect.stringContaining(reason), fix: expect.stringContaining(fix) },
    ])
  })

  it('does not matter where nobody enters by SPID', async () => {
    const off: Edit = ['clients:', 'methods: { spid: false }\nclients:']
    expect(problemsOf(await load(withTenant(off, claims('[email]'))))).toEqual([])
  })
})

describe('two tenants', () => {
  const second = (...edits: readonly Edit[]) => {
    const base: readonly Edit[] = [
      ['id: esempio', 'id: altro'],
      ['c_x999', 'c_x998'],
      ['X999', 'X998'],
    ]
    return { ...validFiles(), '/etc/varco/tenants/zweite.yaml': edited(tenantYaml, ...base, ...edits) }
  }

  it('live beside each other', async () => {
    expect(configOf(await load(second())).tenants.map(({ id }) => id)).toEqual(['esempio', 'altro'])
  })

  it.each<[what: string, edit: Edit, paths: readonly string[]]>([
    ['id', ['id: altro', 'id: esempio'], ['id', 'sector']],
    ['sector', ['state:', 'sector: esempio\nstate:'], ['sector']],
    [
      'IPA code',
      ['  ipa_code: c_x998\n  belfiore: X998', '  ipa_code: c_x999'],
      ['federation.spid.entity_id', 'federation.cie.entity_id'],
    ],
  ])('may not share their %s', async (_, edit, paths) => {
    const problems = problemsOf(await load(second(edit)))
    expect(problems.map(({ path }) => path)).toEqual(paths)
    expect(problems[0]).toMatchObject({ file: '/etc/varco/tenants/zweite.yaml', reason: expect.stringContaining(FILE) })
  })

  it('may not share the UUID of their CIE service, which is copied with a file', async () => {
    const uuid = (text: string) => federation(`{ cie: { service_uuid: ${text} } }`)
    const files = {
      ...second(uuid('7F3B6A52-8A70-4A0E-9F7E-0B7C2F1F4D11')),
      [FILE]: edited(tenantYaml, uuid('7f3b6a52-8a70-4a0e-9f7e-0b7c2f1f4d11')),
    }
    expect(problemsOf(await load(files))).toMatchObject([
      { path: 'federation.cie.service_uuid', fix: expect.stringContaining('varco cie metadata') },
    ])
  })

  it('may not share a host', async () => {
    const host: Edit = ['state:', 'host: accesso.example\nstate:']
    const files = { ...second(host), [FILE]: edited(tenantYaml, host) }
    expect(problemsOf(await load(files)).map(({ path }) => path)).toEqual(['host'])
  })

  it('may not share a client id within one of them', async () => {
    const client = tenantYaml.slice(tenantYaml.indexOf('  - id: sito'))
    expect(problemsOf(await load({ ...validFiles(), [FILE]: tenantYaml + client }))).toMatchObject([
      { path: 'clients[1].id' },
    ])
  })
})

describe('a live tenant', () => {
  const live: Edit = ['state: test', 'state: live']
  const registered = federation(`
  spid:
    entity_id: https://login.regione.example/pub-ag-full/c_x999
    acs_url: https://login.regione.example/t/esempio/saml/spid/acs
    attribute_sets: [{ index: 0, name: base, attributes: [fiscalNumber, name] }]
  cie:
    entity_id: https://login.regione.example/cie/c_x999
    acs_url: https://login.regione.example/t/esempio/saml/cie/acs
    service_uuid: 7f3b6a52-8a70-4a0e-9f7e-0b7c2f1f4d11`)
  const withFingerprint = (files: Record<string, string>) => {
    files['/etc/varco/gateway.yaml'] = edited(files['/etc/varco/gateway.yaml'] ?? '', [
      'env:SUBJECT_KEY',
      'env:SUBJECT_KEY\n  fingerprint: 75877bb41d393b5fb8455ce60ecd8dda001d06316496b14dfa7f895656eeca4a',
    ])
    return files
  }

  it('has everything that is registered written out', async () => {
    expect(problemsOf(await load(withFingerprint(withTenant(live)))).map(({ path }) => path)).toEqual([
      'federation.spid.entity_id',
      'federation.spid.acs_url',
      'federation.spid.attribute_sets',
      'federation.cie.entity_id',
      'federation.cie.acs_url',
      'federation.cie.service_uuid',
    ])
  })

  it('need not register a way in that it does not have', async () => {
    const files = withTenant(live, ['clients:', 'methods: { spid: false, cie: false }\nclients:'])
    expect(problemsOf(await load(withFingerprint(files)))).toEqual([])
  })

  it('names its privacy notice and its accessibility declaration, or the region does', async () => {
    const files = withFingerprint(withTenant(live, registered))
    const region = files['/etc/varco/region.yaml']?.replace(/^legal: .*$/m, 'legal: {}') ?? ''
    expect(problemsOf(await load({ ...files, '/etc/varco/region.yaml': region }))).toMatchObject([
      { file: FILE, path: 'legal.privacy_url', reason: 'is missing, and the tenant is live' },
      { file: FILE, path: 'legal.accessibility_url', fix: expect.stringContaining('form.agid.gov.it') },
    ])
    const own = '{ privacy_url: https://a.example/p, accessibility_url: https://a.example/a }'
    files[FILE] += `legal: ${own}\n`
    expect(problemsOf(await load({ ...files, '/etc/varco/region.yaml': region }))).toEqual([])
  })

  it('is not started without the fingerprint of the subject key, and is told which', async () => {
    const [problem, ...more] = problemsOf(await load(withTenant(live, registered)))
    expect(more).toEqual([])
    expect(problem).toMatchObject({ file: '/etc/varco/gateway.yaml', path: 'subject_key.fingerprint' })
    expect(problem?.fix).toContain('75877bb41d393b5fb8455ce60ecd8dda001d06316496b14dfa7f895656eeca4a')
  })

  it('keeps what was registered at its first live start', async () => {
    const files = withFingerprint(withTenant(live, registered))
    const pin = {
      id: 'esempio',
      issuer: 'https://login.regione.example/t/esempio',
      sector: 'earlier',
      ipaCode: 'c_x999',
    }
    files['/var/lib/varco/live/esempio.json'] = JSON.stringify(pin)
    expect(problemsOf(await load(files))).toMatchObject([{ file: FILE, path: 'sector', fix: 'write earlier again' }])
  })

  it('is not started when the note of what was registered is damaged', async () => {
    const files = withFingerprint(withTenant(live, registered))
    files['/var/lib/varco/live/esempio.json'] = '{'
    expect(problemsOf(await load(files))).toMatchObject([
      { file: FILE, path: 'id', reason: expect.stringContaining('is damaged') },
    ])
  })
})

describe('the look of a Comune', () => {
  const LOGO = '/etc/varco/tenants/esempio.svg'
  const branding = (yaml: string, logo?: string) =>
    load({ ...withTenant(['clients:', `branding: ${yaml}\nclients:`]), ...(logo !== undefined && { [LOGO]: logo }) })
  const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z" fill="url(#a)"/></svg>'

  it('is its colour, its coat of arms and a sentence', async () => {
    const { tenants } = configOf(
      await branding('{ colour: "#004A99", logo: esempio.svg, text: { it: Benvenuti } }', SVG),
    )
    expect(tenants[0]?.branding).toEqual({
      colour: '#004a99',
      logo: { type: 'image/svg+xml', body: Buffer.from(SVG) },
      text: { it: 'Benvenuti' },
    })
    const png = '\x89PNG\r\n\x1a\n...'
    expect(configOf(await branding('{ logo: esempio.svg }', png)).tenants[0]?.branding.logo?.type).toBe('image/png')
  })

  it.each([
    ['#7fb2e5', 'has contrast 2.2:1 with white text and needs 4.5:1', '#56799b'],
    ['#0067ce', undefined, ''],
    ['#777777', 'has contrast 4.4:1 with white text and needs 4.5:1', '#757575'],
    ['blue', 'is not a colour', '"#004a99"'],
    ['#04a', 'is not a colour', '"#004a99"'],
  ])('in the colour %s is refused with its contrast and a colour that passes', async (colour, reason, fix) => {
    const problems = problemsOf(await branding(`{ colour: "${colour}" }`))
    if (reason === undefined) return expect(problems).toEqual([])
    expect(problems).toMatchObject([{ path: 'branding.colour', reason, fix: expect.stringContaining(fix) }])
  })

  it.each([
    ['a script', SVG.replace('<path', '<script>alert(1)</script><path')],
    ['a handler', SVG.replace('<path', '<path onload="alert(1)"')],
    ['a handler after a line break', SVG.replace('<path ', '<path\nonclick = "a()" ')],
    ['foreign content', SVG.replace('<path', '<foreignObject/><path')],
    ['a prefixed script', SVG.replace('<path', '<s:script/><path')],
    ['a link', SVG.replace('<path', '<a href="https://evil.example"/><path')],
    ['a link without quotes', SVG.replace('<path', '<use href=//evil.example/x /><path')],
    ['a picture from elsewhere', SVG.replace('<path', '<image xlink:href="//evil.example/x.png"/><path')],
    ['a style from elsewhere', SVG.replace('<path', '<style>@import "//evil.example"</style><path')],
    ['a fill from elsewhere', SVG.replace('#a', 'https://evil.example/x')],
    ['an entity', `<!DOCTYPE svg [<!ENTITY a "b">]>${SVG}`],
    ['text that is no picture', 'GIF89a'],
    ['HTML', '<html><svg></svg></html>'],
    ['too many bytes', SVG.padEnd(24 * 1024 + 1)],
  ])('is refused with a coat of arms that holds %s', async (_, logo) => {
    expect(problemsOf(await branding('{ logo: esempio.svg }', logo))).toMatchObject([{ path: 'branding.logo' }])
  })

  it('is refused with a coat of arms that is not there', async () => {
    const [problem] = problemsOf(await branding('{ logo: esempio.svg }'))
    expect(problem).toMatchObject({ path: 'branding.logo', reason: `${LOGO} cannot be read (ENOENT)` })
  })
})

describe('a service with another way in', () => {
  const other = (yaml: string) => load(withTenant(['    claims:', `    other_access: ${yaml}\n    claims:`]))

  it('has a label in its languages and an address', async () => {
    const otherAccess = { label: { it: 'Altre utenze', de: 'Andere Benutzer' }, url: 'https://altri.example/accedi' }
    const yaml = '{ label: { it: Altre utenze, de: Andere Benutzer }, url: https://altri.example/accedi }'
    expect(configOf(await other(yaml)).tenants[0]?.clients[0]?.otherAccess).toEqual(otherAccess)
  })

  it('is refused without a label or with an address that is none', async () => {
    const problems = problemsOf(await other('{ url: "javascript:alert(1)" }'))
    expect(problems.map(({ path }) => path)).toEqual(['clients[0].other_access.label', 'clients[0].other_access.url'])
  })
})

describe('the names that a tenant file may use', () => {
  it('are the claims of the catalogue', () => {
    expect([...claimNames].toSorted()).toEqual(Object.keys(catalogue).toSorted())
  })

  it('do not include the gateway’s own addresses', () => {
    for (const id of ['t', 'login', 'saml', 'spid', 'cie', 'cns', 'pub-ag-full', 'livez', 'assets'])
      expect(reservedIds).toContain(id)
  })
})
