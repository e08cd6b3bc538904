/**
 * Makes tax codes for test citizens. Source: docs/rules/cns.md 5.1, 5.2, 5.4. Written a second time on purpose: the
 * sandbox must not agree with the gateway's reader by sharing it.
 */

// The values of A to Z in odd positions; 0 to 9 have those of A to J.
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
const MONTHS = 'ABCDEHLMPRST'
const OMOCODE_LETTERS = 'LMNPQRSTUV'
/** Positions (from 0) whose digit can become a letter, in the order in which they do. */
const OMOCODE_POSITIONS = [14, 13, 12, 10, 9, 7, 6]

const numberOf = (char: string): number => (/\d/.test(char) ? Number(char) : char.charCodeAt(0) - 65)

export const checkCharacter = (first15: string): string => {
  const sum = [...first15].reduce(
    (total, char, at) => total + (at % 2 === 0 ? (ODD[numberOf(char)] ?? 0) : numberOf(char)),
    0,
  )
  return String.fromCharCode(65 + (sum % 26))
}

const lettersOf = (name: string): string =>
  name
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toUpperCase()
const pick = (name: string, isGivenName: boolean): string => {
  const consonants = lettersOf(name).replace(/[AEIOU]/g, '')
  const vowels = lettersOf(name).replace(/[^AEIOU]/g, '')
  const chosen = isGivenName && consonants.length > 3 ? consonants.slice(0, 1) + consonants.slice(2) : consonants
  return `${chosen}${vowels}XXX`.slice(0, 3)
}

export interface Birth {
  /** `YYYY-MM-DD`. */
  readonly birthDate: string
  readonly gender: 'F' | 'M'
  /** Belfiore code. */
  readonly birthPlace: string
}

/** `omocode`: how many digits are letters because somebody else has the plain code. */
export const fiscalCode = (name: string, familyName: string, birth: Birth, omocode = 0): string => {
  const [year = '', month = '', day = ''] = birth.birthDate.split('-')
  const dayPart = String(Number(day) + (birth.gender === 'F' ? 40 : 0)).padStart(2, '0')
  const code = [
    ...`${pick(familyName, false)}${pick(name, true)}${year.slice(2)}${MONTHS[Number(month) - 1]}${dayPart}${birth.birthPlace}`,
  ]
  for (const at of OMOCODE_POSITIONS.slice(0, omocode)) code[at] = OMOCODE_LETTERS[Number(code[at])] ?? ''
  return code.join('') + checkCharacter(code.join(''))
}
