/** The real providers' metadata in the place of the test ones: pages and requests, as far as one can go without them. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { linksIn } from '../fixtures/gateway/stories.ts'

const data = process.env.VARCO_DATA
const why = data === undefined ? ' (skipped: VARCO_DATA does not name the folder with the real metadata)' : ''

describe.skipIf(data === undefined)(`with the AgID aggregate and the CIE production metadata${why}`, () => {
  let gateway: TestGateway
  let folder = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'varco-real-'))
    gateway = await startGateway({
      spidMetadata: [readFileSync(join(data ?? '', 'spid-idps-all-2025-11-25.xml'), 'utf8')],
      cieMetadata: readFileSync(join(data ?? '', 'cie-idp-production.xml'), 'utf8'),
      names: parse(readFileSync(new URL('../../config/idp/names.yaml', import.meta.url), 'utf8')),
    })
  })
  afterAll(async () => {
    await gateway.close()
    rmSync(folder, { recursive: true })
  })

  it('shows the twelve providers by the names that citizens know, in another order at each login', async () => {
    const orders = new Set<string>()
    const names = ['Poste ID', 'Aruba ID', 'Sielte ID', 'TIM id', 'InfoCert ID', 'Lepida ID', 'Namirial ID', 'EtnaID']
    for (let login = 0; login < 5; login++) {
      const { page } = await gateway.begin()
      const idps = linksIn(page).flatMap((href) => new URL(href).searchParams.get('idp') ?? [])
      expect(new Set(idps.filter((idp) => !idp.includes('idserver')))).toHaveProperty('size', 12)
      for (const name of names) expect(page.text).toContain(name)
      orders.add(idps.join())
    }
    expect(orders.size).toBeGreaterThan(1)
  })

  it('reports the expired certificate of one provider and starts all the same', () => {
    expect(gateway.events('idp.certificate_expired')).toContainEqual(
      expect.objectContaining({ idp: 'https://posteid.poste.it', notAfter: expect.stringMatching(/^2024-02-19/) }),
    )
  })

  it('sends the request for each of the thirteen to its real address, signed as openssl verifies', async () => {
    const key = join(folder, 'key.pem')
    const publicKey = execFileSync('openssl', ['x509', '-pubkey', '-noout'], { input: gateway.keys.sp.certificate })
    const ciePublicKey = execFileSync('openssl', ['x509', '-pubkey', '-noout'], {
      input: gateway.keys.cieSp.certificate,
    })
    const login = await gateway.begin()
    const links = linksIn(login.page).filter((href) => href.includes('/begin?') && !/upstream=cns|level=3/.test(href))
    const registry = readFileSync(join(data ?? '', 'spid-idps-all-2025-11-25.xml'), 'utf8')
    const cieMetadata = readFileSync(join(data ?? '', 'cie-idp-production.xml'), 'utf8')
    expect(links).toHaveLength(13)
    for (const link of links) {
      const sent = await login.browser.visit(link)
      expect(sent.status).toBe(302)
      const url = new URL(sent.location ?? '')
      const isCie = link.includes('upstream=cie')
      expect(isCie ? cieMetadata : registry).toContain(`Location="${url.origin}${url.pathname}"`)
      expect(url.protocol).toBe('https:')

      const octets = (sent.location ?? '').slice((sent.location ?? '').indexOf('?') + 1).replace(/&Signature=.*$/, '')
      expect(octets).toMatch(/^SAMLRequest=[^&]+&RelayState=[^&]+&SigAlg=[^&]+$/)
      writeFileSync(key, isCie ? ciePublicKey : publicKey)
      writeFileSync(join(folder, 'signature'), Buffer.from(url.searchParams.get('Signature') ?? '', 'base64'))
      const verdict = execFileSync(
        'openssl',
        ['dgst', '-sha256', '-verify', key, '-signature', join(folder, 'signature')],
        { input: octets, encoding: 'utf8' },
      )
      expect(verdict).toContain('Verified OK')
    }
  })
})
