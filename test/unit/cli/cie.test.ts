/** The command that makes what the Ministry gets: what it prints, what it misses, and with which exit code. */
import { describe, expect, it } from 'vitest'
import { look } from '../../../src/cli/doctor/look.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { NOW, signing, UUID } from '../../fixtures/cie/service-provider.ts'
import { edited, GATEWAY, readersOf, tenantYaml, validEnv, validFiles } from '../config/files.ts'

const TENANT = '/etc/varco/tenants/esempio.yaml'
type Edit = readonly [from: string, to: string]

const region: Edit = [
  'aggregator:',
  'aggregator:\n  name: Regione di Prova\n  ipa_code: r_prova\n  email: cie@regione.example\n  municipality: L378',
]
const registered: Edit = [
  'clients:',
  `federation: { cie: { service_uuid: ${UUID}, contact: { email: ced@comune.esempio.example } } }\nclients:`,
]

const run = async (gateway: readonly Edit[], tenant: readonly Edit[], id = 'esempio') => {
  const files: Record<string, string> = {
    ...validFiles(),
    [TENANT]: edited(tenantYaml, ...tenant),
    '/etc/varco/cie.key': signing.keyPem,
    '/etc/varco/cie.pem': signing.certificate,
  }
  files[GATEWAY] = edited(files[GATEWAY] ?? '', ...gateway)
  const seen = { out: '', err: '' }
  const code = await runCommand(['cie', 'metadata', id, '--config', GATEWAY], {
    out: (text) => {
      seen.out += text
    },
    err: (text) => {
      seen.err += text
    },
    now: () => NOW,
    user: 'operator',
    process: { host: 'desk', pid: 1 },
    newFile: () => Promise.reject(new Error('nothing is written piece by piece')),
    look,
    randomUuid: () => UUID,
    readInput: async () => '',
    readers: readersOf(files, validEnv),
    writeFile: async () => {},
    createFile: async () => {},
    runGateway: async () => {},
  })
  return { ...seen, code }
}

describe('cie metadata', () => {
  it('prints the document', async () => {
    const { code, out, err } = await run([region], [registered])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^<\?xml .*\n<md:EntityDescriptor [\s\S]*<\/md:EntityDescriptor>\n$/)
  })

  it('names the keys that are missing, prints nothing, and offers a fresh UUID to paste', async () => {
    const { code, out, err } = await run([], [])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('✗ aggregator.municipality  is missing in the gateway’s file')
    expect(err).toContain(
      `✗ federation.cie.service_uuid  is missing in the file of esempio\n           → add it: ${UUID} `,
    )
  })

  it('says what the Ministry would refuse, and ends with 2', async () => {
    const { code, out, err } = await run(
      [region, ['https://login.regione.example', 'http://localhost:7000']],
      [registered],
    )
    expect([code, out.includes('</md:EntityDescriptor>')]).toEqual([2, true])
    expect(err).toContain(
      'The Ministry would not accept it:\n2.2  entityID http://localhost:7000/cie/c_x999 is not https',
    )
  })

  it('knows no tenant of another name', async () => {
    expect(await run([region], [registered], 'altrove')).toMatchObject({
      code: 1,
      out: '',
      err: 'No tenant is called altrove. There are: esempio.\n',
    })
  })
})
