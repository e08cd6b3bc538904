/** The gateway as a process of its own, started as an operator starts it. */
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestIdp } from '../../sandbox/test-idp.ts'
import { writeRegion } from '../fixtures/gateway/files.ts'
import { identities } from '../fixtures/gateway/identities.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'

let folder = ''
const varco = createVarcoProcesses()
const run = (...args: string[]) => varco.run(args, { OTHER_KEY: Buffer.alloc(32, 3).toString('base64') })

const region = async (gateway = '') => {
  const keys = await identities()
  const idp = (name: string, kind: 'spid' | 'cie', { key, certificate }: typeof keys.alfa) =>
    createTestIdp({
      entityId: `https://${name}.example`,
      baseUrl: `https://${name}.example`,
      kind,
      key,
      certificate,
      serviceProviders: [],
      now: Date.now,
    }).metadataXml()
  return writeRegion(folder, keys, {
    spidMetadata: [idp('alfa', 'spid', keys.alfa)],
    cieMetadata: idp('cie', 'cie', keys.cie),
    gateway,
  })
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-process-'))
})
afterEach(async () => {
  varco.killAll()
  await rm(folder, { recursive: true, force: true })
})

describe('varco start', () => {
  it('drains and exits 0 on SIGTERM', async () => {
    const gateway = run('start', '--config', await region())
    await gateway.says('gateway is ready')
    gateway.child.kill('SIGTERM')
    expect(await gateway.ended).toMatchObject({ code: 0 })
  })

  it('with --check validates and exits 0, without starting', async () => {
    const { code, out } = await run('start', '--config', await region(), '--check').ended
    expect([code, out]).toEqual([0, expect.stringContaining('2 tenants')])
  })

  it('names every problem of every file with line, path, reason and fix, and exits 1', async () => {
    const file = await region()
    const tenant = await readFile(join(folder, 'tenants/ala.yaml'), 'utf8')
    await writeFile(
      join(folder, 'tenants/ala.yaml'),
      tenant.replace('https://www.ala.example/callback', 'ftp://www.ala.example/callback').replace('c_a116', 'c a116'),
    )
    await writeFile(file, `${await readFile(file, 'utf8')}\nstoer: 1\n`)
    const { code, err, out } = await run('start', '--config', file).ended
    const said = err + out
    expect(code).toBe(1)
    expect(said).toMatch(/gateway\.yaml[\s\S]*\d+:\d+\s+stoer/)
    expect(said).toMatch(/ala\.yaml/)
    expect(said).toMatch(/\d+:\d+\s+clients\[0\]\.redirect_uris\[0\][^\n]*\n\s+→/)
    expect(said).toMatch(/organisation\.ipa_code/)
  })

  it('never repeats a secret in what it says', async () => {
    const file = await region()
    await writeFile(file, (await readFile(file, 'utf8')).replace('env:MASTER_KEY', 'hunter2-hunter2'))
    const { code, err, out } = await run('start', '--config', file).ended
    expect(code).toBe(1)
    expect(err + out).not.toContain('hunter2')
  })

  it('ends with one sentence that names the port and the option when the port is taken', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as { port: number }
    const file = await region()
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(
        'listen: 127.0.0.1:0\noperations',
        `listen: 127.0.0.1:${port}\noperations`,
      ),
    )
    const { code, err } = await run('start', '--config', file).ended
    holder.close()
    expect(code).toBe(1)
    expect(err).toContain(`${port}`)
    expect(err).toContain('`listen`')
    expect(err).not.toMatch(/\n\s+at /)
  })

  it('refuses another subject key with one sentence', async () => {
    const file = await region()
    const first = run('start', '--config', file)
    await first.says('gateway is ready')
    first.child.kill('SIGTERM')
    await first.ended
    await writeFile(file, (await readFile(file, 'utf8')).replace('env:SUBJECT_KEY', 'env:OTHER_KEY'))
    const { code, err } = await run('start', '--config', file).ended
    expect(code).toBe(1)
    expect(err).toMatch(/subject key/i)
    expect(err).not.toMatch(/\n\s+at /)
  })
})

describe('varco start --workers', () => {
  it('refuses a store that is one process’s alone, and says what to set', async () => {
    const { code, err } = await run('start', '--config', await region(), '--workers', '2').ended
    expect(code).toBe(1)
    expect(err).toMatch(/store\.kind to redis, or leave --workers out/)
  })

  it.each(['0', '1.5', 'many', '129'])('refuses %s of them', async (count) => {
    const { code, err } = await run('start', '--config', await region(), '--workers', count).ended
    expect(code).toBe(3)
    expect(err).toContain('1 to 128')
  })
})

describe('varco client', () => {
  it('changes the file that a person wrote, which goes on being readable by the gateway and valid', async () => {
    const file = await region()
    const tenant = join(folder, 'tenants/ala.yaml')
    const text = (await readFile(tenant, 'utf8')).replace(
      '[env:CLIENT_SECRET]',
      `[{ sha256: ${'a'.repeat(64)} }] # the site`,
    )
    await writeFile(tenant, text)
    await chmod(tenant, 0o640)
    const { code, out } = await run('client', 'rotate-secret', 'ala', 'sito', '--config', file).ended
    expect([code, out]).toEqual([0, expect.stringMatching(/\n {2}[\w-]{43}\n/)])
    const changed = await readFile(tenant, 'utf8')
    expect(changed.split('\n').filter((line) => !text.split('\n').includes(line))).toEqual([
      expect.stringMatching(
        /^ {4}secrets: \[\{ sha256: a{64}, not_after: \S+Z \}, \{ sha256: [0-9a-f]{64} \}\] # the site$/,
      ),
    ])
    expect((await stat(tenant)).mode & 0o777).toBe(0o640)
    expect(await run('start', '--config', file, '--check').ended).toMatchObject({ code: 0 })
  })
})
