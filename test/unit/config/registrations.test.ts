/** What the files say for AgID: the aggregator's block, and a tenant's organisation and federation. */
import { describe, expect, it } from 'vitest'
import { configOf, edited, GATEWAY, load, problemsOf, tenantYaml, validFiles } from './files.ts'

const TENANT = '/etc/varco/tenants/esempio.yaml'
type Edit = readonly [from: string, to: string]

const withFiles = (gateway: readonly Edit[], tenant: readonly Edit[] = []): Record<string, string> => ({
  ...validFiles(),
  [GATEWAY]: edited(validFiles()[GATEWAY] ?? '', ...gateway),
  [TENANT]: edited(tenantYaml, ...tenant),
})
const aggregator = (line: string): Edit => ['aggregator:', `aggregator:\n  ${line}`]
const next = (yaml: string): Edit => ['certificate: spid.pem }', `certificate: spid.pem, next: ${yaml} }`]
const spid = (yaml: string): Edit => ['clients:', `federation: { spid: ${yaml} }\nclients:`]

describe('the aggregator', () => {
  it.each<[what: string, edit: Edit, path: string, reason: string]>([
    [
      'an e-mail address with a plus',
      aggregator('email: a+b@regione.example'),
      'email',
      'is not the address of an office',
    ],
    ['blanks in a number', aggregator('phone: "+39 0461 1"'), 'phone', 'is not a telephone number without blanks'],
    ['a VAT number without its country', aggregator('vat_number: "01234567897"'), 'vat_number', 'is not a VAT number'],
    [
      'an Italian VAT number of ten digits',
      aggregator('vat_number: IT0123456789'),
      'vat_number',
      'is not a VAT number',
    ],
    [
      'a tax code of ten digits',
      aggregator('fiscal_code: "0123456789"'),
      'fiscal_code',
      'is not the tax code of a body',
    ],
    ['a uri without TLS', aggregator('uri: http://regione.example'), 'uri', 'http:// is not allowed'],
    ['a policy that is no OID', aggregator('policy_oids: [agIDcert]'), 'policy_oids[0]', 'is not a policy OID'],
    [
      'a next certificate that is none',
      next('{ certificate: spid.xml }'),
      'spid.next.certificate',
      'is not a certificate',
    ],
    [
      'a next key of another certificate',
      next('{ key: file:spid.key, certificate: cie.pem }'),
      'spid.next.certificate',
      'does not belong to the key',
    ],
    [
      'a next certificate that is not there',
      next('{ certificate: nowhere.pem }'),
      'spid.next.certificate',
      'cannot be read',
    ],
  ])('may not have %s', async (_, edit, path, reason) => {
    const problems = problemsOf(await load(withFiles([edit])))
    expect(problems).toMatchObject([{ file: GATEWAY, path: `aggregator.${path}` }])
    expect(problems[0]?.reason).toContain(reason)
    expect(problems[0]?.fix).not.toBe('')
  })

  it('may be described as little as a gateway without metadata needs', async () => {
    const { aggregator } = configOf(await load())
    const { spid, cie, ...rest } = aggregator
    expect(rest).toEqual({ kind: 'private', country: 'IT' })
  })
})

describe('a tenant', () => {
  it.each<[what: string, edit: Edit, path: string, reason: string]>([
    [
      'a short name in a language without a name',
      ['names: {', 'display_names: { de: Beispiel }\n  names: {'],
      'organisation.display_names.de',
      'is a language without a name',
    ],
    [
      'a page in a language without a name',
      ['names: {', 'urls: { en: https://a.example }\n  names: {'],
      'organisation.urls.en',
      'is a language without a name',
    ],
    [
      'a key without a certificate',
      spid('{ key: file:../secrets/esempio/cie.key }'),
      'federation.spid.certificate',
      'is missing beside the rest',
    ],
    [
      'a certificate without a key',
      spid('{ certificate: ../secrets/esempio/cie.pem }'),
      'federation.spid.key',
      'is missing beside the rest',
    ],
    [
      'a certificate of another key',
      spid('{ key: file:../secrets/esempio/spid.key, certificate: ../secrets/esempio/cie.pem }'),
      'federation.spid.certificate',
      'does not belong to the key',
    ],
    [
      'a key in the file',
      spid('{ key: MIIEvQ, certificate: ../secrets/esempio/cie.pem }'),
      'federation.spid.key',
      'is neither env:NAME nor file:path',
    ],
    [
      'a logout address that is not ours',
      spid('{ slo_url: "https://a.example/slo" }'),
      'federation.spid.slo_url',
      'is not an address of this gateway',
    ],
    [
      'a contact that AgID’s checker refuses',
      spid('{ contact: { email: "a b@c.example" } }'),
      'federation.spid.contact.email',
      'is not the address of an office',
    ],
  ])('may not have %s', async (_, edit, path, reason) => {
    const problems = problemsOf(await load(withFiles([], [edit])))
    expect(problems).toMatchObject([{ file: TENANT, path }])
    expect(problems[0]?.reason).toContain(reason)
  })

  it('that only exchanges next of a pair lacks the pair', async () => {
    const problems = problemsOf(
      await load(withFiles([], [spid('{ next: { certificate: ../secrets/esempio/cie.pem } }')])),
    )
    expect(problems.map(({ path }) => path)).toEqual(['federation.spid.key', 'federation.spid.certificate'])
  })

  it('may have a key of its own for CIE too', async () => {
    const edit: Edit = [
      'clients:',
      'federation: { cie: { key: file:../secrets/esempio/spid.key, certificate: ../secrets/esempio/spid.pem } }\nclients:',
    ]
    const [tenant] = configOf(await load(withFiles([], [edit]))).tenants
    expect(tenant?.cie.signing?.key).toContain('PRIVATE KEY')
    expect(tenant?.spid.signing).toBeUndefined()
  })
})
