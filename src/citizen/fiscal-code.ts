/**
 * The Italian tax code (codice fiscale): its form, and the little that can be read off it. Source: docs/rules/cns.md
 * section 5. Codes are expected in upper case and without the `TINIT-` prefix; an omocode is a person of its own and is
 * never normalised.
 */

const MONTHS = 'ABCDEHLMPRST'
const OMOCODIA = 'LMNPQRSTUV'
/** Where a digit may have become a letter (5.2), counted from 0. */
const OMOCODIA_POSITIONS: ReadonlySet<number> = new Set([6, 7, 9, 10, 12, 13, 14])
/** Values of the characters at odd positions (5.4), in the order A–Z; a digit counts as the letter of its rank. */
const ODD_VALUES = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
const PATTERN = /^[A-Z]{6}[\dL-NP-V]{2}[ABCDEHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/
/** Nobody is older: 5.3 rule 5. */
const OLDEST = 115

/** Sixteen characters with a day that exists and the right check character. */
export const isFiscalCode = (code: string): boolean =>
  PATTERN.test(code) && possibleBirthdates(code).length > 0 && checkCharacter(code) === code[15]

/**
 * The eleven digits of a person who has no full code yet, check digit as in the partita IVA. Nothing can be derived from
 * them and they never stand on a card.
 */
export const isProvisionalFiscalCode = (code: string): boolean => {
  if (!/^\d{11}$/.test(code) || /^0+$/.test(code)) return false
  const digits = Array.from(code, Number)
  const weighed = digits.map((digit, index) => (index % 2 === 0 ? digit : 2 * digit - (digit > 4 ? 9 : 0)))
  return weighed.reduce((sum, value) => sum + value, 0) % 10 === 0
}

/**
 * `YYYY-MM-DD`, or `undefined` where the code leaves the century open: only the other century being in the future, or
 * more than 115 years ago, settles it (5.3). `today` is `YYYY-MM-DD` too.
 */
export const birthdateOf = (code: string, today: string): string | undefined => {
  if (!isFiscalCode(code)) return undefined
  const oldestYear = Number(today.slice(0, 4)) - OLDEST
  const left = possibleBirthdates(code).filter((date) => date <= today && Number(date.slice(0, 4)) >= oldestYear)
  return left.length === 1 ? left[0] : undefined
}

export const genderOf = (code: string): 'female' | 'male' | undefined =>
  isFiscalCode(code) ? (dayField(decode(code)) > 40 ? 'female' : 'male') : undefined

/** The Belfiore code of the place of birth (`L378`, `Z112`), digits restored. */
export const birthplaceOf = (code: string): string | undefined =>
  isFiscalCode(code) ? decode(code).slice(11, 15) : undefined

/** The code with its digits back in place of the omocodia letters: for reading only. */
const decode = (code: string): string =>
  Array.from(code, (character, position) => {
    const digit = OMOCODIA_POSITIONS.has(position) ? OMOCODIA.indexOf(character) : -1
    return digit === -1 ? character : String(digit)
  }).join('')

/** Two digits: the day, plus 40 for women. */
const dayField = (decoded: string): number => Number(decoded.slice(9, 11))

/** In this century and the last, the days that exist. */
const possibleBirthdates = (code: string): string[] => {
  const decoded = decode(code)
  const day = dayField(decoded) % 40
  const monthAndDay = `${twoDigits(MONTHS.indexOf(decoded.charAt(8)) + 1)}-${twoDigits(day)}`
  // 40 and 80 would fold onto day 0, 81–99 onto days that no rule gives.
  if (dayField(decoded) > 71) return []
  return ['19', '20'].map((century) => `${century}${decoded.slice(6, 8)}-${monthAndDay}`).filter(exists)
}

const twoDigits = (number: number): string => String(number).padStart(2, '0')

/** Whether a well-formed date stands in the calendar: 31 February would come back as 3 March. */
const exists = (date: string): boolean => {
  const time = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
}

const checkCharacter = (code: string): string => {
  let sum = 0
  for (let position = 0; position < 15; position++) {
    const character = code.charCodeAt(position)
    const rank = character < 65 ? character - 48 : character - 65
    // 5.4 counts from 1: its odd positions are our even ones.
    sum += position % 2 === 0 ? (ODD_VALUES[rank] ?? 0) : rank
  }
  return String.fromCharCode(65 + (sum % 26))
}
