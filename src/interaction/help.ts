/** Questions and answers, from a login or on their own. */
import { inLanguage } from '../http/pages.ts'
import type { Ctx } from '../http/request-context.ts'
import type { LoginUnderWay } from '../oidc/logins.ts'
import type { InteractionDeps } from './deps.ts'
import { labelOf, waysIn } from './ways-in.ts'

export const createHelp =
  (deps: InteractionDeps) =>
  (ctx: Ctx, login: LoginUnderWay | undefined): void => {
    const { tenant, region, pages } = deps
    const language = pages.languageOf(ctx.req, tenant, login?.uiLocales)
    const base = `${tenant.mountPath}${login ? `/login/${login.uid}` : ''}`
    const back = login && { href: `${base}?lang=${language}`, service: inLanguage(login.client.names, language) }
    ctx.type = 'html'
    ctx.body = pages.render(
      'help',
      {
        methods: waysIn(deps, 1).map(({ id }) => ({ id, label: labelOf(region, id, language) })),
        ...(back && { back }),
      },
      { tenant, language, sameAt: `${base}/help`, helpHref: `${base}/help?lang=${language}` },
    )
  }
