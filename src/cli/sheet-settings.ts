/** The fields of each software by the names that they have there, and what goes wrong in it. docs/clients.md says where each was read. */
import { routes } from '../oidc/endpoints.ts'
import type { PresetName } from '../tenant/presets.ts'
import type { Client } from '../tenant/tenant.ts'
import type { Sheet } from './client-sheet.ts'

interface Place {
  readonly issuer: string
  readonly at: (route: string) => string
  readonly scopes: string
}
type Settings = Pick<Sheet, 'settings' | 'notes'>

const BY_SUB = 'The key of an account is sub: never the mail address, which couples share and nobody verifies.'
const EXACT = 'Redirect URIs are compared letter by letter: a slash more or less is another address.'

const bySoftware: Readonly<Record<PresetName, (client: Client, place: Place) => Settings>> = {
  wordpress: (client, { at, scopes }) => ({
    settings: [
      ['Login Type', 'OpenID Connect button on login form'],
      ['Client ID', client.id],
      ['OpenID Scope', scopes],
      ['Login Endpoint URL', at(routes.authorization)],
      ['Userinfo Endpoint URL', at(routes.userinfo)],
      ['Token Validation Endpoint URL', at(routes.token)],
      ['End Session Endpoint URL', at(routes.end_session)],
      ['ACR values', `https://www.spid.gov.it/SpidL${client.minLevel}`],
      ['Identity Key', 'sub'],
      ['Nickname Key', 'preferred_username'],
      ['Display Name Formatting', client.claims.includes('name') ? '{name}' : '{preferred_username}'],
      ['State time limit', '1800'],
      ['Link Existing Users', 'off'],
      [
        'Alternate Redirect URI',
        client.redirectUris.some((uri) => uri.endsWith('/openid-connect-authorize')) ? 'on' : 'off',
      ],
    ],
    notes: [
      'State time limit: with the plugin’s 180 seconds whoever looks for a telephone reads "Invalid state".',
      'The address after logout has the language of the site in it: each language is an entry of its own here.',
      BY_SUB,
    ],
  }),
  drupal: (client, { at }) => ({
    settings: [
      ['Client ID', client.id],
      ['Authorization endpoint', at(routes.authorization)],
      ['Token endpoint', at(routes.token)],
      ['UserInfo endpoint', at(routes.userinfo)],
      ['End Session endpoint', at(routes.end_session)],
      ['Automatically connect existing users', 'off'],
    ],
    notes: [
      'The last part of the redirect URI is the machine name of the client there.',
      'Connecting existing users would give whoever has the same mail address somebody else’s account.',
      BY_SUB,
    ],
  }),
  plone: (client, { issuer, scopes }) => ({
    settings: [
      ['OIDC/Oauth2 Issuer', issuer],
      ['Client ID', client.id],
      ['Scopes', scopes.split(' ').join(', ')],
      ['User info property used as userid', 'sub'],
      ['Use PKCE', 'on, if the version has it'],
    ],
    notes: ['Its logout sends no hint of who is logged in: the citizen confirms it with one button.', BY_SUB],
  }),
  opencity: (client, { issuer, scopes }) => ({
    settings: [
      ['Provider', issuer],
      ['Client ID', client.id],
      ['Scopes', scopes],
    ],
    notes: [
      'The operator of the platform enters this: send it the whole sheet.',
      'For the protocol register declare authn_evidence in the file here, and ask for that scope there.',
    ],
  }),
  liferay: (client, { at, scopes }) => ({
    settings: [
      ['OpenID Client ID', client.id],
      ['Scopes', scopes],
      ['Discovery Endpoint', at('/.well-known/openid-configuration')],
      ['Subject type', 'public'],
    ],
    notes: ['It refuses who has no given name or family name: a card may bear none.', BY_SUB],
  }),
  keycloak: (client, { at, scopes }) => ({
    settings: [
      ['Discovery endpoint', at('/.well-known/openid-configuration')],
      ['Client ID', client.id],
      ['Client authentication', client.auth === 'client_secret_post' ? 'Client secret sent as post' : client.auth],
      ['Use PKCE', 'on, S256'],
      ['Validate signatures', 'on, by JWKS URL'],
      ['Scopes', scopes],
      ['Trust email', 'off'],
      ['Backchannel logout', client.backchannelLogout === undefined ? 'off' : 'on'],
    ],
    notes: [
      'The alias of the identity provider stands in the redirect URI: it must be the one that is registered.',
      BY_SUB,
    ],
  }),
  generic: () => ({
    settings: [],
    notes: ['Prefer discovery: a program that reads it needs only issuer, client ID and secret.', BY_SUB],
  }),
}

export const settingsOf = (client: Client, place: Place): Settings => {
  const { settings, notes } = bySoftware[client.preset](client, place)
  return { settings, notes: [...notes, EXACT] }
}
