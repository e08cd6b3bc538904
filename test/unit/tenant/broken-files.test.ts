/** Files as people get them wrong, each beside exactly what they are told of it. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { selfSigned } from '../../../sandbox/pki/certificate.ts'
import { formatProblems } from '../../../src/config/problem.ts'
import { adviceOn } from '../../../src/tenant/advice.ts'
import { edited, load, tenantYaml, validEnv, validFiles } from '../config/files.ts'

const folder = join(dirname(dirname(import.meta.dirname)), 'fixtures/tenants-broken')
const FILE = '/etc/varco/tenants/esempio.yaml'
const NOW = Date.UTC(2026, 0, 15)

/** A tenant that is as it should be, whose own things no other may have. */
const neighbour = edited(
  tenantYaml,
  ['id: esempio', 'id: altro\nlanguages: [it]\nhost: accesso.altro.example\nsector: altro-settore'],
  ['c_x999', 'c_y888'],
  ['X999', 'Y888'],
  ['clients:', 'federation: { cie: { service_uuid: 4f108b63-6be5-45d6-a1ec-6095e03c2884 } }\nclients:'],
)

/** What was written down when the tenant `registrato` went live. */
const pinned = JSON.stringify({
  id: 'registrato',
  issuer: 'https://login.regione.example/t/registrato',
  sector: 'registrato',
  ipaCode: 'c_x999',
  spid: {
    entityId: 'https://login.regione.example/pub-ag-full/c_x999',
    acsUrl: 'https://login.regione.example/t/registrato/saml/spid/acs',
    attributeSets: [{ index: 0, attributes: ['fiscalNumber', 'name', 'familyName', 'dateOfBirth'] }],
  },
})

/** A pair of a tenant's own, which ends seventeen days after NOW. */
const own = await selfSigned({
  subject: [['CN', 'Comune di Esempio']],
  notBefore: new Date('2025-01-01'),
  notAfter: new Date('2026-02-01'),
  extensions: [],
})

const around = {
  '/etc/varco/tenants/altro.yaml': neighbour,
  '/var/lib/varco/live/registrato.json': pinned,
  '/etc/varco/tenants/own.key': own.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  '/etc/varco/tenants/own.pem': own.certificate,
}

const told = async (text: string): Promise<string> => {
  const loaded = await load({ ...validFiles(), ...around, [FILE]: text }, validEnv)
  if ('problems' in loaded) return formatProblems(loaded.problems.filter(({ file }) => file === FILE))
  return formatProblems(loaded.sources.filter(({ yaml }) => yaml.file === FILE).flatMap((one) => adviceOn(one, NOW)))
}

describe('a tenant file that is wrong', () => {
  const files = globSync('*.yaml', { cwd: folder }).toSorted()

  it('is there at least sixty times', () => expect(files.length).toBeGreaterThanOrEqual(60))

  it.each(files.map((file) => basename(file, '.yaml')))('%s: is told where, what and what to do', async (name) => {
    const read = (end: string) => readFileSync(join(folder, `${name}.${end}`), 'utf8')
    expect(await told(read('yaml'))).toBe(read('txt'))
  })
})
