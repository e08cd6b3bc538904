/** When the citizen must (again) choose a way in. Single sign-on is off: every request wants a login of its own. */
import { errors, interactionPolicy } from 'oidc-provider'
import { levelOfClass } from '../citizen/assurance.ts'
import { requestedLevel } from '../claims/acr.ts'
import type { Client } from '../tenant/tenant.ts'

const { Check, Prompt, base } = interactionPolicy

export const createPolicy = ({ clientOf }: { clientOf: (id: string) => Client | undefined }) => {
  const policy = base()
  const login = policy.get('login')
  if (!login) throw new Error('oidc-provider no longer has a login prompt')
  // Both compare for equality: asked level 2, reached level 3 would ask for ever. `level` below compares levels.
  login.checks.remove('essential_acr')
  login.checks.remove('essential_acrs')
  login.checks.add(
    new Check('login_required', 'End-User authentication is required', (ctx) =>
      // no account: the record of the login is gone
      ctx.oidc.result?.login === undefined || ctx.oidc.account === undefined
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT,
    ),
  )
  login.checks.add(
    new Check('level', 'the level asked was not reached', (ctx) => {
      const { client, params, result, session } = ctx.oidc
      const known = client && clientOf(client.clientId)
      if (!known || result?.login === undefined) return Check.NO_NEED_TO_PROMPT
      const asked = requestedLevel({
        acrValues: params?.acr_values as string | undefined,
        claims: params?.claims as string | undefined,
        minLevel: known.minLevel,
      })
      // a login in this very request did not reach it: asking again would loop
      if ((levelOfClass(session?.acr ?? '') ?? 0) < asked) throw new errors.UnmetAuthenticationRequirements()
      return Check.NO_NEED_TO_PROMPT
    }),
  )

  // Without checks of their own, but known: else `prompt=consent` or `select_account` would be an error.
  const selectAccount = new Prompt({ name: 'select_account', requestable: true })
  policy.remove('consent')
  policy.add(selectAccount)
  policy.add(new Prompt({ name: 'consent', requestable: true }))
  return policy
}
