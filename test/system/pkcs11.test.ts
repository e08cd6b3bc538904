/** A card whose key cannot be read: made inside a PKCS#11 token (SoftHSM), presented by gnutls-cli as middleware does. */
import { execFile, spawn } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import { cardCommonName } from '../../sandbox/pki/profiles.ts'
import { hosts } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { cardProfile, createAuthority, pemOf, subject } from '../unit/upstream/cns/card-authority.ts'

const SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so'
const TOKEN = 'pkcs11:token=card'
const PRIVATE_KEY = `${TOKEN};object=cns;type=private`
const CERTIFICATE = `${TOKEN};object=cns;type=cert`
const PIN = '12345'
const run = promisify(execFile)

const authority = createAuthority({ subject: subject('CA CNS di prova') })
const ada = theCitizen('ada')
const adasCard = cardProfile({
  subject: subject(cardCommonName(ada, ada.card?.number ?? ''), {
    SN: ada.familyName.toUpperCase(),
    GN: ada.name.toUpperCase(),
  }),
})

let gateway: TestGateway
let folder = ''
const file = (name: string) => join(folder, name)
/** By a variable, because a wrong PIN there ends the tools instead of asking the terminal for another. */
const withPin = (pin: string) => ({
  env: { ...process.env, SOFTHSM2_CONF: file('softhsm2.conf'), GNUTLS_PIN: pin },
  timeout: 10_000,
  killSignal: 'SIGKILL' as const,
})
const p11tool = (...args: readonly string[]) =>
  run('p11tool', ['--provider', SOFTHSM, '--batch', '--login', ...args, TOKEN], withPin(PIN))

/** As a card is made: the key pair is born on the chip, the CA certifies what comes out, the public half. */
const makeToken = async () => {
  await mkdir(file('tokens'))
  await writeFile(file('softhsm2.conf'), `directories.tokendir = ${file('tokens')}\nobjectstore.backend = file\n`)
  const pins = ['--so-pin', '87654321', '--pin', PIN]
  await run('softhsm2-util', ['--init-token', '--free', '--label', 'card', ...pins], withPin(PIN))
  await p11tool('--generate-privkey=rsa', '--bits=2048', '--label=cns', `--outfile=${file('public.pem')}`)
  const publicKey = createPublicKey(await readFile(file('public.pem')))
  await writeFile(file('card.pem'), pemOf(authority.issue(adasCard, publicKey)))
  await p11tool('--write', `--load-certificate=${file('card.pem')}`, '--label=cns')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-pkcs11-'))
  const config: NonNullable<Parameters<typeof startGateway>[0]>['config'] = (loaded) => {
    if (loaded.cns === undefined) throw new Error('the test region has no card listener')
    return { ...loaded, cns: { ...loaded.cns, trust: [authority.pem] } }
  }
  gateway = await startGateway({ config })
  await writeFile(file('tls-ca.pem'), gateway.keys.tlsAuthority.certificate)
  await makeToken()
})
afterAll(async () => {
  await gateway?.close()
  await rm(folder, { recursive: true, force: true })
})

/** One request to the card listener by gnutls-cli, with the token's key or with none; where it sends the browser. */
const present = async (url: string, pin?: string) => {
  const { pathname, search } = new URL(url)
  const names = [`--sni-hostname=${hosts.cns}`, `--verify-hostname=${hosts.cns}`, `--x509cafile=${file('tls-ca.pem')}`]
  const card = ['--provider', SOFTHSM, `--x509keyfile=${PRIVATE_KEY}`, `--x509certfile=${CERTIFICATE}`]
  const child = spawn(
    'gnutls-cli',
    [
      ...names,
      ...(pin === undefined ? [] : card),
      '--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2',
      `--port=${gateway.cardPort}`,
      '127.0.0.1',
    ],
    withPin(pin ?? ''),
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
  }
  // it may end before it reads; the end of its input would end the connection before the answer
  child.stdin.on('error', () => {})
  child.stdin.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hosts.cns}\r\nConnection: close\r\n\r\n`)
  const [status] = await once(child, 'close')
  return { status, said, location: /^location: (\S+)/im.exec(said)?.[1] }
}

const begin = async () => {
  const login = await gateway.begin()
  const { location = '' } = await gateway.choose(login, 'cns')
  return { login, url: location }
}

describe('a card in a PKCS#11 token', () => {
  it('keeps its key to itself', async () => {
    const { stdout } = await p11tool('--list-privkeys')
    expect(stdout).toMatch(/CKA_NEVER_EXTRACTABLE; CKA_SENSITIVE/)
    const exported = run(
      'p11tool',
      ['--provider', SOFTHSM, '--batch', '--login', '--export', PRIVATE_KEY],
      withPin(PIN),
    )
    await expect(exported).rejects.toThrow('not available')
  })

  it('logs its holder in with the right PIN', async () => {
    const { login, url } = await begin()
    const shown = await present(url, PIN)
    expect(shown.said).toMatch(/^HTTP\/1\.1 303 /m)
    const end = await login.browser.get(shown.location ?? '')
    const { userinfo } = await gateway.claimsOf(login, end)
    expect(userinfo).toMatchObject({
      idp_type: 'cns',
      amr: ['cns', 'sc', 'pin'],
      given_name: 'ADA',
      family_name: 'ROSSI',
      'https://attributes.eid.gov.it/fiscal_number': `TINIT-${ada.fiscalNumber}`,
    })
  })

  it('signs nothing with a wrong PIN, and the handshake without a certificate gets our sentence', async () => {
    const { login, url } = await begin()
    const locked = await present(url, '99999')
    expect([locked.status, locked.location]).toEqual([1, undefined])
    expect(locked.said).toContain('Wrong PIN')
    // the attempt has not used the ticket up: the browser goes on without a certificate
    const shown = await present(url)
    const end = await login.browser.get(shown.location ?? '')
    expect([end.status, end.location, end.text.includes('cns_certificate_missing')]).toEqual([403, undefined, true])
  })
})
