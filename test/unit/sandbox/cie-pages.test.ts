import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { LIFE } from '../../../sandbox/cie-walk.ts'
import { theCitizen } from '../../../sandbox/citizens.ts'
import { listen } from '../../../sandbox/http.ts'
import { ACS, cieIdp, NOW, redirectUrl, requestXml } from './request-fixture.ts'

let now = NOW
const idp = cieIdp(() => now)
const server = await listen(idp.handle, 0)
afterAll(() => server.close())
afterEach(() => {
  now = NOW
})

/** The pages name cie.localhost; the test goes to the same path on the loopback address. */
const here = (url: string) => {
  const { pathname, search } = new URL(url, idp.baseUrl)
  return `http://127.0.0.1:${server.port}${pathname}${search}`
}
const get = async (url: string) => (await fetch(here(url))).text()
const hidden = (page: string, name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? ''
const responseOf = (page: string) => Buffer.from(hidden(page, 'SAMLResponse'), 'base64').toString()
const words = (page: string) =>
  page
    .replace(/<(script|style).*?<\/\1>|<[^>]+>/gs, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')

const open = (level = 2) =>
  get(redirectUrl(idp.ssoUrl('redirect') ?? '', requestXml(idp.ssoUrl('redirect') ?? '', { level })))
const post = async (path: string, fields: Record<string, string>) =>
  (await fetch(here(path), { method: 'POST', body: new URLSearchParams(fields) })).text()
const answer = (page: string, fields: Record<string, string>) =>
  post('/answer', { visit: hidden(page, 'visit'), ...fields })
const ticketOf = (page: string) => /phone\?ticket=([\w-]+)/.exec(page)?.[1] ?? ''
const onPhone = (ticket: string, fields: Record<string, string>) => post('/phone', { ticket, ...fields })

const ada = { user: theCitizen('ada').fiscalNumber, password: 'x' }

describe('the pages of the CIE test provider', () => {
  it('lead by password and text message to the consent in the words of the public guides, and to the ACS', async () => {
    const first = await open()
    expect(words(first)).toContain("RICHIESTA D'ACCESSO CIE LIVELLO 2 Comune di Ala")
    const typing = await answer(first, { outcome: 'credentials', second: 'sms', ...ada })
    const phone = await get(`/phone?ticket=${ticketOf(typing)}`)
    const digits = /class="code">(\d{6})</.exec(phone)?.[1] ?? ''
    const consent = await answer(typing, { outcome: 'code', digits })
    expect(words(consent)).toContain(
      'Richiesta di accesso CIE Livello 2 Ada Rossi I seguenti dati stanno per essere inviati a: Comune di Ala Nome Cognome Data di Nascita Codice Fiscale Annulla Prosegui',
    )
    const back = await answer(consent, { outcome: 'consent' })
    expect(back).toContain(`action="${ACS}"`)
    expect(responseOf(back)).toContain('>https://www.spid.gov.it/SpidL2<')
    expect(responseOf(back)).toContain(theCitizen('ada').fiscalNumber)
  })

  it('answer with level 3 after the phone read the card and its four digits were typed', async () => {
    const first = await open(3)
    expect(words(first)).not.toContain('Entra con le tue credenziali CIE')
    const framing = await answer(await answer(first, { outcome: 'smartphone' }), {
      outcome: 'serial',
      number: 'CA00001AA',
    })
    expect(words(framing)).toContain('Il codice vale ancora 5:00 minuti')
    const ticket = ticketOf(framing)
    const holding = await onPhone(ticket, { outcome: 'pin', pin: '5678' })
    expect(words(holding)).toContain('Avvicina la carta')
    const digits = /class="code big">(\d{4})</.exec(await onPhone(ticket, { outcome: 'card' }))?.[1] ?? ''
    const consent = await answer(framing, { outcome: 'code', digits })
    expect(responseOf(await answer(consent, { outcome: 'consent' }))).toContain('>https://www.spid.gov.it/SpidL3<')
  })

  it('cannot be made to consent by who was not recognised, and not for another level', async () => {
    expect(await answer(await open(), { outcome: 'consent' })).not.toContain('SAMLResponse')
    const framing = await answer(await open(), { outcome: 'qr' })
    await onPhone(ticketOf(framing), { outcome: 'finger', number: 'CA00002AA' })
    const back = await answer(framing, { outcome: 'consent', level: '3', citizen: 'ada' })
    expect(responseOf(back)).toContain('>https://www.spid.gov.it/SpidL2<')
    expect(responseOf(back)).toContain(theCitizen('mario').fiscalNumber)
  })

  it.each([
    ['Torna al servizio', { outcome: 'error-25' }, 'nr25'],
    ['the refusal of consent', { outcome: 'error-22' }, 'nr22'],
  ])('answer %s with its code', async (_, fields, code) => {
    expect(responseOf(await answer(await open(), fields))).toContain(`ErrorCode ${code}<`)
  })

  it('offer the way back to the service on every page of the computer', async () => {
    const first = await open()
    const choice = await answer(first, { outcome: 'card' })
    const pages = [first, choice, await answer(choice, { outcome: 'smartphone' })]
    pages.push(await answer(first, { outcome: 'card' }), await answer(choice, { outcome: 'computer' }))
    pages.push(await answer(first, { outcome: 'level-2' }), await answer(first, { outcome: 'qr' }))
    for (const page of pages) expect(page).toMatch(/value="error-25"[^>]*>Torna al servizio</)
  })

  it('tell the service nr21 when it took more than ten minutes, and nr23 when the card is revoked', async () => {
    const late = await open()
    now += LIFE.walk
    expect(responseOf(await get(`/walk?visit=${hidden(late, 'visit')}`))).toContain('ErrorCode nr21<')
    now = NOW
    const framing = await answer(await open(), { outcome: 'qr' })
    await onPhone(ticketOf(framing), { outcome: 'finger', number: 'CA00006AA' })
    expect(responseOf(await get(`/walk?visit=${hidden(framing, 'visit')}`))).toContain('ErrorCode nr23<')
  })

  it('let a phone do nothing with a QR code that expired or was replaced', async () => {
    const framing = await answer(await open(), { outcome: 'qr' })
    now += LIFE.qr
    expect(words(await onPhone(ticketOf(framing), { outcome: 'finger', number: 'CA00001AA' }))).toContain(
      'È passato troppo tempo',
    )
    const expired = await get(`/walk?visit=${hidden(framing, 'visit')}`)
    expect(words(expired)).toContain('Il codice QR è scaduto')
    const fresh = await answer(expired, { outcome: 'renew' })
    expect(ticketOf(fresh)).not.toBe(ticketOf(framing))
    expect((await fetch(here(`/phone?ticket=${ticketOf(framing)}`))).status).toBe(404)
  })

  it('say to a waiting page that it has become another', async () => {
    const framing = await answer(await open(), { outcome: 'qr' })
    const state = () => get(`/walk/state?visit=${hidden(framing, 'visit')}`)
    const before = /data-state="([^"]+)"/.exec(framing)?.[1]
    expect(await state()).toBe(before)
    await onPhone(ticketOf(framing), { outcome: 'finger', number: 'CA00001AA' })
    expect(await state()).not.toBe(before)
    expect((await fetch(here('/walk/state?visit=x'))).status).toBe(404)
  })
})
