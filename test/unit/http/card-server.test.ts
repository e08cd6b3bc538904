/** What TLS says before anybody reads a page. Certificates are made here; the handshakes are real. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type SecureVersion } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { type CardTls, createCardServer } from '../../../src/http/card-server.ts'
import { certificateOfSocket } from '../../../src/http/client-certificate.ts'
import type { Ctx } from '../../../src/http/request-context.ts'
import { cardProfile, createAuthority, pemOf, subject } from '../upstream/cns/card-authority.ts'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const authority = createAuthority({ subject: subject('CA di prova') }, keys)
const pemKey = (key: typeof keys.privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const own = { key: pemKey(keys.privateKey), certificate: authority.pem, maxVersion: 'TLSv1.2' } as const
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
const card = (digest?: 'sha1') => ({
  key: pemKey(weak.privateKey),
  cert: pemOf(authority.issue(cardProfile(digest && { digest }), weak.publicKey)),
})

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})
const start = async (tls: CardTls): Promise<number> => {
  const server = createCardServer(tls, { pems: () => [authority.pem], subscribe: () => {} }, (req, res) => {
    const ctx = { req, state: {} } as Ctx
    certificateOfSocket(ctx, async () => {})
    const [card, ...cas] = (ctx.state.clientCertificate ?? []).map((raw) => new X509Certificate(raw))
    const names = cas.map((ca) => /CN=(.*)/.exec(ca.subject)?.[1])
    res.end(card === undefined ? 'no card' : `a card ${names.join(' > ')}`)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

interface Visit {
  readonly key?: string
  readonly cert?: string
  readonly session?: Buffer
  readonly maxVersion?: SecureVersion
  readonly sigalgs?: string
}

/** One GET; rejects when TLS does not come about. The visitor itself takes any key. */
const visit = (port: number, options: Visit = {}) =>
  new Promise<{ protocol: string | null; reused: boolean; session: Buffer | undefined; text: string }>(
    (resolve, reject) => {
      const socket = connect(
        {
          host: '127.0.0.1',
          port,
          ca: authority.pem,
          rejectUnauthorized: false,
          ciphers: 'DEFAULT:@SECLEVEL=0',
          ...options,
        },
        () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      )
      let text = ''
      let session: Buffer | undefined
      socket.on('session', (bytes) => {
        session = bytes
      })
      socket.on('data', (chunk) => {
        text += chunk
        const seen = {
          protocol: socket.getProtocol(),
          reused: socket.isSessionReused(),
          session: session ?? socket.getSession(),
          text,
        }
        socket.destroy()
        resolve(seen)
      })
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('closed without an answer')))
    },
  )

describe('the card listener', () => {
  it('speaks TLS 1.2 also with who could do better', async () => {
    expect((await visit(await start(own))).protocol).toBe('TLSv1.2')
  })

  it('speaks TLS 1.3 where the configuration lets it, and still 1.2', async () => {
    const port = await start({ ...own, maxVersion: 'TLSv1.3' })
    expect((await visit(port)).protocol).toBe('TLSv1.3')
    expect((await visit(port, { maxVersion: 'TLSv1.2' })).protocol).toBe('TLSv1.2')
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes no session of %s: every login needs the card',
    async (maxVersion) => {
      const port = await start({ ...own, maxVersion })
      const { session } = await visit(port)
      const again = await visit(port, session && { session })
      expect([again.protocol, again.reused]).toEqual([maxVersion, false])
    },
  )

  it('hands on the card and all the CAs that the browser sent, in whatever order', async () => {
    const upper = authority.authority({ subject: subject('Sopra') })
    const lower = upper.authority({ subject: subject('Sotto') })
    const holder = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const leaf = lower.issue(cardProfile(), holder.publicKey)
    const port = await start(own)
    const key = pemKey(holder.privateKey)
    const sent = (...cas: readonly { pem: string }[]) =>
      visit(port, { key, cert: [pemOf(leaf), ...cas.map(({ pem }) => pem)].join('') })
    const subjects = (...names: string[]) => expect.stringContaining(names.join(' > '))
    expect((await sent(lower, upper)).text).toEqual(subjects('Sotto', 'Sopra'))
    expect((await sent(upper, lower)).text).toEqual(subjects('Sopra', 'Sotto'))
  })

  it.each([undefined, 1, 0] as const)(
    'lets a card with RSA 1024 and a SHA-1 certificate come through at security level %s: what it is worth is judged later',
    async (securityLevel) => {
      const port = await start({ ...own, ...(securityLevel !== undefined && { securityLevel }) })
      expect((await visit(port, card('sha1'))).text).toContain('a card')
    },
  )

  it('lets a card that signs with SHA-1 only come through at security level 0, and at no other', async () => {
    const old = { ...card(), sigalgs: 'RSA+SHA1' }
    expect((await visit(await start({ ...own, securityLevel: 0 }), old)).text).toContain('a card')
    await expect(visit(await start({ ...own, securityLevel: 1 }), old)).rejects.toThrow()
    await expect(visit(await start(own), old)).rejects.toThrow()
  })
})
