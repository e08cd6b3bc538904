/** `varco client sheet`: what the webmaster types into the software of the site. Never the secret: it was shown once. */
import { catalogue } from '../claims/catalogue.ts'
import { routes } from '../oidc/endpoints.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import { type Command, jsonText } from './command.ts'
import { readWithout } from './configuration.ts'
import { findTenant } from './find-tenant.ts'
import { settingsOf } from './sheet-settings.ts'

export interface Sheet {
  readonly title: string
  readonly intro: string
  /** What every program wants to know. */
  readonly values: readonly (readonly [name: string, value: string])[]
  /** By the names of the fields of this software. */
  readonly settings: readonly (readonly [field: string, value: string])[]
  readonly notes: readonly string[]
}

export const clientSheet: Command = {
  name: 'client sheet',
  operands: ['TENANT', 'CLIENT'],
  options: '--config FILE [--html] [--json]',
  summary:
    'prints what the webmaster types into WordPress, Drupal, Plone, OpenCity, Liferay, Keycloak or another program',
  run: async (args, world) => {
    const [id = '', clientId = ''] = args.operands
    const around = await readWithout(args, world)
    const tenant = around && findTenant(around, id, world)
    if (tenant === undefined) return 1
    const client = tenant.clients.find((one) => one.id === clientId)
    if (client === undefined) {
      world.err(`${id} has no client ${clientId}. There are: ${tenant.clients.map((one) => one.id).join(', ')}.\n`)
      return 1
    }
    const sheet = sheetOf(tenant, client)
    world.out(args.json ? jsonText(sheet) : args.html ? html(sheet) : markdown(sheet))
    return 0
  },
}

export const scopesOf = ({ claims, emailFallback, refreshTokens, scopeClaims }: Client): string => {
  const asked = claims.flatMap((claim) => catalogue[claim]?.scopes.slice(0, 1) ?? [])
  // who has no address gets one that takes no mail: only for a service that asks
  const email = emailFallback === 'synthetic' ? ['email'] : []
  const offline = refreshTokens ? ['offline_access'] : []
  return [...new Set(['openid', ...asked, ...email, ...Object.keys(scopeClaims), ...offline])].join(' ')
}

export const sheetOf = (tenant: Tenant, client: Client): Sheet => {
  const { issuer } = tenant
  const at = (route: string) => `${issuer}${route}`
  const hasSecret = client.auth === 'client_secret_basic' || client.auth === 'client_secret_post'
  const { settings, notes } = settingsOf(client, { issuer, at, scopes: scopesOf(client) })
  return {
    title: `${client.names.it}: login by SPID, CIE and CNS`,
    intro: `${tenant.names.it}, software: ${client.preset}. Everything below is public; only the client secret is not.`,
    values: [
      ['Issuer', issuer],
      ['Discovery', at('/.well-known/openid-configuration')],
      ['Authorization endpoint', at(routes.authorization)],
      ['Token endpoint', at(routes.token)],
      ['Userinfo endpoint', at(routes.userinfo)],
      ['Logout endpoint', at(routes.end_session)],
      ['Keys (JWKS)', at(routes.jwks)],
      ['Client ID', client.id],
      ...(hasSecret ? [['Client secret', 'handed over separately'] as const] : []),
      ['Client authentication', client.auth],
      ['PKCE', client.pkce === 'required' ? 'S256, required' : 'S256 if the program can'],
      ['Scopes', scopesOf(client)],
      ['Claims that it gets', client.claims.join(' ') || 'none but sub'],
      ['Least level', `${client.minLevel} (acr_values https://www.spid.gov.it/SpidL${client.minLevel})`],
      ...client.redirectUris.map((uri) => ['Redirect URI, letter by letter', uri] as const),
      ...client.postLogoutRedirectUris.map((uri) => ['Address after logout, letter by letter', uri] as const),
      ...(client.backchannelLogout === undefined
        ? []
        : [['Back-channel logout', client.backchannelLogout.uri] as const]),
    ],
    settings,
    notes: hasSecret ? [...notes, handingOver(tenant, client)] : notes,
  }
}

/** The sheet travels by e-mail; the secret must not. */
const handingOver = ({ id }: Tenant, client: Client): string =>
  'The client secret comes by another way than this sheet: read out on the telephone, or through a password store of both. ' +
  `Whoever has lost it asks the region for a new one (varco client rotate-secret ${id} ${client.id}).`

const cell = (text: string): string => text.replaceAll('|', '\\|')
const table = (rows: Sheet['values']): string =>
  ['| Field | Value |', '| --- | --- |', ...rows.map(([name, value]) => `| ${cell(name)} | \`${cell(value)}\` |`)].join(
    '\n',
  )

const markdown = ({ title, intro, values, settings, notes }: Sheet): string =>
  `${[
    `# ${title}`,
    intro,
    table(values),
    ...(settings.length === 0 ? [] : ['## In the settings of the program', table(settings)]),
    '## Mind',
    notes.map((note) => `- ${note}`).join('\n'),
  ].join('\n\n')}\n`

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const htmlTable = (rows: Sheet['values']): string =>
  `<table>\n${rows.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td><code>${escaped(value)}</code></td></tr>\n`).join('')}</table>`

const html = ({ title, intro, values, settings, notes }: Sheet): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem } th { text-align: left; vertical-align: top; padding-right: 1rem } code { overflow-wrap: anywhere }</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(intro)}</p>
${htmlTable(values)}
${settings.length === 0 ? '' : `<h2>In the settings of the program</h2>\n${htmlTable(settings)}\n`}<h2>Mind</h2>
<ul>
${notes.map((note) => `<li>${escaped(note)}</li>\n`).join('')}</ul>
</body>
</html>
`
