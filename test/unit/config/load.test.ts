import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formatProblems } from '../../../src/config/problem.ts'
import { configOf, edited, GATEWAY, load, problemsOf, tenantYaml, validEnv, validFiles } from './files.ts'

const withGateway = (...edits: readonly (readonly [string, string])[]) => {
  const files = validFiles()
  return { ...files, [GATEWAY]: edited(files[GATEWAY] ?? '', ...edits) }
}
const withTenant = (...edits: readonly (readonly [string, string])[]) => ({
  ...validFiles(),
  '/etc/varco/tenants/esempio.yaml': edited(tenantYaml, ...edits),
})

const CARD_TLS = 'tls: { key: file:spid.key, certificate: spid.pem }'
const PROXY = 'proxy: { from: [10.1.0.0/16], secret: env:PROXY_SECRET, header: nginx }'

describe('a valid configuration', () => {
  it('may leave rotation to people, or have it more often', async () => {
    const keysOf = async (written: string) => {
      const files = validFiles()
      files[GATEWAY] = edited(files[GATEWAY] ?? '', ['state_dir', `signing_keys: ${written}\nstate_dir`])
      return configOf(await load(files)).signingKeys
    }
    expect(await keysOf('{ rotate_after_days: false }')).toMatchObject({ after: Number.POSITIVE_INFINITY })
    expect(await keysOf('{ rotate_after_days: 7, publish_hours: 2 }')).toEqual({
      after: 7 * 24 * 3_600_000,
      publish: 2 * 3_600_000,
    })
  })

  it('is read with every default filled in', async () => {
    const config = configOf(await load())
    expect(config).toMatchObject({
      publicUrl: 'https://login.regione.example',
      listen: { host: '127.0.0.1', port: 7000 },
      operations: { host: '127.0.0.1', port: 7001 },
      trustedProxies: ['127.0.0.1'],
      rateLimits: { loginStarts: 600, answers: 1200, cards: 1200, failedClients: 60 },
      store: { kind: 'redis', url: 'redis://127.0.0.1:6379/0' },
      stateDir: '/var/lib/varco',
      spid: { metadata: [{ file: '/etc/varco/spid.xml' }], names: { 'https://idp.example': 'Example ID' } },
      cie: { metadata: [{ url: 'https://cie.example/metadata' }], comparison: 'minimum' },
      outgoing: { allowedNetworks: [] },
      log: { level: 'info', pretty: false },
      signingKeys: { after: 180 * 24 * 3_600_000, publish: 24 * 3_600_000 },
      region: { cnsLabel: { it: 'CNS' }, methodOrder: ['spid', 'cie', 'cns'] },
    })
    expect(config.masterKeys).toEqual([{ id: '2026-01', key: Buffer.alloc(32, 1) }])
    expect(config.subjectKey).toEqual(Buffer.alloc(32, 2))
    expect(config.cns).toMatchObject({
      startUrl: 'https://cns.login.regione.example',
      listen: { host: '0.0.0.0', port: 7003 },
      handshake: { by: 'varco', maxVersion: 'TLSv1.2' },
    })
    expect(config.cns?.handshake).not.toHaveProperty('securityLevel')
    expect(config.cns?.trust).toHaveLength(2)
  })

  it('may leave TLS with the card to a proxy', async () => {
    const config = configOf(await load(withGateway([CARD_TLS, PROXY])))
    const { PROXY_SECRET: secret } = validEnv
    expect(config.cns?.handshake).toEqual({ by: 'proxy', from: ['10.1.0.0/16'], secret, header: 'nginx' })
  })

  it('may know that proxy by its certificate', async () => {
    const tls = 'tls: { key: file:spid.key, certificate: spid.pem, clients: [ca.pem] }'
    const config = configOf(await load(withGateway([CARD_TLS, PROXY.replace('secret: env:PROXY_SECRET', tls)])))
    expect(config.cns?.handshake).toMatchObject({
      by: 'proxy',
      tls: { clients: [expect.any(String), expect.any(String)] },
    })
    expect(config.cns?.handshake).not.toHaveProperty('secret')
  })

  it('may have TLS 1.3 and a lower security level for cards', async () => {
    const loaded = await load(withGateway([CARD_TLS, `${CARD_TLS}\n  tls_max_version: "1.3"\n  security_level: 1`]))
    expect(loaded).toMatchObject({
      config: { cns: { handshake: { by: 'varco', maxVersion: 'TLSv1.3', securityLevel: 1 } } },
      warnings: [],
    })
  })

  it('gives each tenant its addresses, the region below it and its secrets as hashes', async () => {
    const [tenant] = configOf(await load()).tenants
    expect(tenant).toMatchObject({
      id: 'esempio',
      issuer: 'https://login.regione.example/t/esempio',
      mountPath: '/t/esempio',
      sector: 'esempio',
      defaultLanguage: 'it',
      helpdesk: { phone: '0461 000000', hours: { it: 'lun–ven' } },
      legal: { privacyUrl: { it: 'https://regione.example/privacy' } },
      methods: { spid: true, cie: true, cns: true },
      spid: {
        entityId: 'https://login.regione.example/pub-ag-full/c_x999',
        acsUrl: 'https://login.regione.example/t/esempio/saml/spid/acs',
        attributeSets: [{ index: 0, attributes: ['fiscalNumber', 'name', 'familyName', 'dateOfBirth'] }],
      },
      cie: {
        entityId: 'https://login.regione.example/cie/c_x999',
        acsUrl: 'https://login.regione.example/t/esempio/saml/cie/acs',
      },
    })
    expect(tenant?.clients[0]).toMatchObject({
      initiateLoginUri: 'https://www.comune.esempio.example/',
      minLevel: 2,
      auth: 'client_secret_basic',
      secrets: [{ sha256: createHash('sha256').update(validEnv.SITE_SECRET).digest('hex') }],
    })
  })

  it('is frozen all the way down', async () => {
    const config = configOf(await load())
    expect(Object.isFrozen(config.tenants[0]?.clients[0]?.redirectUris)).toBe(true)
    expect(Object.isFrozen(config.masterKeys)).toBe(true)
  })

  it('puts a tenant with a host of its own at the root of that host, its SAML on the regional one', async () => {
    const [tenant] = configOf(await load(withTenant(['site_url', 'host: accesso.esempio.example\nsite_url']))).tenants
    expect(tenant).toMatchObject({
      issuer: 'https://accesso.esempio.example',
      mountPath: '',
      host: 'accesso.esempio.example',
    })
    expect(tenant?.spid.acsUrl).toBe('https://login.regione.example/t/esempio/saml/spid/acs')
  })

  it('takes a secret from a file, without the line break at its end', async () => {
    const files = {
      ...withTenant(['env:SITE_SECRET', 'file:site']),
      '/etc/varco/tenants/site': `${validEnv.SITE_SECRET}\n`,
    }
    const secret = createHash('sha256').update(validEnv.SITE_SECRET).digest('hex')
    expect(configOf(await load(files)).tenants[0]?.clients[0]?.secrets).toEqual([{ sha256: secret }])
  })

  it('takes the region’s help desk only where the tenant has none at all', async () => {
    const files = withTenant(['site_url', 'helpdesk: { email: aiuto@esempio.example }\nsite_url'])
    expect(configOf(await load(files)).tenants[0]?.helpdesk).toEqual({ email: 'aiuto@esempio.example' })
  })

  it('switches off the ways in that the gateway lacks', async () => {
    const files = withGateway(['cie: { metadata: ["https://cie.example/metadata"] }\n', ''])
    expect(configOf(await load(files)).tenants[0]?.methods).toEqual({ spid: true, cie: false, cns: true, eidas: false })
  })

  it.each([
    [':7000', { host: '0.0.0.0', port: 7000 }],
    ['"[::1]:7000"', { host: '::1', port: 7000 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
  ])('listens on %s', async (written, listen) => {
    expect(configOf(await load(withGateway(['listen: 127.0.0.1:7000', `listen: ${written}`]))).listen).toEqual(listen)
  })

  it.each(['http://localhost:7000', 'http://127.0.0.1:7000', 'http://login.localhost'])(
    'may be %s on this machine',
    async (url) => {
      expect(configOf(await load(withGateway(['https://login.regione.example', url]))).publicUrl).toBe(url)
    },
  )
})

describe('a broken configuration', () => {
  it('is told of all its files at once', async () => {
    const files = {
      ...withGateway(['listen: 127.0.0.1:7000', 'listen: 7000']),
      '/etc/varco/region.yaml': 'nome: Regione\n',
      '/etc/varco/tenants/esempio.yaml': edited(tenantYaml, ['schema: 1', 'schema: 2'], ['fiscal_number', 'iban']),
      '/etc/varco/tenants/zoppo.yaml': 'id: [',
    }
    const found = problemsOf(await load(files)).map(({ file, line, path }) => `${file}:${line} ${path}`)
    expect(found.toSorted()).toEqual([
      '/etc/varco/gateway.yaml:2 listen',
      '/etc/varco/region.yaml:1 name',
      '/etc/varco/region.yaml:1 nome',
      '/etc/varco/tenants/esempio.yaml:1 schema',
      '/etc/varco/tenants/esempio.yaml:14 clients[0].claims[1]',
      '/etc/varco/tenants/zoppo.yaml:1 ',
    ])
  })

  it('still hears of a secret that is missing in a tenant file', async () => {
    const loaded = await load(withGateway(['listen: 127.0.0.1:7000', 'listen: 7000']), {
      ...validEnv,
      SITE_SECRET: undefined,
    })
    expect(problemsOf(loaded).map(({ path }) => path)).toEqual(['listen', 'clients[0].secrets[0]'])
  })

  it('never shows a secret', async () => {
    const files = withGateway(['env:SUBJECT_KEY', 'hunter2-in-the-file'])
    const env = { ...validEnv, MASTER_KEY: 'hunter2-too-short', SITE_SECRET: 'hunter2' }
    const text = formatProblems(problemsOf(await load(files, env)))
    expect(text).toContain('subject_key.value')
    expect(text).not.toContain('hunter2')
  })

  it('is a problem, not an exception, when the file is not there', async () => {
    expect(problemsOf(await load({}))).toMatchObject([{ file: GATEWAY, reason: 'cannot be read (ENOENT)' }])
  })

  it.each<[what: string, from: string, to: string, path: string, reason: string]>([
    [
      'a public URL with a path',
      'login.regione.example',
      'login.regione.example/x',
      'public_url',
      'is more than an origin',
    ],
    [
      'a public URL with a slash',
      'login.regione.example',
      'login.regione.example/',
      'public_url',
      'is more than an origin',
    ],
    ['a public URL without TLS', 'https://login', 'http://login', 'public_url', 'http:// is not allowed'],
    ['a proxy that is no network', '[127.0.0.1]', '[10.0.0.0/33]', 'trusted_proxies[0]', 'is neither'],
    [
      'a limit that would lock out a school',
      'state_dir',
      'rate_limits: { login_starts: 5 }\nstate_dir',
      'rate_limits.login_starts',
      'is not between 60',
    ],
    ['a store nobody knows', 'kind: redis', 'kind: paper', 'store.kind', 'is no store'],
    ['a Redis password in the file', 'redis://127', 'redis://u:p@127', 'store.url', 'is no Redis address'],
    [
      'keys that are to sign before sites know them',
      'state_dir',
      'signing_keys: { publish_hours: 1 }\nstate_dir',
      'signing_keys.publish_hours',
      'is no time for sites',
    ],
    [
      'keys that are to sign for ever',
      'state_dir',
      'signing_keys: { rotate_after_days: 4000 }\nstate_dir',
      'signing_keys.rotate_after_days',
      'is no age of keys',
    ],
    ['no master key', '[{ id: "2026-01", key: env:MASTER_KEY }]', '[]', 'master_keys', 'is empty'],
    [
      'two master keys of one id',
      'MASTER_KEY }]',
      'MASTER_KEY }, { id: "2026-01", key: env:MASTER_KEY }]',
      'master_keys[1].id',
      'stands twice',
    ],
    [
      'a variable that is not set',
      'env:MASTER_KEY',
      'env:NOBODY',
      'master_keys[0].key',
      'the variable NOBODY is not set',
    ],
    [
      'a file that is not there',
      'file:cie.key',
      'file:no.key',
      'aggregator.cie.key',
      '/etc/varco/no.key cannot be read (ENOENT)',
    ],
    ['a key that is none', 'file:cie.key', 'file:cie.pem', 'aggregator.cie.key', 'is not a private key in PEM'],
    [
      'a certificate that is none',
      'certificate: cie.pem',
      'certificate: cie.key',
      'aggregator.cie.certificate',
      'is not a certificate',
    ],
    [
      'the certificate of another key',
      'certificate: cie.pem',
      'certificate: spid.pem',
      'aggregator.cie.certificate',
      'does not belong',
    ],
    ['a master key as subject key', 'env:SUBJECT_KEY', 'env:MASTER_KEY', 'subject_key.value', 'is also a master key'],
    [
      'another subject key than before',
      'env:SUBJECT_KEY',
      `env:SUBJECT_KEY\n  fingerprint: ${'a'.repeat(64)}`,
      'subject_key.fingerprint',
      'is not the fingerprint',
    ],
    [
      'a sandbox beside the list of the real providers',
      'spid: { metadata: [spid.xml]',
      'sandbox: true\nspid: { registry: { source: https://registry.spid.gov.it/x }, metadata: [spid.xml]',
      'sandbox',
      'is true beside spid.registry',
    ],
    ['metadata that is not there', '[spid.xml]', '[spid.xml, x.xml]', 'spid.metadata[1]', 'cannot be read'],
    ['trust without a certificate', '[ca.pem]', '[spid.xml]', 'cns.trust[0]', 'holds no certificates'],
    ['CNS without TLS', 'https://cns.login.regione.example', 'http://localhost', 'cns.url', 'must be https'],
    [
      'CNS on the login host',
      'https://cns.login.regione.example',
      'https://login.regione.example',
      'cns.url',
      'is the host of public_url',
    ],
    ['a card listener without TLS or proxy', `  ${CARD_TLS}\n`, '', 'cns.tls', 'is missing'],
    ['TLS of its own beside a proxy', CARD_TLS, `${CARD_TLS}\n  ${PROXY}`, 'cns.tls', 'stands beside proxy'],
    ['a TLS version beside a proxy', CARD_TLS, `${PROXY}\n  tls_max_version: "1.2"`, 'cns.tls_max_version', 'beside'],
    ['a security level beside a proxy', CARD_TLS, `${PROXY}\n  security_level: 1`, 'cns.security_level', 'beside'],
    ['a proxy from nowhere', CARD_TLS, PROXY.replace('10.1.0.0/16', ''), 'cns.proxy.from', 'is empty'],
    ['a proxy from a name', CARD_TLS, PROXY.replace('10.1.0.0/16', 'proxy'), 'cns.proxy.from[0]', 'is neither'],
    ['a proxy with its secret in the file', CARD_TLS, PROXY.replace('env:', ''), 'cns.proxy.secret', 'is neither'],
    [
      'a proxy that nothing proves',
      CARD_TLS,
      PROXY.replace('secret: env:PROXY_SECRET, ', ''),
      'cns.proxy',
      'does not say how',
    ],
    [
      'a proxy by TLS with whomever',
      CARD_TLS,
      PROXY.replace('secret: env:PROXY_SECRET', 'tls: { key: file:spid.key, certificate: spid.pem, clients: [] }'),
      'cns.proxy.tls.clients',
      'is empty',
    ],
    ['a short secret of the proxy', CARD_TLS, PROXY.replace('PROXY_', 'SITE_'), 'cns.proxy.secret', 'is not 32'],
    ['a header of nobody', CARD_TLS, PROXY.replace('nginx', 'apache'), 'cns.proxy.header', 'must be one of'],
    ['TLS 1.1', CARD_TLS, `${CARD_TLS}\n  tls_max_version: "1.1"`, 'cns.tls_max_version', 'must be one of'],
    ['a security level to raise', CARD_TLS, `${CARD_TLS}\n  security_level: 3`, 'cns.security_level', 'is not a level'],
    [
      'a comparison that CIE does not have',
      'cie: { metadata',
      'cie: { comparison: better, metadata',
      'cie.comparison',
      'must be one of',
    ],
    [
      'a company whose activity is in words',
      'aggregator:',
      'aggregator:\n  nace2_codes: [software]',
      'aggregator.nace2_codes[0]',
      'is not an ATECO code',
    ],
    [
      'the number of ISTAT as its municipality',
      'aggregator:',
      'aggregator:\n  municipality: "022205"',
      'aggregator.municipality',
      'is not a Belfiore code',
    ],
    ['a country in words', 'aggregator:', 'aggregator:\n  country: Italia', 'aggregator.country', 'is not a country'],
    ['no tenants', 'tenants: tenants', 'tenants: nowhere', 'tenants', 'is not a folder'],
  ])('is refused with %s', async (_, from, to, path, reason) => {
    const problems = problemsOf(await load(withGateway([from, to])))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ file: GATEWAY, path, reason: expect.stringContaining(reason) })
    expect(problems[0]?.fix).not.toBe('')
  })

  it('is refused with a weak key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const files = {
      ...validFiles(),
      '/etc/varco/cie.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
    expect(problemsOf(await load(files))).toMatchObject([
      { path: 'aggregator.cie.key', reason: 'is shorter than RSA 2048' },
    ])
  })

  it('is refused with a region that orders the ways in twice', async () => {
    const files = validFiles()
    files['/etc/varco/region.yaml'] += 'method_order: [spid, spid, cie]\n'
    expect(problemsOf(await load(files))).toMatchObject([
      { file: '/etc/varco/region.yaml', path: 'method_order[1]', reason: 'stands twice in this list' },
    ])
    files['/etc/varco/region.yaml'] = files['/etc/varco/region.yaml']?.replace('[spid, spid, cie]', '[]') ?? ''
    expect(problemsOf(await load(files))).toMatchObject([{ path: 'method_order', reason: 'is empty' }])
  })

  it('is refused where a tenant wants a way in that the region has switched off', async () => {
    const files = validFiles()
    files['/etc/varco/region.yaml'] += 'method_order: [cie, cns]\n'
    expect(configOf(await load(files)).tenants[0]?.methods).toEqual({ spid: false, cie: true, cns: true, eidas: false })
    files['/etc/varco/tenants/esempio.yaml'] += 'methods: { spid: true }\n'
    expect(problemsOf(await load(files))).toMatchObject([
      { path: 'methods.spid', reason: 'is on, but the gateway has no such way in' },
    ])
  })
})

describe('warnings', () => {
  it('stand beside a configuration that is valid', async () => {
    const loaded = await load(withGateway(['cie: { metadata', 'cie: { comparison: exact, metadata']))
    expect(loaded).toMatchObject({
      config: { cie: { comparison: 'exact' } },
      warnings: [{ path: 'cie.comparison', warning: true }],
    })
  })

  it('stand beside a gateway that takes every citizen for its proxy', async () => {
    const loaded = await load(withGateway(['trusted_proxies: [127.0.0.1]', 'trusted_proxies: []']))
    expect(loaded).toMatchObject({ warnings: [{ path: 'trusted_proxies', warning: true }] })
  })

  it('stand beside a card listener that takes SHA-1', async () => {
    const loaded = await load(withGateway([CARD_TLS, `${CARD_TLS}\n  security_level: 0`]))
    expect(loaded).toMatchObject({ warnings: [{ path: 'cns.security_level', warning: true }] })
  })
})
