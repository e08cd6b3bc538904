/** Every way through CIE that the public guides describe, in a real browser: on a computer with a telephone beside it, and on a telephone. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { APP_PIN } from '../../sandbox/cie-cards.ts'
import { LIFE } from '../../sandbox/cie-walk.ts'
import { atPhone } from '../fixtures/browser/cie-steps.ts'
import { type OpenDemo, openDemo, type WatchedPerson } from '../fixtures/browser/demo.ts'
import { NURSERY } from '../fixtures/browser/person.ts'
import { pictureName } from '../fixtures/browser/screenshots.ts'

/** How far the provider's clock is ahead: codes expire without waiting. */
let ahead = 0
let world: OpenDemo
beforeAll(async () => {
  world = await openDemo(() => Date.now() + ahead)
})
afterAll(() => world?.close())
afterEach(() => {
  ahead = 0
})

const personed = (wishes: { javaScript: boolean; phone?: boolean }) =>
  test.extend<{ person: WatchedPerson }>({
    person: async ({ task }, use) => {
      const person = await world.person({ ...wishes, pictures: wishes.javaScript ? undefined : pictureName(task.name) })
      await person.wantsIn()
      await person.choosesCie()
      await use(person)
      await person.leave()
    },
  })

const expectIn = async (person: WatchedPerson, level: 2 | 3) => {
  const amr = level === 3 ? 'cie, sc, pin' : 'cie'
  expect(await person.profile()).toMatchObject({ given_name: 'ADA', idp_type: 'CIE', acr: `livello ${level}`, amr })
  expect(person.seen.complaints()).toEqual([])
}

/** The page that waits goes on by itself: at once with JavaScript, every five seconds without. */
const PATIENT = 40_000

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
] as const)('at a computer %s, a citizen', (_, javaScript) => {
  const it = personed({ javaScript })

  it(
    'enters by password and a notification that the phone approves with its finger',
    async ({ person }) => {
      await person.cie.credentials('Notifica nell’app CieID')
      await person.reads('Approva la notifica sul telefono')
      await person.look('cie-notification')
      const phone = await person.cie.takesPhone()
      await phone.unlocks()
      await phone.reads('Fatto')
      await person.agreesAtCie()
      await expectIn(person, 2)
    },
    PATIENT,
  )

  it(
    'enters by framing the QR code',
    async ({ person }) => {
      await person.press('Entra con QR Code')
      await person.reads('Inquadra il codice con l’app CieID')
      await person.look('cie-qr')
      const phone = await person.cie.takesPhone()
      await phone.unlocks(APP_PIN)
      await phone.reads('Fatto')
      await person.agreesAtCie()
      await expectIn(person, 2)
    },
    PATIENT,
  )

  it(
    'enters at level 3 with the phone as reader, after a code that was used too late',
    async ({ person }) => {
      await person.press('Entra con lettura carta')
      await person.look('cie-card')
      await person.cie.bySmartphone()
      const phone = await person.cie.takesPhone()
      await phone.unlocks(APP_PIN)
      await phone.holdsCard()
      const late = await phone.code()
      await person.reads('Fase 2: inserisci il codice mostrato dall’app')
      ahead = LIFE.otp
      await person.cie.types(late)
      await person.page.getByText('Il codice è scaduto.').waitFor()
      await person.look('cie-code-expired')
      ahead = 0
      await person.press('Nuovo codice QR')
      const again = await person.cie.takesPhone()
      await again.unlocks()
      await again.holdsCard()
      const code = await again.code()
      await person.reads('Fase 2: inserisci il codice mostrato dall’app')
      await person.cie.types(code)
      await person.agreesAtCie()
      await expectIn(person, 3)
    },
    PATIENT,
  )

  it(
    'makes a new QR code when the first has expired',
    async ({ person }) => {
      await person.press('Entra con QR Code')
      await person.reads('Inquadra il codice con l’app CieID')
      const phone = await person.cie.takesPhone()
      ahead = LIFE.qr
      await person.reads('Il codice QR è scaduto')
      await person.look('cie-qr-expired')
      await phone.press('Usa l’impronta')
      await phone.reads('È passato troppo tempo')
      ahead = 0
      await person.press('Nuovo codice QR')
      const again = await person.cie.takesPhone()
      await again.unlocks()
      await person.agreesAtCie()
      await expectIn(person, 2)
    },
    PATIENT,
  )
})

describe('at a computer, a citizen', () => {
  const it = personed({ javaScript: false })

  it('looks at the card pages, goes back to level 2 and enters by text message', async ({ person }) => {
    await person.press('Entra con lettura carta')
    await person.press('Prosegui con smartphone')
    await person.reads('Numero di serie della carta')
    await person.press('Torna a livello 2')
    await person.entersWithCie('Procedi')
    await expectIn(person, 2)
  })

  it('enters at level 3 with a reader although level 2 would do', async ({ person }) => {
    await person.entersWithCie('Entra con lettura carta')
    await expectIn(person, 3)
  })

  it('goes back to the service from the middle of the way, and can choose again', async ({ person }) => {
    await person.press('Entra con QR Code')
    await person.ends('Torna al servizio')
    expect(await person.alert()).toBe('Hai annullato l’accesso')
    await person.choosesCie()
  })

  it.each([
    ['refuses to send the data', 'Annulla', 'Non hai autorizzato l’invio dei dati'],
    ['took too long', /^nr21 /, 'È passato troppo tempo'],
  ] as const)('who %s reads so at the gateway', async (_name, button, title) => {
    const person = await world.person({ javaScript: false })
    await person.wantsIn()
    await person.choosesCie()
    if (button === 'Annulla') await person.cie.byMessage()
    await person.ends(button, button === 'Annulla' ? undefined : 'Simula una risposta')
    expect(await person.alert()).toBe(title)
    await person.leave()
  })

  it('reads at the gateway that the card is revoked', async ({ person }) => {
    await person.press('Entra con lettura carta')
    await person.cie.byReader('Lia Ferrari')
    await person.press('Continua verso Comune di Ala')
    expect(await person.alert()).toBe('La tua CIE è scaduta o bloccata')
    await person.look('alert-revoked')
  })

  it('who gets the PIN wrong three times has blocked the card and can only leave', async ({ person }) => {
    await person.press('Entra con lettura carta')
    await person.cie.byReader('Ada Rossi', '00000000')
    for (const pin of ['11111111', '22222222']) {
      await person.page.getByText('Il PIN non è giusto.').waitFor()
      await person.page.getByLabel('PIN di 8 cifre').fill(pin)
      await person.press('Procedi')
    }
    await person.reads('La carta è bloccata')
    await person.look('cie-blocked')
    await person.ends('Torna al servizio')
    expect(await person.alert()).toBe('Hai annullato l’accesso')
  })

  it('needs no mouse', async ({ person }) => {
    const keyboard = person.page.keyboard
    await person.page.getByLabel('Password').focus()
    await keyboard.press('Enter')
    await person.reads('Inserisci il codice ricevuto via SMS')
    const phone = await person.cie.takesPhone()
    const code = await phone.code()
    await phone.page.close()
    await person.page.getByLabel('Codice', { exact: true }).focus()
    await keyboard.type(code)
    await keyboard.press('Enter')
    await person.reads('Ada Rossi')
    await person.page.getByRole('button', { name: 'Prosegui', exact: true }).focus()
    await keyboard.press('Enter')
    await person.press('Continua verso Comune di Ala')
    await expectIn(person, 2)
  })
})

describe('on a telephone, a citizen', () => {
  const it = personed({ javaScript: true, phone: true })

  const opensApp = async (person: WatchedPerson) => {
    await person.press('Apri l’app CieID')
    return atPhone(person.page)
  }
  const expectFits = async ({ page }: WatchedPerson) => {
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  }

  it('enters at level 2 by the app, which leads back into the same browser', async ({ person }) => {
    await expectFits(person)
    const app = await opensApp(person)
    await expectFits(person)
    await app.unlocks()
    await person.follow('Torna nel browser')
    await expectFits(person)
    await person.agreesAtCie()
    await expectIn(person, 2)
  })

  it('enters at level 3 by the app, with the card on the phone', async ({ person }) => {
    await person.press('Entra con lettura carta')
    await expectFits(person)
    const app = await opensApp(person)
    await app.unlocks(APP_PIN)
    await app.holdsCard()
    await person.follow('Torna nel browser')
    await person.agreesAtCie()
    await expectIn(person, 3)
  })

  it.for([2, 3] as const)(
    'whose app comes back at level %i in another browser reads why, and starts again there at the service',
    async (level, { person }) => {
      if (level === 3) await person.press('Entra con lettura carta')
      const app = await opensApp(person)
      await app.unlocks()
      if (level === 3) await app.holdsCard()
      const back = await person.page.getByRole('link', { name: 'Torna nel browser' }).getAttribute('href')

      const other = await world.person({ phone: true })
      await other.page.goto(back ?? '')
      await other.agreesAtCie()
      await other.reads('L’accesso era iniziato in un altro browser')
      await expectFits(other)
      await other.follow(`Ricomincia da «${NURSERY}»`)
      await other.reads(`Accedi a «${NURSERY}»`)
      await other.choosesCie()
      const appAgain = await opensApp(other)
      await appAgain.unlocks()
      await other.follow('Torna nel browser')
      await other.agreesAtCie()
      expect(await other.profile()).toMatchObject({ given_name: 'ADA', acr: 'livello 2' })
      await other.leave()

      // nobody was logged in where the login began
      await person.page.goto(`${world.demo.urls.site}/ala/profilo`)
      await person.reads('Servizi')
    },
  )
})
