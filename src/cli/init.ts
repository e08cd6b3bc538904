/** `varco init`: from an empty folder to a gateway that starts. Everything comes from the command line; nobody is asked. */
import { createHash, createPublicKey, randomBytes } from 'node:crypto'
import { join, relative, resolve } from 'node:path'
import { loadGatewayConfig } from '../config/load.ts'
import { formatProblems, type Problem } from '../config/problem.ts'
import type { Readers } from '../config/references.ts'
import { newSigningKey, selfSignedCertificate } from '../upstream/spid/certificate.ts'
import { usualPolicies } from '../upstream/spid/certificate-names.ts'
import { type Arguments, type Command, jsonText, UsageError, type World } from './command.ts'
import { gatewayText, gitignore, type InitFacts, regionText, tenantsReadme } from './init-files.ts'

const checkout = join(import.meta.dirname, '../..')
const DAY = 24 * 60 * 60 * 1000
const YEARS = 5

export const init: Command = {
  name: 'init',
  operands: ['FOLDER'],
  options: '--url URL --name TEXT --ipa CODE --city TEXT --email ADDRESS --phone NUMBER [--json]',
  summary: 'writes a new gateway into an empty folder: its files, keys, secrets and certificates; never over anything',
  run: async (args, world) => {
    const [folder = ''] = args.operands
    const standing = await world.readers.readDir(folder).catch(({ code }: NodeJS.ErrnoException) => {
      if (code === 'ENOTDIR') throw new UsageError(`${folder} is a file: name a new folder.`)
      return []
    })
    if (standing.length > 0) throw new UsageError(`${folder} is not empty: name a new folder, nothing is overwritten.`)
    const made = await makeFiles(folder, args, world)
    const problems = await problemsWith(folder, made.files, world.readers)
    if (problems.length > 0) {
      world.err(`${formatProblems(problems)}Nothing was written.\n`)
      return 1
    }
    for (const [name, text] of made.files) await world.createFile(join(folder, name), text)
    const files = [...made.files.keys()]
    const { fingerprint, end } = made
    world.out(
      args.json
        ? jsonText({ folder, files, subjectKeyFingerprint: fingerprint, certificatesEnd: end })
        : report(folder, made),
    )
    return 0
  },
}

interface Made {
  /** By their names below the folder. */
  readonly files: ReadonlyMap<string, string>
  readonly fingerprint: string
  /** Day on which the certificates end. */
  readonly end: string
}

const makeFiles = async (folder: string, args: Arguments, { now, readers }: World): Promise<Made> => {
  const { url, ...known } = factsOf(args)
  const [masterKey, subjectKey] = [randomBytes(32), randomBytes(32)]
  const names = await readers.readFile(join(checkout, 'config/idp/names.yaml')).catch(() => undefined)
  const fingerprint = createHash('sha256').update(subjectKey).digest('hex')
  const facts: InitFacts = {
    ...known,
    url,
    subjectKeyFingerprint: fingerprint,
    masterKeyId: new Date(now()).toISOString().slice(0, 7),
    schemas: relative(resolve(folder), join(checkout, 'docs/schema')),
    hasNames: names !== undefined,
  }
  const validity = { notBefore: now() - DAY / 24, notAfter: now() + YEARS * 365 * DAY }
  const pair = async (use: 'spid' | 'cie'): Promise<[string, string][]> => {
    const privateKey = await newSigningKey(2048)
    const subject = {
      commonName: facts.name,
      organizationName: facts.name,
      uri: url.origin,
      organizationIdentifier: `PA:IT-${facts.ipaCode}`,
      localityName: facts.city,
    }
    const keys = { privateKey, publicKey: createPublicKey(privateKey) }
    return [
      [`secrets/${use}.key`, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
      [`trust/${use}.pem`, selfSignedCertificate({ subject, policies: usualPolicies }, keys, validity)],
    ]
  }
  return {
    files: new Map([
      ['gateway.yaml', gatewayText(facts)],
      ['region.yaml', regionText(facts)],
      ['tenants/README.md', tenantsReadme],
      ['.gitignore', gitignore],
      ['secrets/master.key', `${masterKey.toString('base64')}\n`],
      ['secrets/subject.key', `${subjectKey.toString('base64')}\n`],
      ...(await pair('spid')),
      ...(await pair('cie')),
      ...(names === undefined ? [] : [['idp/names.yaml', names] as const]),
    ]),
    fingerprint,
    end: new Date(validity.notAfter).toISOString().slice(0, 10),
  }
}

const EXAMPLE =
  'varco init /etc/varco --url https://login.regione.example --name "Regione di Esempio" --ipa r_esempi ' +
  '--city Trento --email spid@regione.example --phone +390461000000'

const factsOf = ({ service, ipa, init: { city, email, phone } }: Arguments) => {
  const given = { url: service.url, name: service.name, ipa, city, email, phone }
  const lacking = Object.entries(given).flatMap(([key, value]) => (value?.trim() ? [] : [`--${key}`]))
  if (lacking.length > 0) throw new UsageError(`${lacking.join(', ')} must be said. For example: ${EXAMPLE}`)
  const url = URL.parse(given.url ?? '')
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url ${given.url} is no address: write https:// and the host that citizens shall see.`)
  const { name = '', city: place = '', email: mail = '', phone: number = '' } = given
  return { url, name, ipaCode: ipa ?? '', city: place, email: mail, phone: number }
}

/** What is about to be written, read by the rules of every file; that it has no tenant yet is how it should be. */
const problemsWith = async (folder: string, files: Made['files'], readers: Readers): Promise<readonly Problem[]> => {
  const textOf = (path: string) => files.get(relative(folder, path))
  const loaded = await loadGatewayConfig(join(folder, 'gateway.yaml'), {
    ...readers,
    readFile: async (path) => textOf(path) ?? readers.readFile(path),
    readDir: async () => [],
  })
  return 'problems' in loaded ? loaded.problems.filter(({ path }) => path !== 'tenants') : []
}

const report = (folder: string, { fingerprint, end }: Made): string => {
  const config = join(folder, 'gateway.yaml')
  return `${folder}
  gateway.yaml  the gateway; its comments say what may be changed
  region.yaml   what holds for every Comune
  secrets/      the keys, for their owner only
  trust/        certificates towards SPID and CIE, valid until ${end}
  tenants/      one file for each Comune

The subject key makes every citizen's identifier and can never be replaced. Its fingerprint stands in gateway.yaml:
  ${fingerprint}

Next:
  1. Copy ${join(folder, 'secrets')} to a safe place that is not this machine.
  2. Let it belong to the user that Varco runs as: chown -R varco: ${folder}
  3. Read region.yaml, and add its legal addresses: a tenant needs them to be live.
  4. varco tenant new TENANT --config ${config} --name TEXT --ipa c_x999 --url URL
  5. varco start --config ${config} --check
`
}
