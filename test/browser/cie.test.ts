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

interface Screen {
  readonly javaScript: boolean
  readonly phone: boolean
}
const computer = { javaScript: false, phone: false }
const telephone = { javaScript: true, phone: true }
/** Every story runs on both screens, on one with scripts and on the other without. */
const screens = [
  ['at a computer without JavaScript', computer],
  ['on a telephone', telephone],
] as const
const screensThatWait = [
  ['at a computer', { ...computer, javaScript: true }],
  ['on a telephone without JavaScript', { ...telephone, javaScript: false }],
] as const

/** At the first page of the provider, sent by a service that asks for `level`. */
const personed = (screen: Screen, level?: 3) =>
  test.extend<{ person: WatchedPerson }>({
    person: async ({ task }, use) => {
      const pictures = `${screen.phone ? 'on-phone' : 'at-desk'}-${pictureName(task.name)}`
      const person = await world.person({ ...screen, pictures })
      await person.wantsIn(level === undefined ? {} : { level })
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
/** Back at the choice, with what happened. */
const expectRefused = async (person: WatchedPerson, title: string, code: string) => {
  expect(await person.alert()).toBe(title)
  expect(await person.page.getByRole('alert').innerText()).toContain(code)
  await person.look('alert')
}
const expectCancelled = (person: WatchedPerson) => expectRefused(person, 'Hai annullato l’accesso', 'idp_cancelled')

/** The page that waits goes on by itself: at once with JavaScript, every two seconds without. */
const PATIENT = 40_000

describe.each(screensThatWait)('%s, a citizen who takes a phone to it', (_, screen) => {
  const it = personed(screen)

  it(
    'enters by e-mail, password and a notification that the phone approves with its finger',
    async ({ person }) => {
      await person.cie.credentials('Notifica nell’app CieID', 'e-mail')
      await person.reads('Approva la notifica sul telefono')
      await person.cie.looksAround('cie-notification')
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
      await person.cie.looksAround('cie-qr')
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
      await person.cie.looksAround('cie-card')
      await person.cie.bySmartphone()
      const phone = await person.cie.takesPhone()
      await phone.unlocks(APP_PIN)
      await phone.holdsCard()
      const late = await phone.code()
      await person.reads('Fase 2: inserisci il codice mostrato dall’app')
      ahead = LIFE.otp
      await person.cie.types(late)
      await person.page.getByText('Il codice è scaduto.').waitFor()
      await person.cie.looksAround('cie-code-expired')
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
    'sees the time run and makes a new QR code when the first has expired',
    async ({ person }) => {
      await person.press('Entra con QR Code')
      await person.reads('Inquadra il codice con l’app CieID')
      expect(await person.page.getByRole('timer').innerText()).toMatch(/^(2:00|1:5\d)$/)
      const phone = await person.cie.takesPhone()
      ahead = LIFE.qr
      await person.reads('Il codice QR è scaduto')
      await person.cie.looksAround('cie-qr-expired')
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

  it(
    'refuses on the phone and is back at the choice',
    async ({ person }) => {
      await person.press('Entra con QR Code')
      const phone = await person.cie.takesPhone()
      await phone.press('Rifiuta')
      await phone.reads('Accesso rifiutato')
      await person.returns()
      await expectCancelled(person)
    },
    PATIENT,
  )
})

describe.each(screens)('%s, a citizen', (_, screen) => {
  const it = personed(screen)

  it('enters by number, password and text message, after a code that was not the one', async ({ person }) => {
    await person.cie.credentials('Codice via SMS', 'number')
    const phone = await person.cie.takesPhone()
    const code = await phone.code()
    await person.cie.types(code === '000000' ? '111111' : '000000')
    await person.page.getByText('Il codice non è giusto.').waitFor()
    await person.cie.types(code)
    await person.agreesAtCie()
    await expectIn(person, 2)
  })

  it('looks at the card pages, goes back to level 2 and enters by tax code and text message', async ({ person }) => {
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

  /** Each from the first page. */
  const pages: readonly (readonly [heading: string, way: (person: WatchedPerson) => Promise<void>])[] = [
    ['Comune di Ala', async () => {}],
    ['Inserisci il codice ricevuto via SMS', ({ cie }) => cie.credentials('Codice via SMS')],
    ['Approva la notifica sul telefono', ({ cie }) => cie.credentials('Notifica nell’app CieID')],
    ['Inquadra il codice con l’app CieID', ({ press }) => press('Entra con QR Code')],
    ['Comune di Ala', ({ press }) => press('Entra con lettura carta')],
    [
      'Fase 1: inquadra il codice con l’app CieID',
      async ({ press, cie }) => {
        await press('Entra con lettura carta')
        await cie.bySmartphone()
      },
    ],
    [
      'Appoggia la carta sul lettore',
      async ({ press }) => {
        await press('Entra con lettura carta')
        await press('Prosegui con computer')
      },
    ],
    [
      'Ada Rossi',
      async ({ press, cie }) => {
        await press('Entra con lettura carta')
        await cie.byReader()
      },
    ],
  ]
  it(
    'goes back to the service from every page, and can choose again',
    async ({ person }) => {
      for (const [heading, way] of pages) {
        await way(person)
        await person.reads(heading)
        await person.ends('Torna al servizio')
        await expectCancelled(person)
        await person.choosesCie()
      }
    },
    PATIENT,
  )

  it('refuses to send the data and reads so at the gateway', async ({ person }) => {
    await person.cie.byMessage()
    await person.reads('Ada Rossi')
    await person.ends('Annulla')
    await expectRefused(person, 'Non hai autorizzato l’invio dei dati', 'idp_consent_refused')
  })

  it('takes ten minutes and reads so at the gateway', async ({ person }) => {
    ahead = LIFE.walk
    await person.press('Entra con QR Code')
    await person.returns()
    await expectRefused(person, 'È passato troppo tempo', 'idp_timeout')
  })

  it('reads at the gateway that the card is revoked', async ({ person }) => {
    await person.press('Entra con lettura carta')
    await person.cie.byReader('Lia Ferrari')
    await person.returns()
    await expectRefused(person, 'La tua CIE è scaduta o bloccata', 'idp_identity_blocked')
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
    await person.cie.looksAround('cie-blocked')
    await person.ends('Torna al servizio')
    await expectCancelled(person)
  })
})

describe.each(screens)('%s, a citizen of whom the service asks level 3', (_, screen) => {
  const it = personed(screen, 3)

  it('has no way back to level 2, and enters with a reader', async ({ person }) => {
    expect(await person.page.getByRole('button', { name: 'Torna a livello 2' }).count()).toBe(0)
    await person.entersWithCie('Entra con lettura carta')
    await expectIn(person, 3)
  })
})

describe('at a computer, a citizen', () => {
  const it = personed(computer)

  it('is not offered the app, which is on the phone', async ({ person }) => {
    const app = person.page.getByRole('button', { name: 'Apri l’app CieID' })
    expect(await app.isVisible()).toBe(false)
    await person.press('Entra con lettura carta')
    await person.press('Prosegui con computer')
    expect(await app.isVisible()).toBe(false)
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
    await person.returns()
    await expectIn(person, 2)
  })
})

describe('on a telephone with the app, a citizen', () => {
  const it = personed(telephone)

  const opensApp = async (person: WatchedPerson) => {
    await person.press('Apri l’app CieID')
    return atPhone(person.page, person.look)
  }
  const comesBack = (person: WatchedPerson) => person.follow('Torna nel browser')

  it('enters at level 2, back in the same browser', async ({ person }) => {
    await person.cie.looksAround('cie-login')
    const app = await opensApp(person)
    await app.unlocks()
    await app.reads('Fatto')
    await person.look('phone-done')
    await comesBack(person)
    await person.agreesAtCie()
    await expectIn(person, 2)
  })

  it('enters at level 3 with the card on the phone, back in the same browser', async ({ person }) => {
    await person.press('Entra con lettura carta')
    const app = await opensApp(person)
    await app.unlocks(APP_PIN)
    await app.holdsCard()
    await comesBack(person)
    await person.agreesAtCie()
    await expectIn(person, 3)
  })

  personed(telephone, 3)('enters with the card on the phone where the service asks for level 3', async ({ person }) => {
    const app = await opensApp(person)
    await app.unlocks()
    await app.holdsCard()
    await comesBack(person)
    await person.agreesAtCie()
    await expectIn(person, 3)
  })

  it('refuses in the app and is back at the choice', async ({ person }) => {
    const app = await opensApp(person)
    await app.press('Rifiuta')
    await comesBack(person)
    await expectCancelled(person)
  })

  it('reads at the gateway that the card on the phone is revoked', async ({ person }) => {
    await person.press('Entra con lettura carta')
    const app = await opensApp(person)
    await person.page
      .getByLabel('Di chi è il telefono di prova?')
      .selectOption({ label: 'Lia Ferrari (CA00006AA, revocata)' })
    await app.unlocks()
    await app.holdsCard()
    await app.reads('La carta non è valida')
    await comesBack(person)
    await expectRefused(person, 'La tua CIE è scaduta o bloccata', 'idp_identity_blocked')
  })

  it('who gets the PIN wrong three times in the app has blocked the card and can only leave', async ({ person }) => {
    const app = await opensApp(person)
    for (const pin of ['0000', '1111', '2222']) {
      await person.page.getByLabel('Ultime 4 cifre del PIN').fill(pin)
      await app.press('Approva con il PIN')
    }
    await app.reads('La carta è bloccata')
    await comesBack(person)
    await person.reads('La carta è bloccata')
    await person.ends('Torna al servizio')
    await expectCancelled(person)
  })

  it.for([2, 3] as const)(
    'whose app comes back at level %i in another browser reads why, and starts again there at the service',
    async (level, { person }) => {
      if (level === 3) await person.press('Entra con lettura carta')
      const app = await opensApp(person)
      await app.unlocks()
      if (level === 3) await app.holdsCard()
      const back = await person.page.getByRole('link', { name: 'Torna nel browser' }).getAttribute('href')

      const other = await world.person({ phone: true, pictures: `other-browser-${level}` })
      await other.page.goto(back ?? '')
      await other.agreesAtCie()
      await other.reads('L’accesso era iniziato in un altro browser')
      await other.look('other-browser')
      await other.follow(`Ricomincia da «${NURSERY}»`)
      await other.reads(`Accedi a «${NURSERY}»`)
      await other.choosesCie()
      const appAgain = await opensApp(other)
      await appAgain.unlocks()
      await comesBack(other)
      await other.agreesAtCie()
      expect(await other.profile()).toMatchObject({ given_name: 'ADA', acr: 'livello 2' })
      await other.leave()

      // nobody was logged in where the login began
      await person.page.goto(`${world.demo.urls.site}/ala/profilo`)
      await person.reads('Servizi')
    },
  )
})
