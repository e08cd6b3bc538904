/** What a citizen does in the demo, in a real browser: from "Accedi" on the municipal site to the claims that it shows. */
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { theCitizen } from '../../sandbox/citizens.ts'
import { type OpenDemo, openDemo, type WatchedPerson } from '../fixtures/browser/demo.ts'
import { NURSERY } from '../fixtures/browser/person.ts'
import { pictureName } from '../fixtures/browser/screenshots.ts'
import { cookieNames } from '../fixtures/browser/watch.ts'

let world: OpenDemo
beforeAll(async () => {
  world = await openDemo()
})
afterAll(() => world?.close())

const level = (reached: number) => `livello ${reached}`

/** A test with a person in a window of their own. */
const personed = (javaScript: boolean) =>
  test.extend<{ person: WatchedPerson }>({
    person: async ({ task }, use) => {
      // without JavaScript every page stays until its button is pressed, and can be looked at
      const person = await world.person({ javaScript, pictures: javaScript ? undefined : pictureName(task.name) })
      await use(person)
      await person.leave()
    },
  })

/** Each answer comes cross-site without any cookie; the browser that delivered it finishes with the interaction's. */
const expectBareAnswers = async ({ seen }: WatchedPerson, upstream: 'spid' | 'cie', count = 1) => {
  const [answers, finishes] = await Promise.all([seen.sent(/\/acs$/), seen.sent(/\/finish$/)])
  expect([answers.length, finishes.length]).toEqual([count, count])
  for (const answer of answers) {
    expect(answer).toMatchObject({ method: 'POST', status: 303, url: { pathname: `/t/ala/saml/${upstream}/acs` } })
    const origin = world.demo.urls[upstream]
    // the browser's own word that these are the headers as they were sent
    expect(answer.headers).toMatchObject({ 'sec-fetch-site': 'cross-site', origin })
    expect(answer.headers).not.toHaveProperty('cookie')
  }
  for (const finish of finishes) {
    expect(finish).toMatchObject({ method: 'GET', status: 303, headers: { 'sec-fetch-site': 'cross-site' } })
    expect(cookieNames(finish)).toEqual(expect.arrayContaining([expect.stringMatching(/interaction/)]))
  }
}

const expectQuietBrowser = ({ seen }: WatchedPerson, upstream: 'spid' | 'cie') => {
  expect(seen.complaints()).toEqual([])
  const { site, gateway } = world.demo.urls
  expect(seen.origins()).toEqual([site, gateway, world.demo.urls[upstream]])
}

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
] as const)('a citizen %s', (_, javaScript) => {
  const it = personed(javaScript)

  it('enters by SPID and sees the certified data on the site', async ({ person }) => {
    await person.wantsIn()
    await person.choosesSpid()
    await person.entersWithSpid()
    await person.consents()
    expect(await person.profile()).toMatchObject({
      given_name: 'Ada',
      family_name: 'Rossi',
      birthdate: '12/05/1980',
      fiscal_number: theCitizen('ada').fiscalNumber,
      idp_type: 'SPID',
      idp: `${world.demo.urls.spid}/idp/alfa`,
      acr: level(2),
      amr: 'spid',
    })
    await expectBareAnswers(person, 'spid')
    expectQuietBrowser(person, 'spid')
  })

  it('enters by SPID through a provider that takes posted requests only', async ({ person }) => {
    await person.wantsIn()
    await person.choosesSpid('Gamma (solo POST)')
    await person.entersWithSpid('Mario Rossi')
    await person.consents()
    expect(await person.profile()).toMatchObject({ given_name: 'Mario', idp: `${world.demo.urls.spid}/idp/gamma` })
    await expectBareAnswers(person, 'spid')
    expectQuietBrowser(person, 'spid')
  })

  it('enters by CIE with the credentials of level 2', async ({ person }) => {
    await person.wantsIn()
    await person.choosesCie()
    await person.entersWithCie('Procedi')
    expect(await person.profile()).toMatchObject({
      given_name: 'ADA',
      birthdate: '12/05/1980',
      idp_type: 'CIE',
      acr: level(2),
      amr: 'cie',
    })
    await expectBareAnswers(person, 'cie')
    expectQuietBrowser(person, 'cie')
  })

  it('enters by card with CIE where the service asks for level 3', async ({ person }) => {
    await person.wantsIn({ level: 3 })
    await person.choosesCie()
    await person.entersWithCie('Entra con lettura carta')
    expect(await person.profile()).toMatchObject({ given_name: 'ADA', acr: level(3), amr: 'cie, sc, pin' })
    await expectBareAnswers(person, 'cie')
    expectQuietBrowser(person, 'cie')
  })

  it('cancels at the provider, chooses another way in and gets there', async ({ person }) => {
    await person.wantsIn()
    await person.choosesSpid()
    await person.ends('Annulla')
    expect(await person.alert()).toBe('Hai annullato l’accesso')
    await person.look('alert-cancelled')
    await person.choosesCie()
    await person.entersWithCie('Procedi')
    expect(await person.profile()).toMatchObject({ idp_type: 'CIE' })
  })
})

describe('a citizen with a keyboard and nothing else', () => {
  const it = personed(false)

  it('gets from the site to the token', async ({ person: { page, ...person } }) => {
    /** Tab until the focus is there, as somebody does who reads what is focused. */
    const reach = async (wanted: Locator) => {
      for (let step = 0; step < 80; step++) {
        await page.keyboard.press('Tab')
        if ((await wanted.and(page.locator(':focus')).count()) === 1) return
      }
      throw new Error(`the Tab key does not reach ${wanted}`)
    }
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    await page.goto(`${world.demo.urls.site}/ala/`)
    await reach(
      page
        .locator('form', { has: page.getByRole('heading', { name: NURSERY }) })
        .getByRole('button', { name: 'Accedi' }),
    )
    await page.keyboard.press('Enter')
    await person.reads(`Accedi a «${NURSERY}»`)
    await reach(page.locator('summary', { hasText: 'Entra con SPID' }))
    await page.keyboard.press('Enter')
    await reach(page.getByRole('link', { name: 'Alfa ID', exact: true }))
    await page.keyboard.press('Enter')
    await person.reads('Entra in «Comune di Ala»')
    await reach(page.getByRole('radio').first())
    await page.keyboard.press('Space')
    await reach(button('Entra con SPID'))
    await page.keyboard.press('Enter')
    await reach(button('Acconsento'))
    await page.keyboard.press('Enter')
    await reach(button('Continua verso Comune di Ala'))
    await page.keyboard.press('Enter')
    expect(await person.profile()).toMatchObject({ given_name: 'Ada', idp_type: 'SPID', acr: level(2) })
  })
})

describe('a citizen who comes again', () => {
  const it = personed(true)

  it('has cookies of the gateway by then, and none goes along with the answer', async ({ person }) => {
    await person.wantsIn()
    await person.choosesCie()
    await person.entersWithCie('Procedi')
    await person.profile()
    await person.wantsIn()
    await person.follow('Italiano')
    await person.choosesCie()
    const cookies = await person.page.context().cookies(`${world.demo.urls.gateway}/t/ala/saml/cie/acs`)
    expect(cookies.map(({ name }) => name)).toEqual(
      expect.arrayContaining([expect.stringMatching(/lang/), expect.stringMatching(/session/)]),
    )
    await person.entersWithCie('Procedi')
    await person.profile()
    await expectBareAnswers(person, 'cie', 2)
  })
})

describe('a citizen who changes their mind', () => {
  const it = personed(false)

  it('gives up on the login page and begins again from the site', async ({ person }) => {
    await person.wantsIn()
    await person.follow(`Annulla e torna a «${NURSERY}»`)
    await person.reads('Accesso non completato')
    await person.look('site-cancelled')
    await person.follow('Torna ai servizi')
    await person.wantsIn()
    await person.choosesSpid()
    await person.entersWithSpid()
    await person.consents()
    expect(await person.profile()).toMatchObject({ given_name: 'Ada' })
  })

  it('leaves, and is asked who they are the next time', async ({ person }) => {
    await person.wantsIn()
    await person.choosesCie()
    await person.entersWithCie('Procedi')
    await person.profile()
    await person.press('Esci')
    await person.reads('Servizi')
    expect(await person.page.getByText('Sei entrato come').count()).toBe(0)
    await person.page.goto(`${world.demo.urls.site}/ala/profilo`)
    await person.reads('Servizi')
    await person.wantsIn()
    expectQuietBrowser(person, 'cie')
  })
  it('is asked first when a link without proof would log them out, and lands on the site', async ({ person }) => {
    await person.wantsIn()
    await person.choosesCie()
    await person.entersWithCie('Procedi')
    await person.profile()
    const { site, gateway } = world.demo.urls
    const leave = new URLSearchParams({ client_id: 'sito', post_logout_redirect_uri: `${site}/ala/` })
    await person.page.goto(`${gateway}/t/ala/end-session?${leave}`)
    await person.reads('Vuoi uscire?')
    await person.look('logout-ask')
    await person.press('Esci')
    await person.reads('Servizi')
    await person.page.goto(`${gateway}/t/ala/end-session`)
    await person.reads('Uscita completata')
    await person.look('logout-done')
    expectQuietBrowser(person, 'cie')
  })
})

describe('a citizen of a Comune with single sign-on', () => {
  const it = personed(false)
  const library = () => `${world.demo.urls.site}/moena/login?client=biblioteca`

  it('enters the next service with a click, and leaves both with another', async ({ person }) => {
    await person.wantsIn({ tenant: 'moena' })
    await person.choosesCns()
    await person.presentsCard('Ada Rossi')
    await person.profile()
    await person.page.goto(library())
    await person.reads('Accedi a «Biblioteca comunale»')
    await person.look('present')
    await person.follow('Continua come ADA ROSSI')
    expect(await person.profile()).toMatchObject({ given_name: 'ADA', acr: level(3) })
    await person.page.goto(`${world.demo.urls.gateway}/t/moena/end-session`)
    await person.reads('Vuoi uscire?')
    await person.look('leave-all')
    await person.press('Esci da tutto')
    await person.reads('Uscita completata')
    await person.look('left-all')
    await person.page.goto(library())
    await person.reads('Accedi a «Biblioteca comunale»')
    expect(await person.page.getByText('Accesso già fatto').count()).toBe(0)
    expect(person.seen.complaints()).toEqual([])
  })

  it('is told that somebody else was still logged in, and goes on', async ({ person }) => {
    await person.wantsIn({ tenant: 'moena' })
    await person.choosesCns()
    await person.presentsCard('Ada Rossi')
    await person.profile()
    await person.page.goto(library())
    await person.choosesCns()
    await person.presentsCard('Lia Ferrari')
    await person.reads('L’accesso di prima è chiuso')
    await person.look('another')
    await person.follow('Continua verso «Biblioteca comunale»')
    expect(await person.profile()).toMatchObject({ given_name: 'LIA' })
    expect(person.seen.complaints()).toEqual([])
  })
})
