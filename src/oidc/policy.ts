/** When the citizen must (again) choose a way in, and when they are asked whether they still are who was here. */
import { decodeJwt } from 'jose'
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { levelOfClass } from '../citizen/assurance.ts'
import { asksTheImpossible, requestedLevel } from '../claims/acr.ts'
import type { Client } from '../tenant/tenant.ts'
import { type Obstacle, obstacleBetween, type SingleSignOn } from './single-sign-on.ts'

const { Check, Prompt, base } = interactionPolicy

/** A person that the request itself names: by an ID token of theirs, or by the claim `sub` (OpenID Connect Core 3.1.2.1, 5.5.1). */
const namesAnother = ({ oidc }: KoaContextWithOIDC): boolean => {
  // verified when the request came; the library does not keep it until the login is over
  const hint = oidc.params?.id_token_hint
  const hinted = typeof hint === 'string' ? decodeJwt(hint).sub : undefined
  const claimed = (oidc.claims.id_token?.sub as { value?: unknown } | null | undefined)?.value
  return [hinted, claimed].some((sub) => sub !== undefined && sub !== oidc.session?.accountId)
}

/** Somebody who was logged in before this request, and may be passed on. `prompt=none`: without a word. */
const mustChoose = ({ oidc }: KoaContextWithOIDC): boolean =>
  oidc.result?.login === undefined && oidc.result?.select_account === undefined && !oidc.prompts.has('none')

export const createPolicy = ({
  clientOf,
  singleSignOn,
}: {
  clientOf: (id: string) => Client | undefined
  singleSignOn: SingleSignOn
}) => {
  const levelAsked = ({ oidc: { params } }: KoaContextWithOIDC, { minLevel }: Client) =>
    requestedLevel({
      acrValues: params?.acr_values as string | undefined,
      claims: params?.claims as string | undefined,
      minLevel,
    })
  const clientIn = ({ oidc: { client } }: KoaContextWithOIDC) => client && clientOf(client.clientId)

  /** Of a session that would serve this request; after a login in this very request there is none. */
  const obstacle = async (ctx: KoaContextWithOIDC): Promise<Obstacle | undefined> => {
    const client = clientIn(ctx)
    const login = ctx.oidc.result?.login === undefined ? await singleSignOn.of(ctx) : undefined
    return client && login && obstacleBetween(login, client, levelAsked(ctx, client))
  }

  const policy = base()
  const login = policy.get('login')
  if (!login) throw new Error('oidc-provider no longer has a login prompt')
  // These compare for equality: asked level 2, reached level 3 would ask for ever. `level` below compares levels.
  login.checks.remove('essential_acr')
  login.checks.remove('essential_acrs')
  // and these would ask again who has just logged in as somebody else
  login.checks.remove('id_token_hint')
  login.checks.remove('claims_id_token_sub_value')
  const require = (reason: string, why: string, check: (ctx: KoaContextWithOIDC) => boolean | Promise<boolean>) =>
    login.checks.add(new Check(reason, why, 'login_required', check))
  // without single sign-on the session alone leads to nobody; the record of a login may also be gone
  require('login_required', 'End-User authentication is required', (ctx) => ctx.oidc.account === undefined)
  require('essential_acr', 'no login here has the class that the request calls essential', ({ oidc }) => {
    if (asksTheImpossible(oidc.params?.claims as string | undefined)) throw new errors.UnmetAuthenticationRequirements()
    return false
  })
  require('another_person', 'the End-User is not the one that was asked for', (ctx) => {
    const another = namesAnother(ctx)
    if (another && ctx.oidc.result?.login !== undefined) throw new errors.LoginRequired('another End-User logged in')
    return another
  })
  require('level', 'the level asked was not reached', async (ctx) => {
    const client = clientIn(ctx)
    const reached = levelOfClass(ctx.oidc.session?.acr ?? '') ?? 0
    // a login in this very request did not reach it: asking again would loop
    if (client && ctx.oidc.result?.login !== undefined && reached < levelAsked(ctx, client))
      throw new errors.UnmetAuthenticationRequirements()
    return (await obstacle(ctx)) === 'level'
  })
  require('data', 'the login lacks what this client needs', async (ctx) => (await obstacle(ctx)) === 'data')

  const selectAccount = new Prompt(
    { name: 'select_account', requestable: true },
    new Check('logged_in', 'the End-User must say who they are', async (ctx) =>
      mustChoose(ctx) ? (await singleSignOn.of(ctx)) !== undefined : false,
    ),
  )
  policy.remove('consent')
  policy.add(selectAccount)
  // without a check of its own, but known: else `prompt=consent` would be an error
  policy.add(new Prompt({ name: 'consent', requestable: true }))

  return {
    policy,
    /** Would the session pass this request on, as far as can be said before the library looks? */
    passes: async (ctx: KoaContextWithOIDC): Promise<boolean> => {
      const { session, params, prompts } = ctx.oidc
      if (mustChoose(ctx) || namesAnother(ctx) || prompts.has('login')) return false
      if (params?.max_age !== undefined && session?.past(Number(params.max_age))) return false
      return (await singleSignOn.of(ctx)) !== undefined && (await obstacle(ctx)) === undefined
    },
  }
}
