import { describe, expect, it } from 'vitest'
import { APP_PIN, CARD_PIN, identityCards } from '../../../sandbox/cie-cards.ts'
import {
  type Action,
  act,
  actAtPhone,
  atTime,
  beginWalk,
  isExpired,
  LIFE,
  type PhoneAction,
  type Walk,
} from '../../../sandbox/cie-walk.ts'
import { type Level, theCitizen } from '../../../sandbox/citizens.ts'

const START = Date.parse('2026-01-15T10:00:00Z')
const cardOf = (id: string) => identityCards.find(({ citizen }) => citizen.id === id) ?? expect.fail(id)
const ada = cardOf('ada')
const lia = cardOf('lia')

/** A walk that is moved step by step, with a clock that stands still until it is told; tickets and digits are counted. */
const walking = (asked: Level) => {
  let walk = beginWalk(asked, START)
  let now = START
  let tickets = 0
  const chance = () => ({
    now,
    ticket: () => `ticket-${++tickets}`,
    digits: (count: number) => '123456'.slice(0, count),
  })
  const self = {
    does: (...actions: Action[]) => {
      for (const action of actions) walk = act(walk, action, chance())
      return self
    },
    atPhone: (...actions: PhoneAction[]) => {
      for (const action of actions) walk = actAtPhone(walk, action, chance())
      return self
    },
    wait: (milliseconds: number) => {
      now += milliseconds
      return self
    },
    seen: (): Walk => atTime(walk, now),
    step: () => atTime(walk, now).step,
    phoneExpired: () => walk.phone !== undefined && isExpired(walk.phone, now),
  }
  return self
}

const credentials = (second: 'sms' | 'notification', user = ada.number): Action => ({
  do: 'credentials',
  user,
  password: 'prova',
  second,
})
const finger: PhoneAction = { do: 'unlock', number: ada.number }
const pin = (digits: string): PhoneAction => ({ do: 'unlock', number: ada.number, pin: digits })
const reader = (digits: string, { number } = ada): Action => ({ do: 'reader', number, pin: digits })
const serial: Action = { do: 'serial', number: ' ca00001aa' }
const code = (digits: string): Action => ({ do: 'code', digits })
const asks = (level: Level, card = ada) => ({ is: 'consent', card, level })

describe('credentials at the CIE test provider', () => {
  it.each([
    ['number of the card', ada.number],
    ['tax code, in small letters', ada.citizen.fiscalNumber.toLowerCase()],
    ['e-mail', theCitizen('ada').email],
  ])('are taken with the %s, and then the code of a text message reaches level 2', (_, user) => {
    const walk = walking(2).does(credentials('sms', user))
    expect(walk.seen().phone).toMatchObject({ asks: 'sms', shows: 'code', code: { digits: '123456' } })
    expect(walk.does(code('123 456')).step()).toEqual(asks(2))
  })

  it('reach level 2 by a notification that is approved with the finger or the last four digits', () => {
    for (const approval of [finger, pin(APP_PIN)]) {
      const walk = walking(2).does(credentials('notification'))
      expect(walk.step()).toEqual({ is: 'phone' })
      expect(walk.atPhone(approval).step()).toEqual(asks(2))
    }
  })

  it('are enough alone where level 1 is asked, and only there', () => {
    expect(walking(1).does(credentials('sms')).step()).toEqual(asks(1))
    expect(walking(3).does(credentials('sms')).step()).toEqual({ is: 'card-choice' })
  })

  it('of nobody, or without password, are asked again', () => {
    const walk = walking(2).does(credentials('sms', 'nessuno'))
    expect(walk.step()).toEqual({ is: 'credentials', problem: 'user-unknown' })
    walk.does({ do: 'credentials', user: ada.number, password: '', second: 'sms' })
    expect(walk.step()).toEqual({ is: 'credentials', problem: 'password-missing' })
  })
})

describe('a code', () => {
  it('of a text message expires after three minutes to the millisecond, and a new one is good', () => {
    const walk = walking(2).does(credentials('sms')).wait(LIFE.sms)
    expect(walk.does(code('123456')).step()).toEqual({ is: 'code', problem: 'code-expired' })
    expect(walk.does({ do: 'renew' }, code('123456')).step()).toEqual(asks(2))
    const early = walking(2)
      .does(credentials('sms'))
      .wait(LIFE.sms - 1)
    expect(early.does(code('123456')).step()).toEqual(asks(2))
  })

  it('is void after three wrong tries, even for who then knows it', () => {
    const walk = walking(2).does(credentials('sms'), code('000000'), code('000001'))
    expect(walk.step()).toEqual({ is: 'code', problem: 'code-wrong' })
    expect(walk.does(code('000002'), code('123456')).step()).toEqual({ is: 'code', problem: 'code-void' })
    expect(walk.does({ do: 'renew' }, code('123456')).step()).toEqual(asks(2))
  })
})

describe('a QR code of level 2', () => {
  it('is approved by whoever frames it with their app', () => {
    const walk = walking(2).does({ do: 'qr' })
    expect(walk.atPhone({ do: 'unlock', number: cardOf('mario').number }).step()).toEqual(asks(2, cardOf('mario')))
  })

  it('can no longer be approved when it has expired; the new one has another ticket', () => {
    const walk = walking(2).does({ do: 'qr' }).wait(LIFE.qr)
    expect([walk.phoneExpired(), walk.atPhone(finger).step().is]).toEqual([true, 'phone'])
    walk.does({ do: 'renew' })
    expect([walk.phoneExpired(), walk.seen().phone?.ticket]).toEqual([false, 'ticket-2'])
    expect(walk.atPhone(finger).step()).toEqual(asks(2))
  })
})

describe('reading the card with the phone for the computer', () => {
  const framed = () => walking(2).does({ do: 'card' }, { do: 'smartphone' }, serial)

  it('takes serial number, QR code, PIN, card and the four digits, and reaches level 3', () => {
    const walk = framed()
    expect(walk.seen().phone).toMatchObject({ asks: 'card-qr', card: ada, until: START + 5 * 60_000 })
    expect(walk.atPhone(pin(APP_PIN)).seen().phone?.shows).toBe('card')
    expect(walk.atPhone({ do: 'card' }).step()).toEqual({ is: 'code' })
    expect(walk.seen().phone?.code?.digits).toBe('1234')
    expect(walk.does(code('1234')).step()).toEqual(asks(3))
  })

  it('gives no code before the card was held on the phone', () => {
    const walk = framed().atPhone({ do: 'card' }).does(code('1234'))
    expect(walk.step()).toEqual({ is: 'phone' })
  })

  it('gives a code that expires after two minutes; then a new QR code of the same card leads to a new one', () => {
    const walk = framed().atPhone(finger, { do: 'card' }).wait(LIFE.otp).does(code('1234'))
    expect(walk.step()).toEqual({ is: 'code', problem: 'code-expired' })
    walk.does({ do: 'renew' })
    expect(walk.seen().phone).toMatchObject({ asks: 'card-qr', card: ada, shows: 'request' })
    expect(walk.atPhone(finger, { do: 'card' }).does(code('1234')).step()).toEqual(asks(3))
  })

  it('asks again for a number that no card has', () => {
    const walk = walking(2).does({ do: 'card' }, { do: 'smartphone' }, { do: 'serial', number: 'XX' })
    expect(walk.step()).toEqual({ is: 'serial', problem: 'card-unknown' })
  })
})

describe('the card on a reader', () => {
  const atReader = (asked: Level = 2) => walking(asked).does({ do: 'card' }, { do: 'computer' })

  it('reaches level 3 with the whole PIN', () => {
    expect(atReader().does(reader('1234 5678')).step()).toEqual(asks(3))
    expect(atReader(3).does(reader(CARD_PIN)).step()).toEqual(asks(3))
  })

  it('is blocked by three wrong PINs, and then only the way back to the service is left', () => {
    const walk = atReader().does(reader('1'), reader('2'))
    expect(walk.step()).toEqual({ is: 'reader', problem: 'pin-wrong' })
    expect(walk.does(reader('3'), reader(CARD_PIN), { do: 'level-2' }).step()).toEqual({ is: 'blocked' })
    expect(walk.does({ do: 'end', code: 25 }).step()).toEqual({ is: 'ended', code: 25 })
  })

  it('counts wrong PINs over pages and new codes, until a right one', () => {
    const walk = walking(2).does({ do: 'qr' }).atPhone(pin('0000')).does({ do: 'renew' }).atPhone(pin('0001'))
    expect(walk.seen().phone?.problem).toBe('pin-wrong')
    expect(walk.does({ do: 'card' }, { do: 'computer' }, reader('0')).step()).toEqual({ is: 'blocked' })
    const lucky = atReader().does(reader('1'), reader('2'), reader(CARD_PIN))
    expect(lucky.seen()).toMatchObject({ step: asks(3), wrongPins: 0 })
  })

  it('leads back to level 2, unless the service asked for level 3', () => {
    expect(atReader().does({ do: 'level-2' }).step()).toEqual({ is: 'credentials' })
    expect(atReader(3).does({ do: 'level-2' }).step()).toEqual({ is: 'reader' })
  })
})

describe('the app on the phone itself', () => {
  it('reaches level 2 with the finger alone, level 3 with the card too', () => {
    expect(walking(2).does({ do: 'app' }).atPhone(finger).step()).toEqual(asks(2))
    const walk = walking(2).does({ do: 'card' }, { do: 'app' }).atPhone(finger)
    expect(walk.step()).toEqual({ is: 'phone' })
    expect(walk.atPhone({ do: 'card' }).step()).toEqual(asks(3))
    expect(walking(3).does({ do: 'app' }).atPhone(finger, { do: 'card' }).step()).toEqual(asks(3))
  })
})

describe('a walk ends', () => {
  const ended = (code: number) => ({ is: 'ended', code })

  it.each([
    ['credentials and a text message', walking(2).does(credentials('sms', lia.number), code('123456'))],
    ['the reader', walking(2).does({ do: 'card' }, { do: 'computer' }, reader(CARD_PIN, lia))],
    ['a QR code', walking(2).does({ do: 'qr' }).atPhone({ do: 'unlock', number: lia.number })],
    [
      'a phone that reads it for the computer',
      walking(3)
        .does({ do: 'smartphone' }, { do: 'serial', number: lia.number })
        .atPhone({ do: 'unlock' }, { do: 'card' }),
    ],
  ])('with nr23 when a revoked card is used by %s', (_, walk) => {
    expect(walk.step()).toEqual(ended(23))
  })

  it('with nr25 when the phone refuses', () => {
    expect(walking(2).does(credentials('notification')).atPhone({ do: 'refuse' }).step()).toEqual(ended(25))
  })

  it('with nr21 after ten minutes, wherever it is and whatever is done', () => {
    const consent = walking(2).does({ do: 'qr' }).atPhone(finger)
    expect(consent.wait(LIFE.walk - 1).step()).toEqual(asks(2))
    expect(consent.wait(1).step()).toEqual(ended(21))
    expect(walking(2).wait(LIFE.walk).does(credentials('sms')).step()).toEqual(ended(21))
    expect(walking(2).does({ do: 'app' }).wait(LIFE.walk).atPhone(finger).step()).toEqual(ended(21))
  })

  it('once: what comes later does not change how', () => {
    const walk = walking(2).does({ do: 'end', code: 22 }, { do: 'end', code: 25 }, { do: 'card' })
    expect(walk.wait(LIFE.walk).step()).toEqual(ended(22))
  })
})
