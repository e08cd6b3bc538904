/** A sample municipal site: an ordinary relying party of the gateway, written with openid-client as any webmaster could. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as oidc from 'openid-client'
import { type Handler, pathOf, queryOf, redirect, send, sendPage, serveAsset } from './http.ts'
import { errorPage, homePage, indexPage, type ProviderChoice, profilePage } from './site-pages.ts'
import { createSessions } from './site-sessions.ts'
import type { DemoClient, DemoTenant } from './tenants.ts'

export interface SiteOptions {
  readonly tenants: readonly DemoTenant[]
  /** Origin of this site. */
  readonly url: string
  /** For the list "choose the provider here": becomes `idp_hint`. */
  readonly providers: readonly ProviderChoice[]
}

const CLASS = 'https://www.spid.gov.it/SpidL'

const authentication = ({ auth, secret }: DemoClient): oidc.ClientAuth => {
  if (auth === 'none') return oidc.None()
  return auth === 'client_secret_post' ? oidc.ClientSecretPost(secret) : oidc.ClientSecretBasic(secret)
}

export const createSiteHandler = ({ tenants, url, providers }: SiteOptions): Handler => {
  const sessions = createSessions(randomBytes(32))
  const configurations = new Map<string, oidc.Configuration>()

  /** Discovered when first needed: the gateway may start after this site. */
  const discover = async (tenant: DemoTenant, client: DemoClient): Promise<oidc.Configuration> => {
    const key = `${tenant.id} ${client.id}`
    const known = configurations.get(key)
    if (known !== undefined) return known
    const found = await oidc.discovery(new URL(tenant.issuer), client.id, undefined, authentication(client), {
      execute: [oidc.allowInsecureRequests],
    })
    configurations.set(key, found)
    return found
  }

  const clientOf = (tenant: DemoTenant, id: string | null) =>
    tenant.clients.find((client) => client.id === id) ?? tenant.clients[0]

  const login = async (req: IncomingMessage, res: ServerResponse, tenant: DemoTenant) => {
    const query = queryOf(req)
    const client = clientOf(tenant, query.get('client'))
    if (client === undefined) return send(res, 404, 'text/plain; charset=utf-8', 'Servizio inesistente.')
    const configuration = await discover(tenant, client)
    const [state, nonce, codeVerifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
    const known = sessions.find(req)
    const { session, cookie } = known === undefined ? sessions.create() : { session: known, cookie: undefined }
    session.pending.set(state, { tenant: tenant.id, client: client.id, codeVerifier, nonce })
    const [level, hint, language] = [query.get('level'), query.get('idp_hint'), query.get('lang')]
    const target = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: client.redirectUri,
      response_type: 'code',
      scope: 'openid profile',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      acr_values: CLASS + (level || client.minLevel),
      ...(hint ? { idp_hint: hint } : {}),
      ...(language ? { ui_locales: language } : {}),
    })
    redirect(res, target.href, cookie === undefined ? {} : { 'set-cookie': cookie })
  }

  const callback = async (req: IncomingMessage, res: ServerResponse, tenant: DemoTenant) => {
    const state = queryOf(req).get('state') ?? ''
    const session = sessions.find(req)
    const pending = session?.pending.get(state)
    const client = clientOf(tenant, pending?.client ?? null)
    if (session === undefined || pending?.tenant !== tenant.id || client === undefined) {
      return sendPage(
        res,
        errorPage(
          tenant,
          'Accesso non riconosciuto',
          'Questo accesso non è cominciato in questo browser, o è già finito.',
        ),
        400,
      )
    }
    // Single use, whatever comes out of it.
    session.pending.delete(state)
    const configuration = await discover(tenant, client)
    const current = new URL(client.redirectUri)
    current.search = queryOf(req).toString()
    const tokens = await oidc.authorizationCodeGrant(configuration, current, {
      expectedState: state,
      expectedNonce: pending.nonce,
      pkceCodeVerifier: pending.codeVerifier,
      idTokenExpected: true,
    })
    const idTokenClaims = tokens.claims() ?? { sub: '' }
    const userInfo = await oidc.fetchUserInfo(configuration, tokens.access_token, idTokenClaims.sub)
    session.logins.set(tenant.id, { client: client.id, idToken: tokens.id_token ?? '', idTokenClaims, userInfo })
    redirect(res, `/${tenant.id}/profilo`)
  }

  const logout = async (req: IncomingMessage, res: ServerResponse, tenant: DemoTenant) => {
    const session = sessions.find(req)
    const known = session?.logins.get(tenant.id)
    const client = clientOf(tenant, known?.client ?? null)
    session?.logins.delete(tenant.id)
    if (known === undefined || client === undefined) return redirect(res, `/${tenant.id}/`)
    const target = oidc.buildEndSessionUrl(await discover(tenant, client), {
      id_token_hint: known.idToken,
      post_logout_redirect_uri: client.postLogoutRedirectUri ?? `${url}/${tenant.id}/`,
    })
    redirect(res, target.href)
  }

  const profile = (req: IncomingMessage, res: ServerResponse, tenant: DemoTenant) => {
    const known = sessions.find(req)?.logins.get(tenant.id)
    if (known === undefined) return redirect(res, `/${tenant.id}/`)
    sendPage(res, profilePage(tenant, known))
  }

  const serve = async (req: IncomingMessage, res: ServerResponse, tenant: DemoTenant, rest: string) => {
    if (rest === '/login') return await login(req, res, tenant)
    if (rest === '/callback') return await callback(req, res, tenant)
    if (rest === '/logout' && req.method === 'POST') return await logout(req, res, tenant)
    if (rest === '/profilo') return profile(req, res, tenant)
    if (rest === '/')
      return sendPage(res, homePage(tenant, tenants, providers, sessions.find(req)?.logins.get(tenant.id)))
    if (rest === '') return redirect(res, `/${tenant.id}/`)
    send(res, 404, 'text/plain; charset=utf-8', 'Pagina inesistente.')
  }

  return async (req, res) => {
    if (serveAsset(req, res)) return
    const path = pathOf(req)
    if (path === '/') return sendPage(res, indexPage(tenants))
    const [, id = '', rest = ''] = /^\/([^/]+)(.*)$/s.exec(path) ?? []
    const tenant = tenants.find((one) => one.id === id)
    if (tenant === undefined) return send(res, 404, 'text/plain; charset=utf-8', 'Comune inesistente.')
    try {
      await serve(req, res, tenant, rest)
    } catch (error) {
      if (res.headersSent) throw error
      sendPage(res, errorPage(tenant, ...explain(error)), error instanceof oidc.AuthorizationResponseError ? 403 : 502)
    }
  }
}

/** Title and text for the citizen, and what the gateway, or openid-client about it, said. */
const explain = (error: unknown): [title: string, text: string, detail: string] => {
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError) {
    const detail = describe(error.error, error.error_description)
    return error.error === 'access_denied'
      ? [
          'Accesso non completato',
          'Hai annullato l’accesso, o non è stato possibile completarlo. Puoi riprovare.',
          detail,
        ]
      : ['Errore di accesso', 'L’accesso non è riuscito. Riprova più tardi.', detail]
  }
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  const detail = cause instanceof Error ? `${message}: ${cause.message}` : message
  return ['Il gateway non risponde come dovrebbe', 'L’accesso non è riuscito. Riprova più tardi.', detail]
}
const describe = (error: string, description: string | undefined) =>
  description === undefined ? error : `${error}: ${description}`
