/** What a citizen can do about a failure beyond its sentence: links under the alert. And whom to write to about it. */
import type { Sentence } from '../errors.ts'
import { dateLocale, questionOf } from './help.ts'
import { fill, type Phrase, type Phrases } from './phrases.ts'
import type { Alert, Frame } from './views.ts'

export interface Step {
  readonly label: Phrase
  readonly href: string
  /** What most people will want. */
  readonly first?: boolean
}

/** The fact of the help page that says more. */
const explained: Readonly<Partial<Record<Sentence, string>>> = {
  level: 'levels',
  other_browser: 'in-app',
  card_missing: 'cns-needs',
  card_not_cns: 'cns-needs',
}
const explainedForCie: typeof explained = { level: 'cie-card', attempts: 'cie-pin-lost' }

const SPID_HELP = 'https://www.spid.gov.it/serve-aiuto'
const CIE_PASSWORD = 'https://www.cartaidentita.interno.gov.it/recupera-password'

export const nextSteps = (t: Phrases, frame: Frame, { sentence, upstream, retry, restart }: Alert): readonly Step[] => {
  const steps: Step[] = []
  if (restart)
    steps.push({ label: fill(t.error.restart, { service: restart.service }), href: restart.href, first: true })
  if (retry) {
    const label = retry.card ? t.error.retryCard : fill(t.error.retry, { provider: retry.name })
    steps.push({ label, href: retry.href, first: true })
  }
  const locked = sentence === 'attempts' || sentence === 'blocked'
  if (upstream === 'spid' && (locked || sentence === 'level')) {
    steps.push({ label: t.error.providersHelp, href: SPID_HELP })
  }
  if (upstream === 'cie' && sentence === 'attempts') steps.push({ label: t.error.forgotten, href: CIE_PASSWORD })
  const id = (upstream === 'cie' ? explainedForCie[sentence] : undefined) ?? explained[sentence]
  const question = id === undefined ? undefined : questionOf(id, frame.language)
  if (question && frame.helpHref) steps.push({ label: question, href: `${frame.helpHref}#${id}` })
  return steps
}

/** In the time of Italy, as the help desk reads it off its clock. */
export const timeOf = (at: number, frame: Frame): string =>
  new Intl.DateTimeFormat(dateLocale(frame.language), {
    dateStyle: 'short',
    timeStyle: 'medium',
    timeZone: 'Europe/Rome',
  }).format(at)

/** A form or an e-mail with everything in it that the help desk asks for, and nothing about the person. */
export const supportHref = (
  t: Phrases,
  frame: Frame,
  alert: Alert,
  service: string | undefined,
): string | undefined => {
  const { formUrl, email } = frame.helpdesk
  const time = timeOf(alert.at, frame)
  const tenant = frame.tenant?.name
  if (formUrl !== undefined) {
    const url = new URL(formUrl)
    const known = { code: alert.code, request: alert.id, time, service, tenant }
    for (const [name, value] of Object.entries(known)) if (value !== undefined) url.searchParams.set(name, value)
    return url.href
  }
  if (email === undefined) return undefined
  const rows = [
    [t.error.code.text, alert.code],
    [t.error.id.text, alert.id],
    [t.error.time.text, time],
    [t.error.service.text, [service, tenant].filter(Boolean).join(', ')],
  ]
  const body = [t.error.message.text, '', '', ...rows.map(([name, value]) => `${name}: ${value}`)].join('\r\n')
  const subject = fill(t.error.subject, { code: alert.code }).text
  return `mailto:${email}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`
}
