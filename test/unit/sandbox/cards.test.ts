import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createSecureContext } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { CARD_PASSWORD, createCardsHandler } from '../../../sandbox/cards.ts'
import { theCitizen } from '../../../sandbox/citizens.ts'
import { listen } from '../../../sandbox/http.ts'
import { cardIdentity, certificationAuthority, tlsIdentity } from '../../../sandbox/pki/profiles.ts'

const now = new Date()
const [cardCa, tlsCa] = await Promise.all([
  certificationAuthority('CA CNS', now),
  certificationAuthority('CA TLS', now),
])
const ada = theCitizen('ada')
const [tls, card, signature, old] = await Promise.all([
  tlsIdentity(tlsCa, 'cns.localhost', now),
  cardIdentity(cardCa, ada, now),
  cardIdentity(cardCa, ada, now, 'signature'),
  cardIdentity(cardCa, ada, now, 'rsa-1024'),
])

/** What a gateway's CNS listener sees of a handshake. */
const seen: { path: string; host: string; commonName: string | undefined; authorized: boolean }[] = []
const listener = createServer(
  {
    key: tls.key.export({ type: 'pkcs8', format: 'pem' }),
    cert: tls.certificate,
    ca: cardCa.certificate,
    requestCert: true,
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
  },
  (req: IncomingMessage, res) => {
    const socket = req.socket as TLSSocket
    const commonName = socket.getPeerX509Certificate()?.subject.match(/^CN=(.*)$/m)?.[1]
    seen.push({ path: req.url ?? '', host: req.headers.host ?? '', commonName, authorized: socket.authorized })
    if (req.url?.includes('broken')) res.writeHead(403, { 'content-type': 'text/html' }).end('<p>no</p>')
    else res.writeHead(303, { location: 'http://localhost:7000/t/ala/login/u/finish?h=1' }).end()
  },
)
await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
const cnsPort = (listener.address() as AddressInfo).port

const sandbox = await listen(
  createCardsHandler({
    cards: [{ citizen: ada, ...card }],
    trialCards: {
      signature: { label: 'Certificato di firma', tries: 'Firma.', refusal: 'Non va bene', identity: signature },
      old: { label: 'Carta vecchia', tries: 'È corta.', identity: old },
    },
    cardAuthority: cardCa.certificate,
    reader: { cnsUrl: `https://cns.localhost:${cnsPort}`, authority: tlsCa.certificate },
  }),
  0,
)
afterAll(async () => {
  await sandbox.close()
  listener.close()
})
const at = (path: string) => `http://127.0.0.1:${sandbox.port}${path}`
const present = (chosen: string, query = 'ticket=T1') =>
  fetch(at(`/t/ala/cns?${query}`), { method: 'POST', body: new URLSearchParams({ card: chosen }), redirect: 'manual' })

describe('the virtual card reader', () => {
  it('proves the card’s key to the gateway and hands on its redirect', async () => {
    const response = await present('ada')
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('http://localhost:7000/t/ala/login/u/finish?h=1')
    expect(seen.at(-1)).toEqual({
      path: '/t/ala/cns?ticket=T1',
      host: `cns.localhost:${cnsPort}`,
      commonName: expect.stringMatching(/^RSSDAA80E52L378U\/6001000000000001\./),
      authorized: true,
    })
  })

  it('presents no card when asked to', async () => {
    await present('none')
    expect(seen.at(-1)).toMatchObject({ commonName: undefined, authorized: false })
  })

  it('presents a wrong card when asked to', async () => {
    expect((await present('signature')).status).toBe(303)
    expect(seen.at(-1)?.commonName).toMatch(/^RSSDAA80E52L378U/)
  })

  it('presents a card whose key OpenSSL holds to be too small', async () => {
    expect(new X509Certificate(old.certificate).publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024)
    expect((await present('old')).status).toBe(303)
    expect(seen.at(-1)?.commonName).toMatch(/^RSSDAA80E52L378U/)
  })

  it('says of each trial card what it tries and what to expect', async () => {
    const page = await (await fetch(at('/t/ala/cns'))).text()
    const [entering, refused] = page.split('<details>')
    expect(entering).toContain('È corta. Risultato atteso: si entra.')
    expect(refused).toContain('Firma. Risultato atteso: «Non va bene».')
  })

  it('shows the gateway’s own page where it does not redirect', async () => {
    const response = await present('ada', 'ticket=broken')
    expect([response.status, await response.text()]).toEqual([403, '<p>no</p>'])
  })

  it('refuses a card that does not exist', async () => {
    expect((await present('nobody')).status).toBe(400)
  })

  it('offers every card, and the real address for the browser’s own certificate', async () => {
    const page = await (await fetch(at('/t/ala/cns?ticket=T1&x=%22'))).text()
    expect(page).toContain('value="ada"')
    expect(page).toContain(`href="https://cns.localhost:${cnsPort}/t/ala/cns?ticket=T1&#38;x=%22"`)
  })

  it('gives each card as a .p12 with the published password', async () => {
    const pfx = Buffer.from(await (await fetch(at('/cards/ada.p12'))).arrayBuffer())
    expect(() => createSecureContext({ pfx, passphrase: CARD_PASSWORD })).not.toThrow()
    expect((await fetch(at('/cards/amina.p12'))).status).toBe(404)
  })
})
