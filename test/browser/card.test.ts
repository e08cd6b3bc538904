/** CNS in a real browser: by a card in Chromium's own certificate store, and by the sandbox's virtual reader. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CARD_PASSWORD } from '../../sandbox/cards.ts'
import { theCitizen } from '../../sandbox/citizens.ts'
import { pkcs12 } from '../../sandbox/pki/pkcs12.ts'
import { cardIdentity, certificationAuthority } from '../../sandbox/pki/profiles.ts'
import { chooseCertificateAt } from '../fixtures/browser/certificate-policy.ts'
import { makeCertificateStore } from '../fixtures/browser/certificate-store.ts'
import { launchProfile, temporaryHome } from '../fixtures/browser/chromium.ts'
import { type OpenDemo, openDemo } from '../fixtures/browser/demo.ts'
import { createPerson } from '../fixtures/browser/person.ts'
import { pictureName } from '../fixtures/browser/screenshots.ts'
import { cookieNames, type Watch, watch } from '../fixtures/browser/watch.ts'

let world: OpenDemo
beforeAll(async () => {
  world = await openDemo()
})
afterAll(() => world?.close())

const toEnd: (() => unknown)[] = []
afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end()
})

const javaScripts = [
  ['with JavaScript', true],
  ['without JavaScript', false],
] as const

/** What the card says: upper case as on the chip, the birth date from the tax code. */
const adaByCard = {
  given_name: 'ADA',
  family_name: 'ROSSI',
  birthdate: '12/05/1980',
  birthdate_source: 'ricavata dal codice fiscale',
  fiscal_number: theCitizen('ada').fiscalNumber,
  idp_type: 'CNS',
  acr: 'livello 3',
  amr: 'cns, sc, pin',
}

/** Only the browser with the interaction's cookie can finish; it comes there from another site. */
const expectFinish = async (seen: Watch) => {
  const finishes = await seen.sent(/\/finish$/)
  expect(finishes).toMatchObject([{ method: 'GET', status: 303, headers: { 'sec-fetch-site': 'cross-site' } }])
  expect(finishes.flatMap(cookieNames)).toEqual(expect.arrayContaining([expect.stringMatching(/interaction/)]))
}

describe('a card in the browser’s own store', () => {
  beforeEach(async () => {
    const { remove } = await chooseCertificateAt(world.demo.urls.cns)
    toEnd.push(remove)
  })

  const adasCard = async () => world.demo.files.card('ada')

  /** Ada's card by an authority that calls itself as the true one does, so that the browser offers it, and is not. */
  const strangersCard = async (home: string) => {
    const now = new Date()
    const authority = await certificationAuthority('CA CNS di prova', now)
    const card = await cardIdentity(authority, theCitizen('ada'), now)
    const file = join(home, 'stranger.p12')
    await writeFile(file, pkcs12(card, authority.certificate, 'Ada Rossi', CARD_PASSWORD))
    return file
  }

  const personWith = async (options: {
    readonly card: (home: string) => Promise<string>
    readonly javaScript?: boolean
    readonly trusting?: boolean
  }) => {
    const { card, javaScript = true, trusting = true } = options
    const { demo } = world
    const { home, remove } = await temporaryHome()
    toEnd.push(remove)
    await makeCertificateStore(home, {
      card: { file: await card(home), password: CARD_PASSWORD },
      ...(trusting ? { trusted: demo.files.tlsAuthority } : {}),
    })
    const browser = await launchProfile({ home, javaScript })
    toEnd.push(() => browser.close())
    const seen = watch(browser)
    const person = createPerson({ page: await browser.newPage(), urls: demo.urls, javaScript })
    return { ...person, seen }
  }

  const OWN_CARD = 'Usa la carta importata in questo browser'

  it.each(javaScripts)('enters by a TLS handshake of the browser itself, %s', async (_, javaScript) => {
    const person = await personWith({ card: adasCard, javaScript })
    await person.wantsIn()
    await person.choosesCns()
    await person.follow(OWN_CARD)
    expect(await person.profile()).toMatchObject(adaByCard)

    const { site, gateway, cards, cns } = world.demo.urls
    const handshakes = (await person.seen.sent(/\/cns$/)).filter(({ url }) => url.origin === cns)
    expect(handshakes).toMatchObject([{ method: 'GET', status: 303 }])
    expect(handshakes.flatMap(cookieNames)).toEqual([])
    await expectFinish(person.seen)
    expect(person.seen.origins()).toEqual([site, gateway, cards, cns])
    expect(person.seen.complaints()).toEqual([])
  })

  it('of an authority that nobody knows leads back to the choice', async () => {
    const person = await personWith({ card: strangersCard })
    await person.wantsIn()
    await person.choosesCns()
    await person.follow(OWN_CARD)
    expect(await person.alert()).toBe('Non possiamo verificare la carta')
    expect(await person.page.getByRole('alert').innerText()).toContain('cns_signature_invalid')
    await person.choosesCie()
  })

  it('is asked for behind one warning where the demo’s own authority is not trusted', async () => {
    const person = await personWith({ card: adasCard, trusting: false })
    await person.wantsIn()
    await person.choosesCns()
    await person.follow(OWN_CARD)
    await person.page.getByText('ERR_CERT_AUTHORITY_INVALID').waitFor()
    await person.press(/^(Advanced|Avanzate)$/)
    await person.follow(/^(Proceed to|Procedi su) cns\.localhost/)
    expect(await person.profile()).toMatchObject(adaByCard)
  })
})

describe('a card in the virtual reader', () => {
  const atTheReader = async (javaScript: boolean, title: string) => {
    const person = await world.person({ javaScript, pictures: javaScript ? undefined : pictureName(title) })
    toEnd.push(person.leave)
    await person.wantsIn()
    await person.choosesCns()
    return person
  }

  it.each(javaScripts)('enters by a button that does the handshake, %s', async (_, javaScript) => {
    const person = await atTheReader(javaScript, 'reader enters')
    await person.presentsCard('Ada Rossi')
    expect(await person.profile()).toMatchObject(adaByCard)
    await expectFinish(person.seen)
    const { site, gateway, cards } = world.demo.urls
    expect(person.seen.origins()).toEqual([site, gateway, cards])
    expect(person.seen.complaints()).toEqual([])
  })

  it('that is empty leads back to the choice, and the next try with a card gets there', async () => {
    const person = await atTheReader(false, 'reader empty')
    await person.page.getByText('Carte che il gateway deve rifiutare').click()
    await person.press('Nessuna carta')
    expect(await person.alert()).toBe('Non abbiamo trovato la carta')
    expect(await person.page.getByRole('alert').innerText()).toContain('Il lettore e il suo software')
    await person.look('alert')
    await person.choosesCns()
    await person.presentsCard('Ada Rossi')
    expect(await person.profile()).toMatchObject(adaByCard)
  })

  const refusals: Readonly<Record<string, readonly [title: string, code: string]>> = {
    "Carta di un'autorità sconosciuta": ['Non possiamo verificare la carta', 'cns_signature_invalid'],
    'Carta di un altro Paese': ['Non possiamo verificare la carta', 'cns_issuer_unknown'],
    'Carta scaduta': ['La carta è scaduta', 'cns_certificate_expired'],
    'Carta revocata': ['La carta è stata revocata', 'cns_revoked'],
    'Carta che nessuno può controllare': ['Ora non possiamo controllare la carta', 'cns_revocation_unknown'],
    'Certificato di firma': ['Questo certificato non va bene per entrare', 'cns_key_usage_wrong'],
    'Certificato CIE, non CNS': ['Questa carta non è una CNS', 'cns_policy_missing'],
    'Carta senza codice fiscale': ['Non troviamo il codice fiscale sulla carta', 'cns_common_name_invalid'],
  }

  it('is refused as its button promises, every wrong card', async () => {
    const person = await atTheReader(false, 'reader wrong cards')
    const wrong = person.page.locator('details')
    const open = () => wrong.getByText('Carte che il gateway deve rifiutare').click()
    await open()
    const offered = await wrong.getByRole('listitem').locator('strong').allInnerTexts()
    expect(offered).toEqual(['Lettore vuoto', ...Object.keys(refusals)])
    await person.look('wrong')
    for (const [card, [title, code]] of Object.entries(refusals)) {
      const row = wrong.getByRole('listitem').filter({ has: person.page.getByText(card, { exact: true }) })
      expect(await row.innerText()).toContain(`Risultato atteso: «${title}».`)
      await person.presentsCard(card)
      expect(await person.alert()).toBe(title)
      expect(await person.page.getByRole('alert').innerText()).toContain(code)
      await person.choosesCns()
      await open()
    }
  })

  it.each([
    ['with a key of 1024 bits enters', 'Carta vecchia, RSA 1024', adaByCard],
    ['without names enters by its tax code', 'Bruno Defrancesco', { fiscal_number: theCitizen('bruno').fiscalNumber }],
    ['of an ambiguous century enters', 'Oreste Pedrotti', { fiscal_number: theCitizen('oreste').fiscalNumber }],
  ])('%s', async (title, card, expected) => {
    const person = await atTheReader(false, `reader ${title}`)
    await person.presentsCard(card)
    const profile = await person.profile()
    expect(profile).toMatchObject(expected)
    expect('given_name' in profile).toBe(!title.startsWith('without names'))
    expect('birthdate' in profile).toBe(!title.startsWith('of an ambiguous'))
  })
})
