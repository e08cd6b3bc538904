/** docs/rules/oidc-claims.md 3.1 to 3.3: what a service is told of one person by SPID, by CIE and by a card. */
import { beforeAll, describe, expect, it } from 'vitest'
import { spidAttributeNames } from '../../src/tenant/attribute-names.ts'
import { claimNames } from '../../src/tenant/claim-names.ts'
import type { Page } from '../fixtures/gateway/browser.ts'
import { startGateway } from '../fixtures/gateway/start.ts'

const NATIONAL = 'https://attributes.eid.gov.it/'
const everything = `
  - id: tutto
    names: { it: Tutto }
    url: https://tutto.ala.example/
    redirect_uris: [https://tutto.ala.example/callback]
    auth: none
    claims: [${claimNames.join(', ')}]
`
const set = `federation: { spid: { attribute_sets: [{ index: 5, name: tutti, attributes: [${spidAttributeNames.join(', ')}] }] } }
`
const scope = 'openid profile email phone address fiscal_number spid_code eid_exp_date'

const told: Record<'spid' | 'cie' | 'cns', Record<string, unknown>> = { spid: {}, cie: {}, cns: {} }
beforeAll(async () => {
  const gateway = await startGateway({ tenants: { ala: set }, clients: { ala: everything } })
  const options = { client: 'tutto', params: { scope } }
  for (const way of ['spid', 'cie'] as const) {
    const { login, end } = await gateway.loginBy(way, { ...options, level: 2 })
    told[way] = (await gateway.claimsOf(login, end)).userinfo
  }
  const { login, end } = await gateway.loginByCard(await gateway.keys.card('ada'), options)
  told.cns = (await gateway.claimsOf(login, end as Page)).userinfo
  await gateway.close()
})

const L2 = 'https://www.spid.gov.it/SpidL2'
const L3 = 'https://www.spid.gov.it/SpidL3'
const absent = undefined

describe('a service that declares everything is told', () => {
  it.each<[claim: string, spid: unknown, cie: unknown, cns: unknown]>([
    ['given_name', 'Ada', 'ADA', 'ADA'],
    ['family_name', 'Rossi', 'ROSSI', 'ROSSI'],
    ['name', 'Ada Rossi', 'ADA ROSSI', 'ADA ROSSI'],
    ['birthdate', '1980-05-12', '1980-05-12', '1980-05-12'],
    ['birthdate_source', absent, absent, 'derived'],
    [`${NATIONAL}fiscal_number`, 'TINIT-RSSDAA80E52L378U', 'TINIT-RSSDAA80E52L378U', 'TINIT-RSSDAA80E52L378U'],
    ['fiscal_number', 'RSSDAA80E52L378U', 'RSSDAA80E52L378U', 'RSSDAA80E52L378U'],
    ['gender', 'female', absent, 'female'],
    ['place_of_birth', { locality: 'L378', region: 'TN' }, absent, { locality: 'L378' }],
    ['email', 'ada.rossi@posta.example', absent, absent],
    ['email_verified', false, absent, absent],
    ['phone_number', '+393205550100', absent, absent],
    ['address', expect.objectContaining({ street_address: 'Via della Prova 1', country_code: 'IT' }), absent, absent],
    [`${NATIONAL}spid_code`, expect.stringMatching(/^ALFA/), absent, absent],
    [`${NATIONAL}eid_exp_date`, '2032-01-10', absent, absent],
    [`${NATIONAL}e_delivery_service`, 'ada.rossi@pec.posta.example', absent, absent],
    ['acr', L2, L2, L3],
    ['amr', ['spid'], ['cie'], ['cns', 'sc', 'pin']],
    ['idp_type', 'spid', 'cie', 'cns'],
    ['idp', 'https://alfa.example/idp', 'https://cie.example/idp', expect.stringMatching(/^CN=CA CNS di prova,/)],
    ['tenant', 'c_a116', 'c_a116', 'c_a116'],
  ])('%s as each way in knows it', (claim, spid, cie, cns) => {
    expect([told.spid[claim], told.cie[claim], told.cns[claim]]).toEqual([spid, cie, cns])
  })

  it('sub and user name are those of one person', () => {
    for (const claim of ['sub', 'preferred_username']) {
      expect(new Set(Object.values(told).map((claims) => claims[claim])).size).toBe(1)
    }
  })

  it('nothing is empty or null', () => {
    expect(JSON.stringify(told)).not.toMatch(/:""|:null|:\{\}/)
  })
})
