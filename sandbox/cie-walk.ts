/**
 * One login at the CIE test provider, from the first page to the consent: what the computer and the telephone do to it.
 * Pure: time and chance come with each event, so that a test can stand at any second. Journeys: public guides of 2023 to 2025.
 */
import { APP_PIN, CARD_PIN, cardNumbered, cardOfUser, type IdentityCard } from './cie-cards.ts'
import type { Level } from './citizens.ts'

const MINUTE = 60_000
/** How long things are good for, in milliseconds. */
export const LIFE = {
  /** From the first page to the consent, else nr21. */
  walk: 10 * MINUTE,
  sms: 3 * MINUTE,
  notification: 3 * MINUTE,
  qr: 2 * MINUTE,
  'card-qr': 5 * MINUTE,
  otp: 2 * MINUTE,
} as const
const TRIES = 3

/** Why the page is shown once more. */
export type Problem =
  | 'user-unknown'
  | 'password-missing'
  | 'card-unknown'
  | 'code-wrong'
  | 'code-expired'
  | 'code-void'
  | 'pin-wrong'

/** A code of one use that somebody types where they began. */
interface Code {
  readonly digits: string
  readonly until: number
}

/** What the telephone is asked: it shows a text message, or the CieID app asks for a finger or a PIN, and then perhaps for the card. */
export interface Phone {
  /** In the QR code and in the phone's address; a renewed one is another. */
  readonly ticket: string
  readonly asks: 'sms' | 'notification' | 'qr' | 'card-qr' | 'app'
  readonly level: Level
  /** Milliseconds since 1970. */
  readonly until: number
  /** `card`: waits for the card on its back; `code`: shows a code; `done`: approved. */
  readonly shows: 'request' | 'card' | 'code' | 'done'
  /** Undefined until somebody frames the code: then it is who the phone belongs to. */
  readonly card?: IdentityCard
  readonly code?: Code
  readonly wrongCodes?: number
  readonly problem?: Problem
}

export type Step =
  | { readonly is: 'credentials' | 'card-choice' | 'serial' | 'reader'; readonly problem?: Problem }
  /** Types what the phone shows: a text message's code, or the app's after it read the card. */
  | { readonly is: 'code'; readonly problem?: Problem }
  | { readonly is: 'phone' }
  | { readonly is: 'consent'; readonly card: IdentityCard; readonly level: Level }
  | { readonly is: 'blocked' }
  /** An error of the national table is told to the service. */
  | { readonly is: 'ended'; readonly code: number }

export interface Walk {
  readonly asked: Level
  /** Milliseconds since 1970. */
  readonly endsAt: number
  readonly step: Step
  readonly phone?: Phone
  /** In a row; the chip counts them, so neither another page nor a new code begins again. */
  readonly wrongPins: number
}

/** At the computer, or at the browser of the phone. */
export type Action =
  | {
      readonly do: 'credentials'
      readonly user: string
      readonly password: string
      readonly second: 'sms' | 'notification'
    }
  | { readonly do: 'qr' | 'app' | 'card' | 'level-2' | 'smartphone' | 'computer' | 'renew' }
  | { readonly do: 'serial'; readonly number: string }
  | { readonly do: 'reader'; readonly number: string; readonly pin: string }
  | { readonly do: 'code'; readonly digits: string }
  | { readonly do: 'end'; readonly code: number }

/** At the phone. `pin` undefined: the finger. `number`: whose phone it is, when nobody is known yet. */
export type PhoneAction =
  | { readonly do: 'unlock'; readonly number?: string; readonly pin?: string }
  | { readonly do: 'card' }
  | { readonly do: 'refuse' }

export interface Chance {
  readonly now: number
  /** Unguessable, for a ticket. */
  readonly ticket: () => string
  readonly digits: (count: number) => string
}

export const beginWalk = (asked: Level, now: number): Walk => ({
  asked,
  endsAt: now + LIFE.walk,
  step: { is: asked === 3 ? 'card-choice' : 'credentials' },
  wrongPins: 0,
})

/** Elsewhere in the walk: what the phone was asked is over. */
const at = ({ asked, endsAt, wrongPins }: Walk, step: Step): Walk => ({ asked, endsAt, wrongPins, step })
const end = (walk: Walk, code: number): Walk => at(walk, { is: 'ended', code })

/** A revoked card opens nothing, whichever way its owner was recognised. */
const recognise = (walk: Walk, card: IdentityCard, level: Level): Walk =>
  card.revoked ? end(walk, 23) : at(walk, { is: 'consent', card, level })

const callPhone = (
  walk: Walk,
  asks: Exclude<Phone['asks'], 'sms'>,
  { now, ticket }: Chance,
  card?: IdentityCard,
): Walk => ({
  ...at(walk, { is: 'phone' }),
  phone: {
    ticket: ticket(),
    asks,
    level: asks === 'card-qr' || walk.asked === 3 ? 3 : 2,
    until: asks === 'app' ? walk.endsAt : now + LIFE[asks],
    shows: 'request',
    ...(card && { card }),
  },
})

const sendMessage = (walk: Walk, card: IdentityCard, { now, ticket, digits }: Chance): Walk => {
  const code = { digits: digits(6), until: now + LIFE.sms }
  const phone: Phone = { ticket: ticket(), asks: 'sms', level: 2, until: code.until, shows: 'code', card, code }
  return { ...at(walk, { is: 'code' }), phone }
}

/** Three wrong PINs block the card until its PUK. */
const countPin = (walk: Walk, isRight: boolean): Walk => {
  const wrongPins = isRight ? 0 : walk.wrongPins + 1
  return { ...walk, wrongPins, ...(wrongPins >= TRIES && { step: { is: 'blocked' } as const }) }
}

const typeCode = (walk: Walk, digits: string, now: number): Walk => {
  const { phone } = walk
  if (walk.step.is !== 'code' || phone?.card === undefined) return walk
  const say = (problem: Problem): Walk => ({ ...walk, step: { is: 'code', problem } })
  if (phone.code === undefined) return say('code-void')
  if (now >= phone.code.until) return say('code-expired')
  if (digits.replace(/\s/g, '') === phone.code.digits) return recognise(walk, phone.card, phone.level)
  const wrongCodes = (phone.wrongCodes ?? 0) + 1
  if (wrongCodes < TRIES) return { ...say('code-wrong'), phone: { ...phone, wrongCodes } }
  const { code: _, ...withoutCode } = phone
  return { ...say('code-void'), phone: withoutCode }
}

const renew = (walk: Walk, chance: Chance): Walk => {
  const { phone } = walk
  if (phone === undefined || (walk.step.is !== 'phone' && walk.step.is !== 'code')) return walk
  if (phone.asks === 'sms') return phone.card === undefined ? walk : sendMessage(walk, phone.card, chance)
  // who framed the old code of level 2 says nothing of who frames the new one
  return callPhone(walk, phone.asks, chance, phone.asks === 'qr' ? undefined : phone.card)
}

const enterCredentials = (walk: Walk, action: Extract<Action, { do: 'credentials' }>, chance: Chance): Walk => {
  if (walk.step.is !== 'credentials') return walk
  const say = (problem: Problem) => at(walk, { is: 'credentials', problem })
  const card = cardOfUser(action.user)
  if (card === undefined) return say('user-unknown')
  if (action.password === '') return say('password-missing')
  if (walk.asked === 1) return recognise(walk, card, 1)
  return action.second === 'sms' ? sendMessage(walk, card, chance) : callPhone(walk, 'notification', chance, card)
}

const readCard = (walk: Walk, action: Extract<Action, { do: 'reader' }>): Walk => {
  if (walk.step.is !== 'reader') return walk
  const card = cardNumbered(action.number)
  if (card === undefined) return at(walk, { is: 'reader', problem: 'card-unknown' })
  const counted = countPin(walk, action.pin.replace(/\s/g, '') === CARD_PIN)
  if (counted.wrongPins === 0) return recognise(counted, card, 3)
  return counted.step.is === 'blocked' ? counted : at(counted, { is: 'reader', problem: 'pin-wrong' })
}

/** Too late is too late, whatever was done: asked first by everything that looks at a walk. */
export const atTime = (walk: Walk, now: number): Walk =>
  now >= walk.endsAt && walk.step.is !== 'ended' ? end(walk, 21) : walk

/** What does not fit to the page where the walk is, as after "back", changes nothing. */
export const act = (before: Walk, action: Action, chance: Chance): Walk => {
  const walk = atTime(before, chance.now)
  const { is } = walk.step
  if (is === 'ended') return walk
  // a blocked card leaves one way: back to the service
  if (is === 'blocked' && action.do !== 'end') return walk
  switch (action.do) {
    case 'end':
      return end(walk, action.code)
    case 'credentials':
      return enterCredentials(walk, action, chance)
    case 'qr':
      return is === 'credentials' ? callPhone(walk, 'qr', chance) : walk
    case 'app':
      return is === 'credentials' || is === 'card-choice' ? callAppAt(walk, chance) : walk
    case 'card':
      return at(walk, { is: 'card-choice' })
    case 'level-2':
      return walk.asked === 3 ? walk : at(walk, { is: 'credentials' })
    case 'smartphone':
      return is === 'card-choice' ? at(walk, { is: 'serial' }) : walk
    case 'computer':
      return is === 'card-choice' ? at(walk, { is: 'reader' }) : walk
    case 'serial': {
      const card = cardNumbered(action.number)
      if (is !== 'serial') return walk
      return card === undefined
        ? at(walk, { is: 'serial', problem: 'card-unknown' })
        : callPhone(walk, 'card-qr', chance, card)
    }
    case 'reader':
      return readCard(walk, action)
    case 'code':
      return typeCode(walk, action.digits, chance.now)
    case 'renew':
      return renew(walk, chance)
  }
}

/** From the pages of level 3, the app reads the card too. */
const callAppAt = (walk: Walk, chance: Chance): Walk => {
  const called = callPhone(walk, 'app', chance)
  if (called.phone === undefined || walk.step.is !== 'card-choice') return called
  return { ...called, phone: { ...called.phone, level: 3 } }
}

export const isExpired = (phone: Phone, now: number): boolean =>
  now >= (phone.shows === 'code' ? (phone.code?.until ?? 0) : phone.until)

const approve = (walk: Walk, phone: Phone, card: IdentityCard, { now, digits }: Chance): Walk => {
  if (phone.asks !== 'card-qr' || card.revoked) {
    return { ...recognise(walk, card, phone.level), phone: { ...phone, card, shows: 'done' } }
  }
  const code = { digits: digits(4), until: now + LIFE.otp }
  return { ...at(walk, { is: 'code' }), phone: { ...phone, card, code, shows: 'code' } }
}

export const actAtPhone = (before: Walk, action: PhoneAction, chance: Chance): Walk => {
  const walk = atTime(before, chance.now)
  const { phone } = walk
  if (phone === undefined || walk.step.is !== 'phone' || isExpired(phone, chance.now)) return walk
  if (action.do === 'refuse') return { ...end(walk, 25), phone: { ...phone, shows: 'done' } }
  if (action.do === 'card') {
    return phone.shows === 'card' && phone.card !== undefined ? approve(walk, phone, phone.card, chance) : walk
  }
  if (phone.shows !== 'request') return walk
  const card = phone.card ?? cardNumbered(action.number ?? '')
  if (card === undefined) return { ...walk, phone: { ...phone, problem: 'card-unknown' } }
  // the finger is no PIN: it neither counts nor begins the count again
  const counted = action.pin === undefined ? walk : countPin(walk, action.pin === APP_PIN)
  if (counted.wrongPins > walk.wrongPins) return { ...counted, phone: { ...phone, problem: 'pin-wrong' } }
  const { problem: _, ...quiet } = phone
  if (phone.level === 3) return { ...counted, phone: { ...quiet, card, shows: 'card' } }
  return approve(counted, quiet, card, chance)
}
