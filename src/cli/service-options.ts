/** The options that describe a client, from their words on the command line. */
import type { ServiceOptions } from './command.ts'

export const serviceOptions = {
  name: { type: 'string' },
  url: { type: 'string' },
  preset: { type: 'string' },
  claims: { type: 'string' },
  'redirect-uri': { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
} as const

type Values = {
  readonly [name in keyof typeof serviceOptions]?:
    | ((typeof serviceOptions)[name] extends { readonly multiple: true } ? string[] : string)
    | undefined
}

export const serviceOf = ({
  name,
  url,
  preset,
  claims,
  'redirect-uri': redirectUris,
  set,
}: Values): ServiceOptions => ({
  ...(name !== undefined && { name }),
  ...(url !== undefined && { url }),
  ...(preset !== undefined && { preset }),
  ...(claims !== undefined && { claims }),
  redirectUris: redirectUris ?? [],
  set: set ?? [],
})
