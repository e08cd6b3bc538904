/** What the gateway tells a citizen when it does not go as it should, and in which language. Without JavaScript throughout. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenDemo, openDemo, type WatchedPerson } from '../fixtures/browser/demo.ts'
import { NURSERY } from '../fixtures/browser/person.ts'
import { pictureName } from '../fixtures/browser/screenshots.ts'

let world: OpenDemo
beforeAll(async () => {
  world = await openDemo()
})
afterAll(() => world?.close())

const it = test.extend<{ person: WatchedPerson }>({
  person: async ({ task }, use) => {
    const person = await world.person({ javaScript: false, pictures: pictureName(task.name) })
    await use(person)
    await person.leave()
  },
})

/** The browser notes the honest status of a page, and nothing else. */
const expectNothingButStatus = ({ seen }: WatchedPerson, status: string) => {
  const complaints = new Set(seen.complaints().map((line) => line.replace(/ \(http.*$/, '')))
  expect([...complaints]).toEqual([`Failed to load resource: the server responded with a status of ${status}`])
}

describe('the login page', () => {
  it('speaks the languages of the Comune and remembers which one was chosen', async ({ person }) => {
    await person.wantsIn({ tenant: 'moena' })
    expect(await person.page.getByRole('banner').innerText()).toContain('Comune di Moena\nComun de Moena')
    for (const [language, lang, title, name] of [
      ['Deutsch', 'de', 'Anmelden bei „Anmeldung zur Kinderkrippe“', 'Gemeinde Moena'],
      ['English', 'en', 'Sign in to “Nursery enrolment”', 'Municipality of Moena'],
      ['Ladin', 'lld', 'Scriturazion al nì', 'Comun de Moena'],
    ] as const) {
      await person.follow(language)
      await person.reads(new RegExp(title))
      expect(await person.page.locator('html').getAttribute('lang')).toBe(lang)
      expect(await person.page.getByRole('banner').innerText()).toContain(`${name}\nComune di Moena`)
      await person.look(lang)
    }
    await person.page.goto(`${world.demo.urls.site}/moena/login?client=sito`)
    await person.reads(/Scriturazion al nì/)
    expect(person.seen.complaints()).toEqual([])
  })

  it('after nr21 says that it took too long and offers every way again', async ({ person }) => {
    await person.wantsIn()
    await person.choosesSpid()
    await person.ends(/^nr21 /, 'Simula un errore')
    expect(await person.alert()).toBe('È passato troppo tempo')
    // screen readers start there, without a script
    expect(await person.page.getByRole('alert').and(person.page.locator(':focus')).count()).toBe(1)
    await person.look('alert')
    await person.choosesCie()
    expectNothingButStatus(person, '403 (Forbidden)')
  })

  it('after nr20 names the provider that cannot give the level', async ({ person }) => {
    await person.wantsIn()
    await person.choosesSpid('Beta Identità')
    await person.comesAs('Lia Ferrari')
    await person.ends('Entra con SPID')
    expect(await person.alert()).toBe('Il livello della tua identità non basta')
    expect(await person.page.getByRole('alert').innerText()).toContain('Beta Identità')
  })
})

describe('an error page', () => {
  it('ends a login whose answer is signed by a stranger, and leads to a new one', async ({ person }) => {
    await person.wantsIn()
    await person.choosesSpid()
    await person.entersWithSpid()
    await person.ends('Firma sbagliata', 'Prova altre risposte')
    await person.reads('Non possiamo verificare la risposta')
    await person.look('error')
    await person.follow(`Ricomincia da «${NURSERY}»`)
    await person.reads(`Accedi a «${NURSERY}»`)
    expectNothingButStatus(person, '403 (Forbidden)')
  })

  it('tells whoever was lured into a login that somebody else began, who gets nothing', async ({ person }) => {
    await person.wantsIn()
    await person.choosesSpid()
    const victim = await world.person()
    await victim.page.goto(person.page.url())
    await victim.entersWithSpid("Noemi Zoë Dell'Agnolo Weißsteiner-Kössler")
    await victim.consents()
    await victim.reads('L’accesso era iniziato in un altro browser')
    const left = victim.page.url()
    await victim.leave()
    await person.page.goto(left)
    await person.reads(`Accedi a «${NURSERY}»`)
    await person.look('login')
    await person.page.goto(`${world.demo.urls.site}/ala/profilo`)
    await person.reads('Servizi')
  })

  it('says that nobody knows such a Comune', async ({ person }) => {
    await person.page.goto(`${world.demo.urls.gateway}/t/atlantide/authorize`)
    await person.reads('Non conosciamo questo ente')
    await person.look('error')
  })
})
