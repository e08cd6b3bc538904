/** Questions and answers, from a login or on their own. */
import { inLanguage } from '../http/pages.ts'
import type { Ctx } from '../http/request-context.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import { addressesOf } from './addresses.ts'
import type { InteractionDeps } from './deps.ts'
import { labelOf, waysIn } from './ways-in.ts'

export const createHelp =
  (deps: InteractionDeps) =>
  (ctx: Ctx, login: LoginUnderWay | undefined): void => {
    const { tenant, region, pages } = deps
    const language = pages.languageOf(ctx.req, tenant, login?.uiLocales)
    const at = login && addressesOf(tenant, login)
    const here = at?.('help') ?? `${tenant.mountPath}/help`
    const back = login &&
      at && { href: at(undefined, { lang: language }), service: inLanguage(login.client.names, language) }
    ctx.type = 'html'
    ctx.body = pages.render(
      'help',
      {
        methods: waysIn(deps, 1).map(({ id }) => ({ id, label: labelOf(region, id, language) })),
        ...(back && { back }),
      },
      { tenant, language, sameAt: here, helpHref: at?.('help', { lang: language }) ?? `${here}?lang=${language}` },
    )
  }
