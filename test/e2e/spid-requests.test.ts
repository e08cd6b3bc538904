/** What SPID is asked for: least data by the client's attribute set, and the identities of professionals. docs/rules/spid-saml.md section 4. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'

const federation = `federation:
  spid:
    attribute_sets:
      - { index: 0, name: base, attributes: [fiscalNumber, name, familyName, dateOfBirth] }
      - { index: 3, name: nome, attributes: [fiscalNumber, name] }
      - { index: 7, name: imprese, attributes: [fiscalNumber, name, familyName, dateOfBirth, companyName, companyFiscalNumber, registeredOffice, ivaCode] }
`
const P = 'https://attributes.eid.gov.it/'

describe('the AuthnRequest for SPID', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({
      tenants: { ala: federation },
      // `sito` of ala is, for these tests, the desk for companies
      config: (config) => ({
        ...config,
        tenants: config.tenants.map((tenant) => ({
          ...tenant,
          clients: tenant.clients.map((client) =>
            client.id === 'sito' && tenant.id === 'ala'
              ? {
                  ...client,
                  attributeSet: 7,
                  purpose: 'PX' as const,
                  claims: [
                    ...client.claims,
                    'company_name',
                    'company_fiscal_number',
                    'registered_office',
                    'vat_number',
                  ],
                }
              : client,
          ),
        })),
      }),
    })
  })
  afterAll(() => gateway.close())

  const requestOf = async (client: string, way: 'spid' | 'cie' = 'spid', idp = gateway.idps.alfa) => {
    const login = await gateway.begin({ client })
    return gateway.requestIn(await gateway.choose(login, way, idp))
  }

  it('4.1: asks for the smallest set that covers what the client declared', async () => {
    // `palestra` declares a given name only
    expect((await requestOf('palestra')).attributeSetIndex).toBe('3')
    expect((await requestOf('sito')).attributeSetIndex).toBe('7')
  })

  it('4.5: carries the client’s Purpose, right after Issuer or signature, by either binding', async () => {
    const extensions =
      '<samlp:Extensions><spid:Purpose xmlns:spid="https://spid.gov.it/saml-extensions">PX</spid:Purpose></samlp:Extensions><samlp:NameIDPolicy'
    const redirected = await requestOf('sito')
    expect(redirected.purpose).toBe('PX')
    expect(redirected.xml).toContain(`</saml:Issuer>${extensions}`)
    const posted = await requestOf('sito', 'spid', gateway.idps.beta)
    expect(posted.xml).toContain(`</ds:Signature>${extensions}`)
    expect(gateway.idps.beta.receive(posted)).toHaveProperty('level')
  })

  it('4.2: has no Extensions for a client that names no Purpose', async () => {
    expect((await requestOf('palestra')).xml).not.toContain('Extensions')
  })

  it('is CIE’s own otherwise: always its one set, never a Purpose (cie.md A3)', async () => {
    const request = await requestOf('sito', 'cie', gateway.idps.cie)
    expect(request.attributeSetIndex).toBe('0')
    expect(request.xml).not.toContain('Extensions')
  })

  it('7: gives the client the company that the person acts for', async () => {
    const { login, end } = await gateway.loginBy('spid')
    const { userinfo, idToken } = await gateway.claimsOf(login, end)
    expect(userinfo).toMatchObject({
      given_name: 'Ada',
      [`${P}company_name`]: 'Falegnameria Rossi S.r.l.',
      [`${P}company_fiscal_number`]: 'TINIT-01234567897',
      [`${P}registered_office`]: { formatted: 'Via della Prova 7, 38061 Ala (TN)' },
      [`${P}vat_number`]: 'VATIT-01234567897',
    })
    expect(JSON.stringify(idToken)).not.toContain('01234567897')
  })

  it('7: leaves the company out where the person acts for nobody', async () => {
    const { login, end } = await gateway.loginBy('spid', { person: 'mario' })
    const { userinfo } = await gateway.claimsOf(login, end)
    expect(userinfo.given_name).toBe('Mario')
    expect(Object.keys(userinfo).filter((name) => /company|vat|office/.test(name))).toEqual([])
  })

  it('8: brings a citizen with another type of identity back to the choice (nr30)', async () => {
    const { login, post } = await gateway.upToAnswer('spid', { errorCode: 30 })
    const page = await gateway.deliver(login.browser, post)
    expect(page.status).toBe(403)
    expect(page.text).toContain('Questo servizio accetta l’identità professionale')
  })
})
