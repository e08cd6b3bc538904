/**
 * What the software of municipal sites can and cannot do, as other defaults of its clients' keys: whatever a preset says
 * may be written otherwise in the client's entry. docs/clients.md says where each was read.
 */
import type { claimNames } from './claim-names.ts'
import type { Client } from './tenant.ts'

export const presetNames = ['wordpress', 'drupal', 'plone', 'opencity', 'liferay', 'keycloak', 'generic'] as const
export type PresetName = (typeof presetNames)[number]

/** How a client proves at the token endpoint who it is: OpenID Connect Core 9. */
export const authMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const

interface Preset {
  readonly auth: Client['auth']
  readonly pkce: Client['pkce']
  /** `false`: this software can do PKCE, so its clients do. */
  readonly mayWaivePkce: boolean
  readonly acrResponse: Client['acrResponse']
  /** It refuses who has no mail address, so its entry must say what such a citizen gets. */
  readonly needsEmail: boolean
  readonly nameFallback: Client['nameFallback']
  /** Declared for it besides what its entry declares. */
  readonly claims: readonly (typeof claimNames)[number][]
  /** Seconds; absent: for as long as a login may take. */
  readonly stateLifetime?: number
}

/** PKCE where the software knows it: the waiver is for software that does not, not for a hurry. */
const modern = {
  auth: 'client_secret_basic',
  pkce: 'required',
  mayWaivePkce: false,
  acrResponse: 'actual',
  needsEmail: false,
  nameFallback: 'none',
  claims: [],
} as const satisfies Preset

/** Accounts of a site: each has a name to log in with, shown to others, and a name for people. */
const withAccounts = { ...modern, nameFallback: 'opaque', claims: ['preferred_username'] } as const satisfies Preset

export const presets: Readonly<Record<PresetName, Preset>> = {
  // openid-connect-generic 3.10: compares the `acr` that it gets with the one that it asked for
  wordpress: {
    ...withAccounts,
    auth: 'client_secret_post',
    pkce: 'optional',
    mayWaivePkce: true,
    acrResponse: 'requested',
    needsEmail: true,
    stateLifetime: 180,
  },
  // openid_connect for Drupal 10
  drupal: { ...withAccounts, auth: 'client_secret_post', pkce: 'optional', mayWaivePkce: true, needsEmail: true },
  // pas.plugins.oidc 2: S256 is a setting of it
  plone: { ...withAccounts, pkce: 'optional', mayWaivePkce: true },
  opencity: modern,
  // screen name and mail address are mandatory
  liferay: { ...withAccounts, needsEmail: true },
  keycloak: { ...withAccounts, auth: 'client_secret_post', nameFallback: 'none' },
  generic: { ...modern, mayWaivePkce: true },
}
