/**
 * What the software of municipal sites can and cannot do, as other defaults of its clients' keys: whatever a preset says
 * may be written otherwise in the client's entry. docs/clients.md says where each was read.
 */
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
}

/** PKCE where the software knows it: the waiver is for software that does not, not for a hurry. */
const modern = { auth: 'client_secret_basic', pkce: 'required', mayWaivePkce: false } as const

export const presets: Readonly<Record<PresetName, Preset>> = {
  // openid-connect-generic 3.10
  wordpress: { auth: 'client_secret_post', pkce: 'optional', mayWaivePkce: true },
  // openid_connect for Drupal 10
  drupal: { auth: 'client_secret_post', pkce: 'optional', mayWaivePkce: true },
  // pas.plugins.oidc 2: S256 is a setting of it
  plone: { auth: 'client_secret_basic', pkce: 'optional', mayWaivePkce: true },
  opencity: modern,
  liferay: modern,
  keycloak: { ...modern, auth: 'client_secret_post' },
  generic: { ...modern, mayWaivePkce: true },
}
