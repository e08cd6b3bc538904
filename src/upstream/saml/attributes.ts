/** From SAML attributes to the Citizen. docs/rules/oidc-claims.md 3.1, docs/rules/spid-saml.md section 7. */
import type { Citizen } from '../../citizen/citizen.ts'
import { isFiscalCode, isProvisionalFiscalCode } from '../../citizen/fiscal-code.ts'
import { GatewayError } from '../../errors.ts'
import type { Attribute } from './assertion.ts'

/** By SAML name; `undefined` for what was not asked, not given, or given empty. */
export type AttributeValues = (name: string) => string | undefined

/** Only what was asked for is read: the rest is ignored, whatever it is (row 103). */
export const requestedValues = (attributes: readonly Attribute[], requested: readonly string[]): AttributeValues => {
  const values = new Map<string, string>()
  for (const { name, values: given } of attributes) {
    if (name === undefined || !requested.includes(name)) continue
    const [value] = given
    if (given.length !== 1 || value === undefined) throw new GatewayError('saml_attributes_invalid', name)
    if (value !== '') values.set(name, value)
  }
  return (name) => values.get(name)
}

/** Row 103: a mandatory attribute that was asked for and did not come. */
export const assertMandatory = (
  value: AttributeValues,
  mandatory: readonly string[],
  requested: readonly string[],
): void => {
  const missing = mandatory.find((name) => requested.includes(name) && value(name) === undefined)
  if (missing !== undefined) throw new GatewayError('saml_attribute_missing', missing)
}

/** The four that SPID and CIE share. */
export const minimumDataSet = ['fiscalNumber', 'name', 'familyName', 'dateOfBirth'] as const

/** Names pass as certified: any change of case breaks some of them. */
export const readMinimumDataSet = (value: AttributeValues): Partial<Citizen> => ({
  ...property('fiscalNumber', fiscalNumberOf(value('fiscalNumber'))),
  ...property('givenName', value('name')),
  ...property('familyName', value('familyName')),
  ...property('birthdate', birthdateOf(value('dateOfBirth'))),
})

/** An object with the property, or none: values that are not there leave no trace. */
export const property = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [name in Name]?: Value } => (value === undefined ? {} : ({ [name]: value } as { [name in Name]: Value }))

const PREFIX = 'TINIT-'

const fiscalNumberOf = (value: string | undefined): string | undefined => {
  if (value === undefined) return undefined
  const code = value.slice(PREFIX.length).toUpperCase()
  if (!value.startsWith(PREFIX) || !(isFiscalCode(code) || isProvisionalFiscalCode(code))) {
    throw new GatewayError('saml_fiscal_number_invalid')
  }
  return PREFIX + code
}

/** Of an xs:date, perhaps with a zone, which is dropped and never computed with: it would shift the day. */
export const dayIn = (value: string | undefined): string | undefined => {
  const date = /^(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?$/.exec(value ?? '')?.[1]
  return date !== undefined && isDay(date) ? date : undefined
}

const birthdateOf = (value: string | undefined): string | undefined => {
  const date = dayIn(value)
  if (value !== undefined && date === undefined) throw new GatewayError('saml_attributes_invalid', 'dateOfBirth')
  return date
}

const isDay = (date: string) => {
  const parsed = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date)
}
