/** What a check is given and what the checks share. */
import { type ErrorCode, GatewayError } from '../../../errors.ts'
import type { Pending } from '../../upstream.ts'
import type { Assertion, Issuer } from '../assertion.ts'
import type { SamlProfile } from '../profile.ts'
import type { Envelope } from '../response.ts'

export interface Answer {
  readonly response: Envelope
  /** From verified bytes. */
  readonly assertion: Assertion
  readonly pending: Pending
  /** EntityID of the provider that the login was begun with. */
  readonly idp: string
  readonly profile: SamlProfile
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Throws a GatewayError, or finds nothing wrong. */
export type Check = (answer: Answer) => void

/** How far two clocks may be apart, in milliseconds. docs/rules/spid-saml.md 5.1: providers stamp the request's instant, or cut it to the second. */
export const CLOCK_SKEW = 60_000

const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'

const instant = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** xs:dateTime with its zone, in milliseconds; any number of decimals (row 110). `undefined` for anything else, also for a day that does not exist. */
export const millisecondsOf = (text: string | undefined): number | undefined => {
  const match = instant.exec(text ?? '')
  if (text === undefined || match === null) return undefined
  const [, year, month, day] = match
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return undefined
  const milliseconds = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'))
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

/** An ID is an NCName (SAML core 1.3.4 by way of xs:ID). */
export const assertId = (id: string | undefined): void => {
  if (!/^[A-Za-z_][\w.-]*$/.test(id ?? '')) throw new GatewayError('saml_id_missing')
}

export const assertVersion = (version: string | undefined): void => {
  if (version !== '2.0') throw new GatewayError('saml_version_wrong')
}

/** Not before the request, not after now. */
export const assertIssueInstant = (text: string | undefined, { pending, now }: Answer): void => {
  const at = millisecondsOf(text)
  if (at === undefined || at < pending.issuedAt - CLOCK_SKEW || at > now + CLOCK_SKEW) {
    throw new GatewayError('saml_issue_instant_invalid')
  }
}

export const assertIssuer = (issuer: Issuer | undefined, { idp }: Answer): void => {
  if (issuer?.value !== idp) throw new GatewayError('saml_issuer_mismatch')
}

export const assertIssuerFormat = (issuer: Issuer | undefined, rule: 'optional' | 'required'): void => {
  const absent = issuer?.format === undefined
  if (absent ? rule === 'required' : issuer.format !== ENTITY) throw new GatewayError('saml_issuer_format_wrong')
}

/** Present, a dateTime, and not yet reached. */
export const assertNotPast = (text: string | undefined, { now }: Answer, code: ErrorCode): void => {
  const end = millisecondsOf(text)
  if (end === undefined || now - CLOCK_SKEW >= end) throw new GatewayError(code)
}
