import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { varco } from '../fixtures/gateway/varco.ts'

const DAY = 86_400_000

describe('varco doctor', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway()
    await chmod(gateway.stateDir, 0o700)
  })
  afterAll(() => gateway.close())

  /** The gateway's own addresses, as if there were a DNS and a server for TLS in front. */
  const seen = {
    resolve: async () => ['192.0.2.7'],
    certificateEnd: async () => Date.now() + 80 * DAY,
    freeBytes: async () => 40 * 1024 ** 3,
    assertWritable: async () => undefined,
    fetch: (async (input) => {
      const { text, status } = await gateway.browser().get(String(input))
      return new Response(text, { status })
    }) as typeof fetch,
  }
  const doctor = async (other: Partial<typeof seen> = {}) => {
    const { code, text } = await varco(gateway, ['doctor', '--json'], { ...seen, ...other })
    const findings = JSON.parse(text) as { check: string; health: string; message: string; fix?: string }[]
    return { code, findings, bad: findings.filter(({ health }) => health !== 'ok') }
  }

  it('finds nothing that must be mended where all is well', async () => {
    const { code, findings, bad } = await doctor()
    expect(bad.filter(({ health }) => health === 'fail')).toEqual([])
    expect(code).toBe(2) // the test region compares no clock and pins no subject key
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set([
        'node',
        'disk',
        'keys',
        'secrets',
        'certificates',
        'clock',
        'dns',
        'tls',
        'gateways',
        'tenants',
        'metadata',
      ]),
    )
  })

  it.each([
    ['dns', { resolve: () => Promise.reject(new Error('ENOTFOUND')) }, /no address/],
    ['tls', { certificateEnd: () => Promise.reject(new Error('self-signed certificate')) }, /self-signed/],
    ['tls', { certificateEnd: async () => Date.now() + 3 * DAY + 1000 }, /ends in 3 days/],
    ['disk', { freeBytes: async () => 1000 }, /0\.0 GB left/],
    ['disk', { assertWritable: () => Promise.reject({ code: 'EROFS' }) }, /cannot be written: .*read-only \(EROFS\)/],
    ['metadata', { fetch: () => Promise.reject(new Error('no answer')) }, /does not answer: no answer/],
  ])('fails for %s and says what to do', async (check, other, message) => {
    const { code, bad } = await doctor(other)
    expect(code).toBe(1)
    expect(bad.find((one) => one.check === check && one.health === 'fail')).toMatchObject({
      message: expect.stringMatching(message),
      fix: expect.stringMatching(/\w+/),
    })
  })

  it('warns when another metadata is served than the configuration says', async () => {
    const { bad } = await doctor({ fetch: async () => new Response('<md:EntityDescriptor/>') })
    expect(bad.filter(({ check }) => check === 'metadata').length).toBeGreaterThan(0)
  })

  it('waits once for an address that does not answer, however many Comuni stand there', async () => {
    let asked = 0
    const silent = () => {
      asked += 1
      return Promise.reject(new Error('no answer'))
    }
    const { bad } = await doctor({ fetch: silent })
    expect(bad.filter(({ check }) => check === 'metadata')).toHaveLength(1)
    expect(asked).toBeLessThanOrEqual(8)
  })

  it('warns when others can read what stands in state_dir', async () => {
    await chmod(gateway.stateDir, 0o755)
    const { bad } = await doctor()
    await chmod(gateway.stateDir, 0o700)
    expect(bad.find(({ check }) => check === 'disk')?.fix).toMatch(/chmod 700/)
  })

  it('names a file that is broken with what is wrong in it, and goes on', async () => {
    const file = join(gateway.folder, 'tenants/moena.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('ipa_code: c_f263', 'ipa_code: c f263'))
    const { code, findings, bad } = await doctor()
    await writeFile(file, text)
    expect([code, findings.some(({ check }) => check === 'disk')]).toEqual([1, true])
    expect(bad.find(({ check }) => check === 'tenants')?.message).toMatch(
      /moena\.yaml is broken: .* \(\d+:\d+ organisation\.ipa_code is not an IPA code; and 1 problem more\)$/,
    )
  })

  it('looks at everything else where there is no tenant file, as does varco status', async () => {
    const [folder, away] = [join(gateway.folder, 'tenants'), join(gateway.folder, 'away')]
    await rename(folder, away)
    const { code, findings, bad } = await doctor()
    const status = await varco(gateway, ['status'])
    await rename(away, folder)
    expect([code, findings.filter(({ check }) => check === 'gateways')]).toMatchObject([1, [{ health: 'ok' }]])
    expect(bad.find(({ check }) => check === 'tenants')).toMatchObject({
      health: 'fail',
      message: expect.stringContaining('is not a folder that can be read'),
    })
    expect([status.code, status.text]).toEqual([0, expect.stringMatching(/is not a folder[\s\S]*1 gateway\n/)])
  })

  it('says that no gateway answers when none runs', async () => {
    const other = await startGateway()
    await other.close({ keep: true })
    const { code, text } = await varco(other, ['doctor'], seen)
    expect(code).toBe(1)
    expect(text).toMatch(/✗ gateways: no gateway answers at .*\n {4}→ start/)
    expect(text).toMatch(/✓ tenants: 2 files are sound\n/)
  })
})
