/** One whole login of one service, as its citizen, its server and its way in would do it; each step is looked at. */
import { createHash, randomBytes } from 'node:crypto'
import { routes } from '../../oidc/endpoints.ts'
import type { Client, Tenant } from '../../tenant/tenant.ts'
import { scopesOf } from '../client-sheet.ts'
import { type Browser, formIn, linksIn, type Page } from './browser.ts'
import { type Credentials, toldAt } from './private-copy.ts'
import { assertion, type Json, jsonIn, must, TrialFault, verified } from './tokens.ts'
import type { Inbox, Sandbox, TrialWorld } from './world.ts'

export type Way = 'spid' | 'cie' | 'cns' | 'eidas'

export interface Trial {
  readonly tenant: Tenant
  readonly credentials: ReadonlyMap<string, Credentials>
  readonly sandbox: Sandbox
  readonly inbox: Inbox
  readonly regionalPort: number
  readonly cardPort: number
  readonly send: TrialWorld['send']
  readonly newBrowser: () => Browser
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const seen = ({ status, url, text }: Page): string => {
  const title = /<h1[^>]*>(.*?)<\/h1>/s.exec(text)?.[1]?.replace(/<[^>]+>/g, '')
  return `${status} at ${url.pathname}${title === undefined ? '' : ` (${title.trim()})`}`
}

interface Begun {
  readonly browser: Browser
  readonly page: Page
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

/** The site sends its citizen to the gateway. */
export const begin = async (
  { tenant, newBrowser }: Trial,
  client: Client,
  params: Readonly<Record<string, string>> = {},
): Promise<Begun> => {
  const browser = newBrowser()
  const verifier = randomBytes(32).toString('base64url')
  const [state, nonce] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: 'code',
    scope: scopesOf(client),
    redirect_uri: client.redirectUris[0] ?? '',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...(client.refreshTokens && { prompt: 'consent' }),
    ...params,
  })
  const page = await browser.get(`${tenant.issuer}${routes.authorization}?${query}`)
  must(page.status === 200 && page.url.pathname.includes('/login/'), `no login page: ${seen(page)}`)
  return { browser, page, verifier, state, nonce }
}

/** Where on the page this way in begins; undefined where the page does not offer it. */
export const doorOf = ({ page }: Begun, way: Way): URL | undefined =>
  linksIn(page).find((url) => url.pathname.endsWith('/begin') && url.searchParams.get('upstream') === way)

/** Up to where the gateway takes the browser once the way in has answered, and who came. */
export const enter = async (
  { sandbox, cardPort }: Trial,
  { browser }: Begun,
  way: Way,
  door: URL,
  errorCode?: number,
): Promise<{ readonly end: Page; readonly fiscalNumber?: string }> => {
  const sent = await browser.visit(door)
  if (way === 'cns') {
    const { pathname, search } = new URL(sent.location ?? door)
    const shown = await sandbox.ask({ ask: 'present', port: cardPort, path: `${pathname}${search}` })
    must(shown.location !== undefined, `the card host answered ${shown.status}`)
    return { end: await browser.get(shown.location ?? door), fiscalNumber: shown.fiscalNumber }
  }
  const request = sent.location ?? formIn(sent)
  if (request === undefined) throw new TrialFault(`no request to the provider: ${seen(sent)}`)
  const given = await sandbox.ask({ ask: 'answer', way, request, ...(errorCode !== undefined && { errorCode }) })
  const end = await browser.post(given.action, given.fields)
  return { end, ...(given.fiscalNumber !== undefined && { fiscalNumber: given.fiscalNumber }) }
}

/** What the site's server says to `/token`. */
const redeem = async (
  { tenant, credentials, send, regionalPort, now }: Trial,
  client: Client,
  code: string,
  verifier: string,
): Promise<Json> => {
  const { secret = '', key } = credentials.get(client.id) ?? {}
  const url = new URL(`${tenant.issuer}${routes.token}`)
  const encoded = (text: string) => encodeURIComponent(text).replaceAll('%20', '+')
  const basic = Buffer.from(`${encoded(client.id)}:${encoded(secret)}`).toString('base64')
  const proof: Readonly<Record<Client['auth'], () => Record<string, string>>> = {
    client_secret_basic: () => ({}),
    client_secret_post: () => ({ client_id: client.id, client_secret: secret }),
    none: () => ({ client_id: client.id }),
    private_key_jwt: () => ({
      client_id: client.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion:
        key === undefined ? '' : assertion({ client: client.id, audience: tenant.issuer, key, now: now() }),
    }),
  }
  const { status, text } = await send(regionalPort, {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(client.auth === 'client_secret_basic' && { authorization: `Basic ${basic}` }),
    },
    body: String(
      new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: client.redirectUris[0] ?? '',
        code_verifier: verifier,
        ...proof[client.auth](),
      }),
    ),
  })
  must(status === 200, `token: ${status} ${text.slice(0, 200)}`)
  return jsonIn(text)
}

const userinfo = ({ tenant, send, regionalPort }: Trial, token: string) =>
  send(regionalPort, {
    method: 'GET',
    url: new URL(`${tenant.issuer}${routes.userinfo}`),
    headers: { authorization: `Bearer ${token}` },
  })

/** The way in once more, with everything behind it. Resolves with what is worth telling. */
export const wholeLogin = async (
  trial: Trial,
  client: Client,
  way: Way,
  keys: readonly Json[],
): Promise<string | undefined> => {
  const { tenant } = trial
  const begun = await begin(trial, client)
  const door = doorOf(begun, way)
  if (door === undefined) return undefined
  const { end, fiscalNumber } = await enter(trial, begun, way, door)
  const [callback = ''] = client.redirectUris
  const back = URL.parse(end.location ?? '')
  // the answer may be in the query of an address that has one already
  must(back?.href.startsWith(new URL(callback).href) === true, `not back at the service: ${seen(end)}`)
  must(back?.searchParams.get('state') === begun.state, 'the state came back as another')
  const code = back?.searchParams.get('code')
  if (!code) throw new TrialFault(`no code: ${back?.searchParams.get('error')}`)

  const tokens = await redeem(trial, client, code, begun.verifier)
  const idToken = String(tokens.id_token)
  const { iss, aud, nonce, sub } = verified(idToken, keys)
  must(
    iss === tenant.issuer && [aud].flat().includes(client.id) && nonce === begun.nonce,
    'the ID token is for another',
  )

  const access = String(tokens.access_token)
  const told = await userinfo(trial, access)
  must(told.status === 200, `userinfo: ${told.status}`)
  const claims = client.userinfoSignedResponseAlg === undefined ? jsonIn(told.text) : verified(told.text, keys)
  must(claims.sub === sub, 'userinfo is about somebody else than the ID token')
  if (client.claims.includes('fiscal_number') && fiscalNumber !== undefined)
    must(claims.fiscal_number === fiscalNumber, `the tax code came as ${claims.fiscal_number}`)
  await leave(trial, begun, client, { idToken, access, keys })

  const given = client.claims.filter((name) => name in claims)
  const lacking = client.claims.filter((name) => !(name in claims) && name !== 'authn_evidence')
  const without = lacking.length === 0 ? '' : `; not by this way: ${lacking.join(', ')}`
  const ended = client.backchannelLogout === undefined ? 'logout' : 'logout, told to its server'
  return `code → token → userinfo (${given.join(', ') || 'sub'}${without}) → ${ended}`
}

const leave = async (
  trial: Trial,
  { browser }: Begun,
  client: Client,
  { idToken, access, keys }: { readonly idToken: string; readonly access: string; readonly keys: readonly Json[] },
): Promise<void> => {
  const [to] = client.postLogoutRedirectUris
  const query = new URLSearchParams({
    id_token_hint: idToken,
    ...(to !== undefined && { post_logout_redirect_uri: to }),
  })
  const out = await browser.get(`${trial.tenant.issuer}${routes.end_session}?${query}`)
  must(out.status < 400, `logout: ${seen(out)}`)
  must((await userinfo(trial, access)).status === 401, 'the access token is good after the logout')
  if (client.backchannelLogout === undefined) return
  const token = (await trial.inbox.form(toldAt(client)))?.get('logout_token')
  if (!token) throw new TrialFault('its server is not told of the logout')
  const { aud, events } = verified(token, keys)
  const event = 'http://schemas.openid.net/event/backchannel-logout'
  must(
    [aud].flat().includes(client.id) && typeof events === 'object' && events !== null && event in events,
    'the logout token is for another',
  )
}
