/** The options that describe a client, from their words on the command line. */
import type { ServiceOptions } from './command.ts'

export const serviceOptions = {
  name: { type: 'string' },
  url: { type: 'string' },
  preset: { type: 'string' },
  auth: { type: 'string' },
  claims: { type: 'string' },
  'min-level': { type: 'string' },
  'jwks-uri': { type: 'string' },
  'redirect-uri': { type: 'string', multiple: true },
  'logout-uri': { type: 'string', multiple: true },
} as const

type Values = {
  readonly [name in keyof typeof serviceOptions]?:
    | ((typeof serviceOptions)[name] extends { readonly multiple: true } ? string[] : string)
    | undefined
}

export const serviceOf = (values: Values): ServiceOptions => {
  const { name, url, preset, auth, claims, 'min-level': minLevel, 'jwks-uri': jwksUri } = values
  return {
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url }),
    ...(preset !== undefined && { preset }),
    ...(auth !== undefined && { auth }),
    ...(claims !== undefined && { claims }),
    ...(minLevel !== undefined && { minLevel }),
    ...(jwksUri !== undefined && { jwksUri }),
    redirectUris: values['redirect-uri'] ?? [],
    postLogoutRedirectUris: values['logout-uri'] ?? [],
  }
}
