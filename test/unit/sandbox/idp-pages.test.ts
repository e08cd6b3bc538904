import { afterAll, describe, expect, it } from 'vitest'
import { listen } from '../../../sandbox/http.ts'
import {
  deflated,
  logoutRequestXml,
  logoutResponseXml,
  readLogoutMessage,
  signedUrl,
} from '../../../sandbox/saml/logout.ts'
import { isSignedBy } from '../../../sandbox/saml/read-request.ts'
import {
  ACS,
  NOW,
  postForm,
  redirectUrl,
  requestXml,
  SP_ENTITY_ID,
  sp,
  spidIdp,
  strangerKey,
} from './request-fixture.ts'

const spid = spidIdp()
const server = await listen(spid.handle, 0)
afterAll(() => server.close())

/** The pages name *.localhost; the test goes to the same path on the loopback address. */
const here = (url: string) => {
  const { pathname, search } = new URL(url)
  return `http://127.0.0.1:${server.port}${pathname}${search}`
}
const visitOf = (page: string) => /name="visit" value="([^"]+)"/.exec(page)?.[1] ?? ''
const hidden = (page: string, name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? ''
const responseOf = (page: string) => Buffer.from(hidden(page, 'SAMLResponse'), 'base64').toString()

const open = async (level = 2) => {
  const url = spid.ssoUrl('redirect') ?? ''
  return await (await fetch(here(redirectUrl(url, requestXml(url, { level }))))).text()
}
const answer = async (page: string, fields: Record<string, string>) => {
  const body = new URLSearchParams({ visit: visitOf(page), ...fields })
  return await (await fetch(here(`${spid.baseUrl}/answer`), { method: 'POST', body })).text()
}

describe('the pages of a SPID test provider', () => {
  it('lead from the request over login and consent back to the ACS, by a form with a visible button', async () => {
    const login = await open()
    expect(login).toContain('Richiesta di accesso SPID livello 2')
    expect(login).toContain('Entra in «Comune di Ala»')
    const consent = await answer(login, { citizen: 'noemi', outcome: 'login' })
    expect(consent).toContain('Dell&#39;Agnolo Weißsteiner-Kössler')
    expect(consent).toContain('TINIT-DLLNMZ72R71A952N')
    const back = await answer(consent, { citizen: 'noemi', outcome: 'consent-2' })
    expect(back).toContain(`action="${ACS}"`)
    expect(hidden(back, 'RelayState')).toBe('opaque1')
    expect(back).toMatch(/<button[^>]*type="submit">Continua verso Comune di Ala<\/button>/)
    expect(responseOf(back)).toContain('>https://www.spid.gov.it/SpidL2<')
  })

  it('take a request by POST too', async () => {
    const url = spid.ssoUrl('post') ?? ''
    const page = await fetch(here(url), {
      method: 'POST',
      body: new URLSearchParams(postForm(requestXml(url))),
    })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('Entra in «Comune di Ala»')
  })

  it.each([
    [{ citizen: 'lia', outcome: 'login' }, 'nr20'],
    [{ citizen: 'lia', outcome: 'consent-2' }, 'nr20'],
    [{ citizen: 'ada', outcome: 'error-25' }, 'nr25'],
    [{ citizen: 'ada', outcome: 'error-8' }, 'nr08'],
  ])('answer %o with ErrorCode %s', async (fields, code) => {
    expect(responseOf(await answer(await open(), fields))).toContain(`ErrorCode ${code}<`)
  })

  it('let the level-1-only citizen in at level 1', async () => {
    const login = await open(1)
    expect(await answer(login, { citizen: 'lia', outcome: 'login' })).toContain('I tuoi dati')
  })

  it('show errors 4, 5 and 6 themselves, with status 403', async () => {
    const url = spid.ssoUrl('redirect') ?? ''
    const foreign = await fetch(here(redirectUrl(url, requestXml(url), strangerKey)))
    expect([foreign.status, /Errore \d+/.exec(await foreign.text())?.[0]]).toEqual([403, 'Errore 5'])
    const unreadable = await fetch(here(`${url}?SAMLRequest=x`))
    expect([unreadable.status, /Errore \d+/.exec(await unreadable.text())?.[0]]).toEqual([403, 'Errore 4'])
    const wrongMethod = await fetch(here(spid.ssoUrl('post') ?? ''))
    expect([wrongMethod.status, /Errore \d+/.exec(await wrongMethod.text())?.[0]]).toEqual([403, 'Errore 6'])
  })

  it('escape what is not theirs', async () => {
    const url = spid.ssoUrl('redirect') ?? ''
    const edit = (xml: string) => xml.replaceAll(/>http:\/\/localhost:7000\/pub[^<]*</g, '>&lt;script&gt;<')
    const page = await (await fetch(here(redirectUrl(url, requestXml(url, { edit }))))).text()
    expect(page).not.toContain('<script>')
    expect(page).toContain('&#60;script&#62;')
  })
})

describe('the logout pages of a SPID test provider', () => {
  const SLO = ACS.replace('/acs', '/slo')
  const logoutUrl = (destination: string, key = sp.key) => {
    const session = { nameId: '_n', sessionIndex: '_s' }
    const xml = logoutRequestXml({ idp: SP_ENTITY_ID, destination, now: NOW }, session)
    return signedUrl(destination, { SAMLRequest: deflated(xml), RelayState: 'r1' }, key)
  }
  const read = async (url: string) => (await fetch(here(url))).text()
  const choose = (page: string, outcome: string) =>
    fetch(here(`${spid.baseUrl}/slo/answer`), {
      method: 'POST',
      body: new URLSearchParams({ request: hidden(page, 'request'), outcome }),
      redirect: 'manual',
    })

  it.each([
    ['success', ['Success']],
    ['partial', ['Requester', 'PartialLogout']],
  ])('answer a signed LogoutRequest with the chosen %s', async (outcome, status) => {
    const page = await read(logoutUrl(`${spid.baseUrl}/slo`))
    expect(page).toContain('Comune di Ala chiede di chiudere la tua sessione')
    const sent = await choose(page, outcome)
    expect(sent.headers.get('location')).toMatch(new RegExp(`^${SLO}\\?SAMLResponse=`))
    const answer = readLogoutMessage(sent.headers.get('location') ?? '')
    expect(answer).toMatchObject({ kind: 'LogoutResponse', status, relayState: 'r1', destination: SLO })
    expect(isSignedBy(answer, spid.metadata.certificate)).toBe(true)
    // a question is answered once
    expect((await choose(page, outcome)).status).toBe(400)
  })

  it('refuse one of a stranger, and one for another provider', async () => {
    const foreign = await fetch(here(logoutUrl(`${spid.baseUrl}/slo`, strangerKey)))
    expect([foreign.status, await foreign.text()]).toEqual([403, expect.stringContaining('firma')])
    const [, query] = logoutUrl('http://spid.localhost:7003/idp/beta/slo').split('?')
    const elsewhere = await fetch(here(`${spid.baseUrl}/slo?${query}`))
    expect([elsewhere.status, await elsewhere.text()]).toEqual([403, expect.stringContaining('Destination')])
  })

  it('begin a logout of the last login at level 1, and show what the service answers', async () => {
    expect(await read(`${spid.baseUrl}/slo/start`)).toContain('Nessuno ancora')
    const consent = await answer(await open(1), { citizen: 'ada', outcome: 'login' })
    await answer(consent, { citizen: 'ada', outcome: 'consent-1' })
    expect(await read(`${spid.baseUrl}/slo/start`)).toContain('Chiudi l’ultimo accesso a Comune di Ala')
    const sent = await fetch(here(`${spid.baseUrl}/slo/start`), {
      method: 'POST',
      body: new URLSearchParams({ sp: SP_ENTITY_ID }),
      redirect: 'manual',
    })
    const request = readLogoutMessage(sent.headers.get('location') ?? '')
    expect(request).toMatchObject({ kind: 'LogoutRequest', issuer: spid.entityId, destination: SLO })
    expect(request.nameId).toMatch(/^_/)
    expect(isSignedBy(request, spid.metadata.certificate)).toBe(true)
    const xml = logoutResponseXml(
      { idp: SP_ENTITY_ID, destination: `${spid.baseUrl}/slo`, now: NOW },
      request.id ?? '',
      { partial: false },
    )
    const told = await read(signedUrl(`${spid.baseUrl}/slo`, { SAMLResponse: deflated(xml) }, sp.key))
    expect(told).toContain('Comune di Ala ha risposto: <code>Success</code>')
  })
})
