/** A length of time in words: "30 secondi", "8 ore", "30 Tage". */
import type { Language } from '../tenant/tenant.ts'
import { dateLocale } from './help.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Coarse enough to be remembered. */
const unitOf = (seconds: number): readonly [unit: string, seconds: number] => {
  if (seconds > 2 * DAY) return ['day', DAY]
  if (seconds >= HOUR) return ['hour', HOUR]
  return seconds > 2 * MINUTE ? ['minute', MINUTE] : ['second', 1]
}

/** Rounded up, for sentences that say "at most". */
export const durationIn = (seconds: number, language: Language): string => {
  const [unit, size] = unitOf(seconds)
  return new Intl.NumberFormat(dateLocale(language), { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.ceil(seconds / size),
  )
}
