/** A page in the citizen's language with the tenant's and region's furniture around it. */
import type { IncomingMessage } from 'node:http'
import { type ErrorCode, GatewayError } from '../errors.ts'
import { cookieName } from '../tenant/cookie-name.ts'
import type { Region } from '../tenant/region.ts'
import { type Client, type Language, type Localised, languages, type Tenant } from '../tenant/tenant.ts'
import { brandOf } from './brand.ts'
import { cookieOf } from './browser.ts'
import { durationIn } from './duration.ts'
import { pickLanguage } from './language.ts'
import { createMarks, type ServedMarks } from './marks.ts'
import { phraseIn } from './phrases.ts'
import type { Renderer } from './render.ts'
import type { Frame, Views } from './views.ts'

export const inLanguage = (text: Localised, language: Language): string => text[language] ?? text.it

export interface PageOptions {
  readonly tenant?: Tenant | undefined
  readonly language: Language
  /** Path of the page where the language can be changed; none for answers that cannot be asked for again. */
  readonly sameAt?: string
  /** Where questions and answers stand for this page; the tenant's own page unless said. */
  readonly helpHref?: string
}

export interface Pages {
  languageOf(req: IncomingMessage, tenant: Tenant | undefined, uiLocales?: string): Language
  render<K extends keyof Views>(page: K, view: Views[K], options: PageOptions): string
  /** See ServedMarks. */
  readonly logosOf: ServedMarks['logosOf']
  /** The page of an error that ends here, with the way back to the service when it is known. */
  error(
    req: IncomingMessage,
    error: {
      code: ErrorCode
      requestId: string
      tenant?: Tenant | undefined
      client?: Client | undefined
      language?: Language | undefined
      /** Seconds; see GatewayError. */
      wait?: number | undefined
    },
  ): string
}

const defined = <T extends object>(parts: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as never

const ofSigns = ['de', 'lld'] as const
/** The second name on an Italian page: in the language that the Comune lists first, as in Moena Ladin before German. */
const besideItalian = ({ languages: own, names }: Tenant): Language | undefined =>
  [...own, ...ofSigns].find((language) => ofSigns.some((one) => one === language) && names[language])

/** Steps that are taken once: to ask again, in another language, is to be told something else. */
const TAKEN_ONCE = /\/(begin|finish|cns|acs|slo)$/

/** The page of a request, for another language; undefined where it cannot be asked for again. */
const sameAtOf = (req: IncomingMessage): string | undefined => {
  const { originalUrl } = req as { originalUrl?: string }
  const url = URL.parse(originalUrl ?? req.url ?? '', 'http://localhost')
  if (url === null || req.method !== 'GET' || TAKEN_ONCE.test(url.pathname)) return undefined
  url.searchParams.delete('lang')
  // two slashes in front would be the name of another host
  return `${url.pathname.replace(/^\/+/, '/')}${url.search}`
}

export const createPages = ({
  renderer,
  region,
  publicUrl,
  marks = createMarks(region.marks),
  now,
  tenantOf,
}: {
  renderer: Renderer
  region: Region
  publicUrl: string
  marks?: ServedMarks
  now: () => number
  tenantOf?: (id: string) => Tenant | undefined
}): Pages => {
  const localised = (text: Localised | undefined, language: Language) => text && inLanguage(text, language)

  const tenantFrame = (tenant: Tenant, language: Language): NonNullable<Frame['tenant']> => {
    const name = inLanguage(tenant.names, language)
    // bilingual as on the signs of South Tyrol and Ladinia: the Italian name always stands beside the other one
    const otherLanguage: Language | undefined = language === 'it' ? besideItalian(tenant) : 'it'
    const otherName = otherLanguage && tenant.names[otherLanguage]
    const other =
      otherLanguage === undefined || otherName === undefined || otherName === name ? {} : { otherName, otherLanguage }
    const { logoHref, stylesHref } = brandOf(tenant)
    return defined({ name, siteUrl: tenant.siteUrl, ...other, logoHref, stylesHref })
  }

  /** A body that was merged keeps its issuer: whoever comes here learns where things go on. */
  const successorOf = (tenant: Tenant | undefined, language: Language): Frame['successor'] => {
    const successor = tenant?.succeededBy === undefined ? undefined : tenantOf?.(tenant.succeededBy)
    return successor && { name: inLanguage(successor.names, language), siteUrl: inLanguage(successor.urls, language) }
  }

  const languageOf: Pages['languageOf'] = (req, tenant, uiLocales) =>
    pickLanguage(
      defined({
        query: URL.parse(req.url ?? '', 'http://localhost')?.searchParams.get('lang') ?? undefined,
        uiLocales,
        cookie: tenant && cookieOf(req, cookieName(tenant, 'lang', 'tenant')),
        acceptLanguage: req.headers['accept-language'],
        fallback: tenant?.defaultLanguage ?? 'it',
        among: tenant?.languages ?? languages,
      }),
    )

  const render: Pages['render'] = (page, view, { tenant, language, sameAt, helpHref }) => {
    const { hours, ...helpdesk } = tenant?.helpdesk ?? region.helpdesk
    const legal = tenant?.legal ?? region.legal
    return renderer.render(
      page,
      defined({
        language,
        languageLinks:
          sameAt === undefined
            ? []
            : (tenant?.languages ?? languages).map((other) => ({
                language: other,
                href: `${sameAt}${sameAt.includes('?') ? '&' : '?'}lang=${other}`,
              })),
        region: inLanguage(region.name, language),
        tenant: tenant && tenantFrame(tenant, language),
        trial: tenant?.state === 'draft' || tenant?.state === 'test',
        successor: successorOf(tenant, language),
        helpdesk: defined({ ...helpdesk, hours: hours && phraseIn(hours, language) }),
        // with its host: the page may be one of the card's host
        helpHref:
          helpHref ?? (tenant && tenant.state !== 'suspended' ? `${tenant.issuer}/help?lang=${language}` : undefined),
        legal: defined({
          privacyUrl: localised(legal.privacyUrl, language),
          accessibilityUrl: localised(legal.accessibilityUrl, language),
          notesUrl: localised(legal.notesUrl, language),
        }),
        statusHref: `${publicUrl}/status?${tenant ? `tenant=${tenant.id}&` : ''}lang=${language}`,
        banners: [...(tenant?.notices ?? []), ...region.notices]
          .filter(({ from, until }) => from <= now() && now() < until)
          .map(({ text }) => phraseIn(text, language)),
        marks: marks.hrefs,
        assets: '/assets',
      }),
      view,
    )
  }

  const error: Pages['error'] = (req, { code, requestId, tenant, client, wait: seconds, ...known }) => {
    const { language = languageOf(req, tenant) } = known
    const wait = seconds === undefined ? undefined : durationIn(seconds, language)
    const { sentence } = new GatewayError(code).row
    const restart = client && { href: client.initiateLoginUri, service: inLanguage(client.names, language) }
    const sameAt = sameAtOf(req)
    const options = { tenant, language, ...(sameAt !== undefined && { sameAt }) }
    return render('error', defined({ alert: { code, sentence, id: requestId, at: now() }, restart, wait }), options)
  }

  return { languageOf, render, error, logosOf: marks.logosOf }
}
