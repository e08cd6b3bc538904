/** A length of time in words: "8 ore", "30 Tage". */
import type { Language } from '../tenant/tenant.ts'
import { dateLocale } from './help.ts'

const HOUR = 3600
const DAY = 24 * HOUR

/** Rounded up, for sentences that say "at most". */
export const durationIn = (seconds: number, language: Language): string => {
  const [unit, size] = seconds > 2 * DAY ? (['day', DAY] as const) : (['hour', HOUR] as const)
  return new Intl.NumberFormat(dateLocale(language), { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.ceil(seconds / size),
  )
}
