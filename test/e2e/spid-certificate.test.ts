/** `varco spid certificate` as a process; openssl reads what it made. docs/rules/spid-saml.md section 3. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeRegion } from '../fixtures/gateway/files.ts'
import { identities } from '../fixtures/gateway/identities.ts'
import { createVarcoProcesses } from '../fixtures/gateway/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'varco-certificate-'))
const { run, killAll } = createVarcoProcesses()
let config: string
beforeAll(async () => {
  config = await writeRegion(folder, await identities(), { spidMetadata: [], cieMetadata: '' })
})
afterEach(killAll)
afterAll(() => rmSync(folder, { recursive: true }))

const certificate = (...args: readonly string[]) => run(['spid', 'certificate', '--config', config, ...args]).ended
const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { encoding: 'utf8' })
const SUBJECT =
  'C=IT,L=Trento,O=Regione di Prova,organizationIdentifier=PA:IT-r_prova,2.5.4.83=https://login.regione.example,CN=Regione di Prova'

/** Lines of `openssl … -text`, trimmed. */
const linesOf = (text: string) => text.split('\n').map((line) => line.trim())

describe('varco spid certificate', () => {
  it('makes a key for its owner only and a certificate that says what section 3 wants', async () => {
    const out = join(folder, 'region')
    expect(await certificate('--out', out)).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(out)).toEqual(['spid.key', 'spid.pem'])
    expect(statSync(join(out, 'spid.key')).mode & 0o777).toBe(0o600)

    const pem = join(out, 'spid.pem')
    const lines = linesOf(openssl('x509', '-in', pem, '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus'))
    expect(lines).toEqual(
      expect.arrayContaining([
        'Version: 3 (0x2)',
        `Issuer: ${SUBJECT}`,
        `Subject: ${SUBJECT}`,
        'Public-Key: (2048 bit)',
        'Signature Algorithm: sha256WithRSAEncryption',
        'Policy: 1.3.76.16.6',
        'Explicit Text: agIDcert',
        'Policy: 1.3.76.16.4.2.1',
        'Explicit Text: cert_SP_Pub',
      ]),
    )
    const lineAfter = (name: string) => lines[lines.indexOf(name) + 1]
    expect(lineAfter('X509v3 Basic Constraints:')).toBe('CA:FALSE')
    expect(lineAfter('X509v3 Key Usage: critical')).toBe('Digital Signature, Non Repudiation')
    expect(lines).toContain('X509v3 Certificate Policies:')
    expect(openssl('verify', '-x509_strict', '-CAfile', pem, pem)).toContain('OK')
    const publicKeys = [
      openssl('x509', '-in', pem, '-noout', '-pubkey'),
      openssl('pkey', '-in', join(out, 'spid.key'), '-pubout'),
    ]
    expect(publicKeys[0]).toBe(publicKeys[1])
  })

  it('makes a request instead, for a certification authority', async () => {
    const out = join(folder, 'request')
    expect(await certificate('--csr', '--key-size', '3072', '--out', out)).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(out)).toEqual(['spid.csr', 'spid.key'])
    const text = openssl(
      'req',
      '-in',
      join(out, 'spid.csr'),
      '-noout',
      '-verify',
      '-text',
      '-nameopt',
      'utf8,sep_comma_plus',
    )
    expect(linesOf(text)).toEqual(
      expect.arrayContaining([`Subject: ${SUBJECT}`, 'Public-Key: (3072 bit)', 'Policy: 1.3.76.16.6', 'CA:FALSE']),
    )
  })

  it('replaces nothing', async () => {
    const out = join(folder, 'twice')
    expect((await certificate('--out', out)).code).toBe(0)
    const before = readFileSync(join(out, 'spid.key'), 'utf8')
    const again = await certificate('--out', out)
    expect([again.code, again.err.includes('stays as it is')]).toEqual([1, true])
    expect(readFileSync(join(out, 'spid.key'), 'utf8')).toBe(before)
  })

  it('makes the first pair of a region, whose files the configuration names already', async () => {
    const out = join(folder, 'first')
    const first = join(folder, 'first.yaml')
    const named = `spid: { key: "file:${out}/spid.key", certificate: "${out}/spid.pem" }`
    writeFileSync(first, readFileSync(config, 'utf8').replace(/spid: \{ key.*\}/, named))
    const start = () => run(['start', '--config', first, '--check']).ended
    expect(await start()).toMatchObject({ code: 1, err: expect.stringContaining('aggregator.spid.key') })
    expect(await run(['spid', 'certificate', '--config', first, '--out', out]).ended).toMatchObject({
      code: 0,
      err: '',
    })
    expect(await start()).toMatchObject({ code: 0 })
  })

  it('can be used at once: the gateway accepts the pair', async () => {
    const out = join(folder, 'used')
    await certificate('--out', out)
    const used = join(folder, 'used.yaml')
    const pair = `{ key: "file:${out}/spid.key", certificate: "${out}/spid.pem" }`
    writeFileSync(used, readFileSync(config, 'utf8').replace(/spid: \{ key.*\}/, `spid: ${pair}`))
    expect(await run(['spid', 'metadata', 'ala', '--config', used]).ended).toMatchObject({ code: 0, err: '' })
  })
})
