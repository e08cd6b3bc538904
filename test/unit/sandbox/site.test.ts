import { afterAll, describe, expect, it } from 'vitest'
import { listen } from '../../../sandbox/http.ts'
import { createSiteHandler } from '../../../sandbox/site.ts'
import { profilePage } from '../../../sandbox/site-pages.ts'
import { readTenants } from '../../../sandbox/tenants.ts'

// Nobody listens there.
const publicUrl = 'http://127.0.0.1:9'
const tenants = readTenants(new URL('../../../tenants', import.meta.url).pathname, publicUrl, {
  VARCO_DEMO_CLIENT_SECRET: 'secret',
})
const site = await listen(
  createSiteHandler({ tenants, url: 'http://comune.localhost:7006', providers: [{ hint: 'cie', name: 'CIE' }] }),
  0,
)
afterAll(() => site.close())
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${site.port}${path}`, { headers, redirect: 'manual' })

describe('the sample municipal site', () => {
  it('reads the same tenant files as the gateway', () => {
    const ala = tenants.find(({ id }) => id === 'ala')
    expect(ala?.issuer).toBe(`${publicUrl}/t/ala`)
    expect(ala?.registrations.spid).toMatchObject({
      entityId: `${publicUrl}/pub-ag-full/c_a116`,
      name: 'Comune di Ala',
      acsUrls: [`${publicUrl}/t/ala/saml/spid/acs`],
    })
    expect(ala?.registrations.cie.entityId).toBe(`${publicUrl}/cie/c_a116`)
    expect(ala?.clients[0]).toMatchObject({ id: 'sito', secret: 'secret' })
  })

  it('offers its services, levels, providers and languages', async () => {
    const page = await (await get('/ala/')).text()
    expect(page).toContain('Comune di Ala')
    expect(page).toContain('action="/ala/login"')
    expect(page).toContain('<option value="3">livello 3</option>')
    expect(page).toContain('<option value="cie">CIE</option>')
    expect(page).toContain('<option value="de">Deutsch</option>')
  })

  it('says so when the gateway cannot be reached', async () => {
    const response = await get('/ala/login')
    expect(response.status).toBe(502)
    expect(await response.text()).toContain('Il gateway non risponde come dovrebbe')
  })

  it('takes no callback that it did not begin, and no forged session', async () => {
    expect((await get('/ala/callback?code=x&state=y')).status).toBe(400)
    expect((await get('/ala/callback?code=x&state=y', { cookie: 'comune_session=abc.def' })).status).toBe(400)
  })

  it('shows nobody’s profile to somebody who is not logged in', async () => {
    const response = await get('/ala/profilo')
    expect([response.status, response.headers.get('location')]).toEqual([303, '/ala/'])
  })

  it('shows every claim that it received, with a label and as it came', () => {
    const [tenant] = tenants
    if (tenant === undefined) throw new Error('no tenant')
    const { markup } = profilePage(tenant, {
      client: 'sito',
      idToken: '',
      idTokenClaims: { sub: 's1', acr: 'https://www.spid.gov.it/SpidL2' },
      userInfo: { sub: 's1', given_name: 'Zoë', birthdate: '1972-10-31', surprise: { a: ['<b>'] } },
    })
    expect(markup).toContain('<td data-claim="birthdate">31/10/1972</td>')
    expect(markup).toContain('<td data-claim="acr">livello 2</td>')
    expect(markup).toContain('data-claim="surprise"')
    expect(markup).not.toContain('<b>')
  })
})
