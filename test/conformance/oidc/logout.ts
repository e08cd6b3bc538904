/** What each module of the RP-Initiated Logout OP plan asserts. */
import { expect } from 'vitest'
import { it } from '../../../views/locales/it.ts'
import type { Page } from '../../fixtures/gateway/browser.ts'
import { formIn } from '../../fixtures/gateway/stories.ts'
import type { rpInitiatedLogoutModules } from './modules.ts'
import type { Params, RelyingParty } from './relying-party.ts'

const isHttps = (url: unknown) => expect(url).toMatch(/^https:\/\//)

/** Every endpoint that the discovery document names. */
export const endpointsAreHttps = ({ server }: RelyingParty): void => {
  for (const [name, value] of Object.entries(server)) if (/(_endpoint|_uri)$/.test(name)) isHttps(value)
}

export const hasEndSessionEndpoint = ({ server }: RelyingParty): void => isHttps(server.end_session_endpoint)

const postLogoutUri = ({ tenant }: RelyingParty) => `https://oidcc.${tenant}.example/post_logout_redirect`

/** Logs in, then sends the browser to the end session endpoint with what the module makes of the usual request. */
export const logOut = async (
  rp: RelyingParty,
  { change = (usual) => usual }: { change?: (usual: Params, idToken: string) => Params | Promise<Params> } = {},
) => {
  const first = await rp.flow()
  const idToken = first.tokens.id_token ?? ''
  const state = rp.random(96)
  const usual = { id_token_hint: idToken, post_logout_redirect_uri: postLogoutUri(rp), state }
  const query = new URLSearchParams({ ...(await change(usual, idToken)) })
  const page = await rp.browser.get(`${rp.endpoint('end_session')}?${query}`)
  return { first, page, state }
}

/** The proof that nobody is logged in any more. */
export const nobodyIsLoggedIn = async (rp: RelyingParty): Promise<void> => {
  const sent = await rp.send({ prompt: 'none', state: rp.random(96) })
  expect(['interaction_required', 'login_required', 'account_selection_required', 'consent_required']).toContain(
    rp.errorIn(sent.page, sent),
  )
}
const somebodyIsLoggedIn = async (rp: RelyingParty): Promise<void> => {
  await rp.flow({ prompt: 'none' }, { way: 'no page' })
}

/** `params`: what must come along, and nothing else. */
export const isBackAtTheSite = (rp: RelyingParty, page: Page, params: Params): void => {
  const { origin, pathname, searchParams } = new URL(page.location ?? '')
  expect(`${origin}${pathname}`).toBe(postLogoutUri(rp))
  expect(Object.fromEntries(searchParams)).toEqual(params)
}

const staysHere = ({ status, location }: Page) => expect([status, location]).toEqual([200, undefined])
const isLoggedOutPage = (page: Page) => {
  staysHere(page)
  expect(page.text).toContain(`<h1>${it.logout.doneTitle}</h1>`)
}

/** A page with one button: nothing has happened yet, and the button, when the citizen presses it, logs out. */
const asks = async (rp: RelyingParty, page: Page): Promise<Page> => {
  staysHere(page)
  expect(page.text).toContain(`<h1>${it.logout.askTitle}</h1>`)
  await somebodyIsLoggedIn(rp)
  const { action, fields } = formIn(page)
  const { '': _button, ...form } = fields
  const after = await rp.browser.post(action, form)
  await nobodyIsLoggedIn(rp)
  return after
}

const badSignature = (idToken: string) => {
  const [header, payload, signature = ''] = idToken.split('.')
  return [header, payload, signature.split('').reverse().join('')].join('.')
}
const algNone = (idToken: string) =>
  `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')}.${idToken.split('.')[1]}.`

export const rpInitiatedLogout: Readonly<
  Record<keyof typeof rpInitiatedLogoutModules, (rp: RelyingParty) => Promise<void>>
> = {
  'oidcc-rp-initiated-logout-discovery-endpoint-verification': async (rp) => {
    endpointsAreHttps(rp)
    hasEndSessionEndpoint(rp)
  },

  'oidcc-rp-initiated-logout': async (rp) => {
    const { page, state } = await logOut(rp)
    isBackAtTheSite(rp, page, { state })
    await nobodyIsLoggedIn(rp)
  },

  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': async (rp) => {
    const { page } = await logOut(rp, {
      change: (usual) => ({ ...usual, post_logout_redirect_uri: `${postLogoutUri(rp)}/${rp.random()}` }),
    })
    isLoggedOutPage(page)
    await nobodyIsLoggedIn(rp)
  },

  'oidcc-rp-initiated-logout-modified-id-token-hint': async (rp) => {
    const { page } = await logOut(rp, {
      change: (usual, idToken) => ({ ...usual, id_token_hint: algNone(idToken) }),
    })
    isLoggedOutPage(await asks(rp, page))
  },

  'oidcc-rp-initiated-logout-no-id-token-hint': async (rp) => {
    const { page } = await logOut(rp, { change: ({ id_token_hint: _, ...usual }) => usual })
    isLoggedOutPage(await asks(rp, page))
  },

  'oidcc-rp-initiated-logout-no-params': async (rp) => {
    const { page } = await logOut(rp, { change: () => ({}) })
    isLoggedOutPage(await asks(rp, page))
  },

  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': async (rp) => {
    const { page } = await logOut(rp, { change: ({ post_logout_redirect_uri: _, ...usual }) => usual })
    isLoggedOutPage(page)
    await nobodyIsLoggedIn(rp)
  },

  'oidcc-rp-initiated-logout-no-state': async (rp) => {
    const { page } = await logOut(rp, { change: ({ state: _, ...usual }) => usual })
    isBackAtTheSite(rp, page, {})
    await nobodyIsLoggedIn(rp)
  },

  'oidcc-rp-initiated-logout-only-state': async (rp) => {
    const { page } = await logOut(rp, { change: ({ state = '' }) => ({ state }) })
    isLoggedOutPage(await asks(rp, page))
  },

  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': async (rp) => {
    const { page } = await logOut(rp, {
      change: (usual) => ({ ...usual, post_logout_redirect_uri: `${postLogoutUri(rp)}?foo=bar` }),
    })
    isLoggedOutPage(page)
    await nobodyIsLoggedIn(rp)
  },

  'oidcc-rp-initiated-logout-bad-id-token-hint': async (rp) => {
    const { page } = await logOut(rp, {
      change: (usual, idToken) => ({ ...usual, id_token_hint: badSignature(idToken) }),
    })
    isLoggedOutPage(await asks(rp, page))
  },
}
