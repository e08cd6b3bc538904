/** A gateway's configuration in memory: what a test changes is all that differs from a valid one. */
import { join } from 'node:path'
import { selfSigned } from '../../../sandbox/pki/certificate.ts'
import { type Loaded, loadGatewayConfig } from '../../../src/config/load.ts'
import { formatProblems, type Problem } from '../../../src/config/problem.ts'
import type { Readers } from '../../../src/config/references.ts'

export const GATEWAY = '/etc/varco/gateway.yaml'

const gatewayYaml = `public_url: https://login.regione.example
listen: 127.0.0.1:7000
operations: { listen: 127.0.0.1:7001 }
trusted_proxies: [127.0.0.1]
store: { kind: redis, url: "redis://127.0.0.1:6379/0" }
state_dir: /var/lib/varco
master_keys: [{ id: "2026-01", key: env:MASTER_KEY }]
subject_key:
  value: env:SUBJECT_KEY
region: region.yaml
aggregator:
  spid: { key: file:spid.key, certificate: spid.pem }
  cie: { key: file:cie.key, certificate: cie.pem }
spid: { metadata: [spid.xml], names: names.yaml }
cie: { metadata: ["https://cie.example/metadata"] }
cns:
  url: https://cns.login.regione.example
  listen: ":7003"
  tls: { key: file:spid.key, certificate: spid.pem }
  trust: [ca.pem]
tenants: tenants
`

const regionYaml = `name: { it: Regione di Esempio }
helpdesk: { phone: "0461 000000", hours: { it: lun–ven } }
legal: { privacy_url: https://regione.example/privacy, accessibility_url: https://regione.example/accessibilita }
`

export const tenantYaml = `schema: 1
id: esempio
state: test
organisation:
  ipa_code: c_x999
  belfiore: X999
  names: { it: Comune di Esempio }
site_url: https://www.comune.esempio.example
clients:
  - id: sito
    names: { it: Sito }
    url: https://www.comune.esempio.example/
    redirect_uris: [https://www.comune.esempio.example/callback]
    claims: [given_name, fiscal_number]
    secrets: [env:SITE_SECRET]
`

interface KeyPairPem {
  readonly key: string
  readonly certificate: string
}

const keyPair = async (): Promise<KeyPairPem> => {
  const { key, certificate } = await selfSigned({
    subject: [['CN', 'test']],
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2036-01-01'),
    extensions: [],
  })
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate }
}

const [one, other] = await Promise.all([keyPair(), keyPair()])

export const validEnv = {
  MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  SUBJECT_KEY: Buffer.alloc(32, 2).toString('hex'),
  SITE_SECRET: 'a-secret-of-enough-characters',
  PROXY_SECRET: 'f'.repeat(64),
}

export const validFiles = (): Record<string, string> => ({
  [GATEWAY]: gatewayYaml,
  '/etc/varco/region.yaml': regionYaml,
  '/etc/varco/names.yaml': 'https://idp.example: Example ID\n',
  '/etc/varco/spid.xml': '<md:EntitiesDescriptor/>',
  '/etc/varco/spid.key': one.key,
  '/etc/varco/spid.pem': one.certificate,
  '/etc/varco/cie.key': other.key,
  '/etc/varco/cie.pem': other.certificate,
  // of the tenant alone
  '/etc/varco/secrets/esempio/spid.key': one.key,
  '/etc/varco/secrets/esempio/spid.pem': one.certificate,
  '/etc/varco/secrets/esempio/cie.key': other.key,
  '/etc/varco/secrets/esempio/cie.pem': other.certificate,
  '/etc/varco/ca.pem': `${one.certificate}\n${other.certificate}\n`,
  '/etc/varco/tenants/esempio.yaml': tenantYaml,
})

export const readersOf = (
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): Readers => {
  const readFile = async (path: string) => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
    return text
  }
  return {
    env,
    readFile,
    // one character a byte, so that a test can write any
    readBytes: async (path) => Buffer.from(await readFile(path), 'latin1'),
    readDir: async (path) => {
      const inside = Object.keys(files).filter((file) => file.startsWith(join(path, '/')))
      if (inside.length === 0) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
      return inside.map((file) => file.slice(path.length + 1))
    },
    realPath: async (path) => path,
  }
}

/** `edit`: [text in the file, what stands there instead]. A text that is not there is a mistake of the test. */
export const edited = (text: string, ...edits: readonly (readonly [from: string, to: string])[]): string =>
  edits.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`not in the file: ${from}`)
    return before.replace(from, () => to)
  }, text)

export const load = (
  files = validFiles(),
  env: Readonly<Record<string, string | undefined>> = validEnv,
): Promise<Loaded> => loadGatewayConfig(GATEWAY, readersOf(files, env))

export const problemsOf = (loaded: Loaded): readonly Problem[] => ('problems' in loaded ? loaded.problems : [])

export const configOf = (loaded: Loaded) => {
  if ('config' in loaded) return loaded.config
  throw new Error(formatProblems(loaded.problems))
}
