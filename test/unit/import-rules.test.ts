import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * "Who may import whom": docs/architecture.md says why. A room is a folder or a file of src/; it may always import from itself.
 * What stands under `types` may be imported only as a type, which leaves no trace when the program runs.
 */
interface Room {
  readonly may: readonly string[]
  readonly types?: readonly string[]
  /** Of Node itself; without it, all. */
  readonly node?: readonly string[]
}

const EVERYTHING = ['']
const national = { may: ['upstream/saml', 'upstream/upstream', 'citizen', 'errors'] }

const rooms: Readonly<Record<string, Room>> = {
  main: { may: EVERYTHING },
  gateway: { may: EVERYTHING },
  cli: { may: EVERYTHING },
  app: { may: EVERYTHING },
  'tenant-app': { may: EVERYTHING },
  'national-systems': { may: EVERYTHING },
  watching: { may: EVERYTHING },
  listeners: { may: ['config', 'http', 'national-systems'] },
  workers: { may: EVERYTHING },
  'tenant-apps': { may: EVERYTHING },
  reload: { may: EVERYTHING },
  'service-provider': { may: ['upstream', 'tenant', 'config', 'citizen', 'audit', 'errors'] },
  // the list of card authorities: read beside the upstreams, by the XML reader of one and for another
  'trust-list': { may: ['upstream/saml', 'upstream/spid', 'errors'] },
  interaction: {
    may: [
      'upstream/upstream',
      'upstream/run-strategy',
      'tenant',
      'citizen',
      'claims/acr',
      'store',
      'audit',
      'http',
      'errors',
    ],
    types: ['oidc'],
  },
  oidc: { may: ['claims', 'citizen', 'tenant', 'store', 'keyring', 'audit', 'errors'] },
  'upstream/index': { may: ['upstream', 'citizen', 'errors'] },
  'upstream/spid': national,
  'upstream/cie': national,
  'upstream/eidas': national,
  'upstream/cns': { may: ['upstream/upstream', 'citizen', 'errors'] },
  'upstream/saml': { may: ['upstream/upstream', 'citizen', 'errors'] },
  'upstream/upstream': { may: ['citizen', 'errors'] },
  'upstream/run-strategy': { may: ['upstream/upstream', 'citizen', 'errors'] },
  http: { may: ['tenant', 'store', 'audit', 'errors', 'views'] },
  tenant: { may: ['citizen', 'errors', 'config'] },
  config: { may: ['citizen', 'errors', 'tenant'] },
  claims: { may: ['citizen'], types: ['tenant'], node: ['crypto'] },
  citizen: { may: [], node: [] },
  errors: { may: [], node: [] },
  sealing: { may: [], node: ['crypto'] },
  random: { may: [], node: ['crypto'] },
  store: { may: ['errors', 'sealing'] },
  keyring: { may: ['errors', 'sealing'] },
  // the register's proofs are made like the files of the keyring
  audit: { may: ['errors', 'sealing', 'keyring/new-file', 'keyring/register-keys'] },
  // what operators see and switch: told by the audit and by http, asked by main alone
  operations: { may: ['audit', 'store', 'errors'], types: ['http', 'tenant'] },
}

/** Packages by place: what is not named here has no place in src/. */
const packages: Readonly<Record<string, Room>> = {
  'oidc-provider': { may: ['oidc'] },
  '@node-saml/node-saml': { may: ['upstream/saml'] },
  '@xmldom/xmldom': { may: ['upstream/saml'] },
  'libxml2-wasm': { may: ['upstream/saml'] },
  '@peculiar/asn1-x509': { may: ['upstream/cie', 'upstream/cns', 'upstream/spid'] },
  '@peculiar/asn1-schema': { may: ['upstream/cie', 'upstream/cns', 'upstream/spid'] },
  '@peculiar/asn1-csr': { may: ['upstream/spid'] },
  fflate: { may: ['cli'] },
  passport: { may: ['upstream'] },
  ioredis: { may: ['store'] },
  'prom-client': { may: ['operations'] },
  '@opentelemetry/api': { may: ['operations'] },
  '@opentelemetry/exporter-trace-otlp-http': { may: ['operations'] },
  '@opentelemetry/resources': { may: ['operations'] },
  '@opentelemetry/sdk-trace': { may: ['operations'] },
  jose: { may: ['oidc'] },
  'rate-limiter-flexible': { may: ['store'] },
  ejs: { may: ['http/render'] },
  koa: { may: ['app', 'tenant-app', 'http', 'interaction', 'upstream/run-strategy'] },
  pino: { may: ['main'], types: EVERYTHING },
  yaml: { may: ['config'] },
  zod: { may: ['config', 'tenant'] },
}

interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
}

const importsOf = (source: string): readonly Import[] => {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const lines = code.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:([^'"()]*?)\s*from\s*)?['"]([^'"]+)['"]/gm)
  const dynamic = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [
    ...Array.from(lines, ([, type, names = '', specifier = '']) => ({
      specifier,
      typeOnly: type !== undefined || isListOfTypes(names),
    })),
    ...Array.from(dynamic, ([, specifier = '']) => ({ specifier, typeOnly: false })),
  ]
}

/** `{ type A, type B }`. */
const isListOfTypes = (names: string): boolean => {
  const list = /^\{([^}]*)\}$/.exec(names.trim())?.[1]?.split(',') ?? []
  const named = list.map((name) => name.trim()).filter((name) => name !== '')
  return named.length > 0 && named.every((name) => name.startsWith('type '))
}

/** `src/upstream/saml/checks/version.ts` → `upstream/saml/checks/version`. */
const placeOf = (file: string): string => file.replace(/^src\//, '').replace(/\.ts$/, '')

const isInside = (place: string, room: string): boolean => room === '' || place === room || place.startsWith(`${room}/`)

const roomOf = (place: string): string | undefined => Object.keys(rooms).find((room) => isInside(place, room))

/** Each forbidden arrow of a file of src/, in words. `file` is relative to the checkout. */
const forbiddenArrows = (file: string, source: string): readonly string[] => {
  const place = placeOf(file)
  const name = roomOf(place)
  const room = name === undefined ? undefined : rooms[name]
  if (name === undefined || room === undefined) return [`${file} stands in no room of the design`]
  return importsOf(source)
    .filter(({ specifier, typeOnly }) => {
      if (isBuiltin(specifier)) return room.node !== undefined && !room.node.includes(specifier.replace(/^node:/, ''))
      if (!specifier.startsWith('.')) {
        const allowed = packages[packageOf(specifier)]
        return allowed === undefined || !allows(allowed, place, typeOnly)
      }
      const target = posix.join(posix.dirname(file), specifier)
      if (!target.startsWith('src/')) return !isAllowedOutside(target, name)
      const to = placeOf(target)
      if (isInside(to, name)) return false
      return ![...room.may, ...(typeOnly ? (room.types ?? []) : [])].some((one) => isInside(to, one))
    })
    .map(({ specifier }) => `${file} → ${specifier}`)
}

const allows = ({ may, types }: Room, place: string, typeOnly: boolean): boolean =>
  [...may, ...(typeOnly ? (types ?? []) : [])].some((room) => isInside(place, room))

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Pages and dictionaries belong to http/; the command reads its own version. Never sandbox/, test/ or bench/. */
const isAllowedOutside = (target: string, room: string): boolean =>
  (target.startsWith('views/') && room === 'http') || (target === 'package.json' && room === 'cli')

const root = dirname(dirname(import.meta.dirname))

describe('imports of src/', () => {
  it.each(globSync('src/**/*.ts', { cwd: root }))('%s imports only what its folder may', (file) => {
    expect(forbiddenArrows(file, readFileSync(join(root, file), 'utf8'))).toEqual([])
  })
})

describe('the rules', () => {
  const arrows = (file: string, ...lines: string[]) => forbiddenArrows(file, lines.join('\n'))

  it('name the file and the forbidden arrow', () => {
    expect(arrows('src/oidc/policy.ts', "import { x } from '../upstream/index.ts'")).toEqual([
      'src/oidc/policy.ts → ../upstream/index.ts',
    ])
  })

  it.each([
    ['src/upstream/spid/spid.ts', "import { cie } from '../cie/cie.ts'"],
    ['src/upstream/saml/strategy.ts', "import { profile } from '../spid/profile.ts'"],
    ['src/upstream/cns/cns.ts', "import { sign } from '../saml/xml.ts'"],
    ['src/interaction/callback.ts', "import { strategy } from '../upstream/saml/strategy.ts'"],
    ['src/interaction/callback.ts', "import { provider } from '../oidc/provider.ts'"],
    ['src/claims/map.ts', "import { createTenantRegistry } from '../tenant/registry.ts'"],
    ['src/claims/map.ts', "import { readFile } from 'node:fs/promises'"],
    ['src/citizen/citizen.ts', "import { GatewayError } from '../errors.ts'"],
    ['src/store/redis.ts', "import type { Tenant } from '../tenant/tenant.ts'"],
    ['src/main.ts', "import { card } from '../sandbox/card.ts'"],
    ['src/cli/demo.ts', "await import('../../sandbox/demo.ts')"],
    ['src/app.ts', "export * from '../test/e2e/gateway.ts'"],
    ['src/http/render.ts', "import Provider from 'oidc-provider'"],
    ['src/upstream/spid/spid.ts', "import Koa from 'koa'"],
    ['src/upstream/spid/spid.ts', "import type Koa from 'koa'"],
    ['src/oidc/adapter.ts', "import { pino } from 'pino'"],
    ['src/config/load.ts', "import lodash from 'lodash'"],
    ['src/config/load.ts', 'import {', '  a,', '  type B,', "} from '../store/store.ts'"],
    ['src/config/load.ts', "import '../store/store.ts'"],
    ['src/helpers/strings.ts', ''],
  ])('forbid, in %s: %s', (file, ...lines) => {
    expect(arrows(file, ...lines)).toHaveLength(1)
  })

  it.each([
    ['src/interaction/callback.ts', "import type { Outcome } from '../upstream/upstream.ts'"],
    ['src/interaction/callback.ts', "import { type Provider, type Client } from '../oidc/provider.ts'"],
    ['src/claims/map.ts', "import type { Tenant } from '../tenant/tenant.ts'"],
    ['src/oidc/adapter.ts', "import type { Logger } from 'pino'"],
    ['src/http/render.ts', "import { it } from '../../views/locales/it.ts'"],
    ['src/store/redis.ts', "// import { x } from '../oidc/provider.ts'"],
    ['src/upstream/index.ts', "import { spid } from './spid/spid.ts'"],
    ['src/cli.ts', "import { runCommand } from './cli/run-command.ts'"],
  ])('allow, in %s: %s', (file, line) => {
    expect(arrows(file, line)).toEqual([])
  })
})
