/** The pages of the sample municipal site, in the manner of the Modello Comuni. */
import { html, type Markup } from './html.ts'
import { italianDate, layout } from './layout.ts'
import type { SiteLogin } from './site-sessions.ts'
import type { DemoTenant } from './tenants.ts'

export interface ProviderChoice {
  /** EntityID, `cie`, `cns` or `eidas`. */
  readonly hint: string
  readonly name: string
}

const page = (tenant: DemoTenant, title: string, body: Markup) =>
  layout({
    look: 'site',
    title,
    header: { name: tenant.name, detail: 'Sito istituzionale (di esempio)', href: `/${tenant.id}/` },
    body,
    assets: '/assets',
  })

const languageNames: Readonly<Record<string, string>> = { it: 'Italiano', de: 'Deutsch', lld: 'Ladin', en: 'English' }

const select = (name: string, label: string, options: readonly (readonly [value: string, label: string])[]) =>
  html`<label class="field">${label} <select name="${name}"><option value="">come vuole il servizio</option>${options.map(
    ([value, text]) => html`<option value="${value}">${text}</option>`,
  )}</select></label>`

const levels = [
  ['1', 'livello 1'],
  ['2', 'livello 2'],
  ['3', 'livello 3'],
] as const

const nameOf = ({ idTokenClaims, userInfo }: SiteLogin): string => {
  const { given_name: given, family_name: family, fiscal_number: code } = { ...idTokenClaims, ...userInfo }
  const name = [given, family].filter((part) => typeof part === 'string').join(' ')
  return name || (typeof code === 'string' ? code : 'cittadino')
}

export const homePage = (
  tenant: DemoTenant,
  tenants: readonly DemoTenant[],
  providers: readonly ProviderChoice[],
  login: SiteLogin | undefined,
): Markup => {
  const services = tenant.clients.map(
    (client) => html`<form class="card service" method="get" action="/${tenant.id}/login">
<p class="eyebrow">Servizio online</p>
<h2>${client.name}</h2>
<p class="small">Serve un'identità digitale almeno di livello ${client.minLevel}.</p>
<input type="hidden" name="client" value="${client.id}">
<p class="actions"><button class="primary" type="submit">Accedi</button></p>
<details><summary>Prova con altre richieste</summary>
${select('level', 'Livello chiesto', levels)}
${select(
  'idp_hint',
  'Gestore già scelto',
  providers.map(({ hint, name }) => [hint, name] as const),
)}
${select(
  'lang',
  'Lingua',
  tenant.languages.map((language) => [language, languageNames[language] ?? language] as const),
)}
<p class="actions"><button class="secondary" type="submit">Accedi così</button></p>
</details>
</form>`,
  )
  const others = tenants.filter(({ id }) => id !== tenant.id)
  const body = html`${login && html`<p class="notice">Sei entrato come <strong>${nameOf(login)}</strong>. <a href="/${tenant.id}/profilo">Il tuo profilo</a></p>`}
<h1>Servizi</h1>
<p>Per usare i servizi online entra con SPID, CIE o CNS.</p>
<div class="grid">${services}</div>
${others.length > 0 && html`<p class="small">Altri Comuni di questa prova: ${others.map(({ id, name }) => html`<a href="/${id}/">${name}</a> `)}</p>`}`
  return page(tenant, 'Servizi', body)
}

/** In the order in which people want to read them. */
const claimLabels: Readonly<Record<string, string>> = {
  given_name: 'Nome',
  family_name: 'Cognome',
  name: 'Nome e cognome',
  birthdate: 'Data di nascita',
  birthdate_source: 'Origine della data di nascita',
  gender: 'Sesso',
  place_of_birth: 'Luogo di nascita',
  fiscal_number: 'Codice fiscale',
  'https://attributes.eid.gov.it/fiscal_number': 'Codice fiscale (attributo nazionale)',
  email: 'E-mail',
  phone_number: 'Telefono',
  address: 'Indirizzo',
  spid_code: 'Codice SPID',
  idp_type: 'Sistema',
  idp: 'Gestore di identità',
  acr: 'Livello raggiunto',
  amr: 'Mezzi di autenticazione',
  auth_time: "Ora dell'autenticazione",
  tenant: 'Ente',
  sub: 'Identificativo per questo ente (sub)',
  iss: 'Chi lo ha emesso',
  aud: 'Per quale servizio',
  iat: 'Emesso il',
  exp: 'Vale fino al',
  nonce: 'Numero usato una volta sola',
}

const moment = (value: string) => new Date(Number(value) * 1000).toLocaleString('it-IT', { timeZone: 'Europe/Rome' })

const values: Readonly<Record<string, (value: string) => string>> = {
  birthdate: italianDate,
  birthdate_source: (value) => (value === 'derived' ? 'ricavata dal codice fiscale' : value),
  idp_type: (value) => value.toUpperCase(),
  acr: (value) => value.replace(/^.*SpidL([123])$/, 'livello $1'),
  auth_time: moment,
  iat: moment,
  exp: moment,
  gender: (value) => ({ female: 'femmina', male: 'maschio' })[value] ?? value,
}

const friendly = (claim: string, value: unknown): string => {
  const plain = Array.isArray(value)
    ? value.join(', ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
  return values[claim]?.(plain) ?? plain
}

const claimTable = (caption: string, claims: Readonly<Record<string, unknown>>) => {
  const labelled = Object.keys(claimLabels).filter((claim) => claim in claims)
  const others = Object.keys(claims).filter((claim) => !(claim in claimLabels))
  return html`<section class="card"><h2>${caption}</h2><table><tbody>
${[...labelled, ...others].map(
  (claim) =>
    html`<tr><th scope="row">${claimLabels[claim] ?? claim}<br><code>${claim}</code></th><td data-claim="${claim}">${friendly(claim, claims[claim])}</td></tr>`,
)}
</tbody></table>
<details><summary>Come è arrivato (JSON)</summary><pre>${JSON.stringify(claims, null, 2)}</pre></details></section>`
}

export const profilePage = (tenant: DemoTenant, login: SiteLogin): Markup =>
  page(
    tenant,
    'Il tuo profilo',
    html`<h1>Il tuo profilo</h1>
<p class="notice">Sei entrato come <strong>${nameOf(login)}</strong>.</p>
<form method="post" action="/${tenant.id}/logout"><p class="actions"><button class="secondary" type="submit">Esci</button> <a href="/${tenant.id}/">Torna ai servizi</a></p></form>
${claimTable('Dati del cittadino (userinfo)', login.userInfo)}
${claimTable('Accesso (ID token)', login.idTokenClaims)}`,
  )

/** `detail`: for the webmaster. */
export const errorPage = (tenant: DemoTenant, title: string, text: string, detail?: string): Markup =>
  page(
    tenant,
    title,
    html`<section class="card narrow"><h1>${title}</h1><p>${text}</p>
${detail !== undefined && html`<p class="small">Dettaglio tecnico: <code>${detail}</code></p>`}
<p class="actions"><a class="button primary" href="/${tenant.id}/">Torna ai servizi</a></p></section>`,
  )

export const indexPage = (tenants: readonly DemoTenant[]): Markup =>
  layout({
    look: 'site',
    title: 'Comuni di prova',
    header: { name: 'Comuni di prova' },
    body: html`<h1>Comuni di prova</h1><ul>${tenants.map(({ id, name }) => html`<li><a href="/${id}/">${name}</a></li>`)}</ul>`,
    assets: '/assets',
  })
