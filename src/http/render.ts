/** Turns a page's model and a dictionary into HTML. Templates are compiled once; nothing reaches a page unescaped. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs from 'ejs'
import type { Dictionary } from '../../views/locales/dictionary.ts'
import { review } from '../../views/locales/lld.ts'
import type { Assets } from './assets.ts'
import { helpGroups } from './help.ts'
import { nextSteps, supportHref, timeOf } from './next-steps.ts'
import { fill, Phrase, type Phrases, phrases } from './phrases.ts'
import type { Alert, Frame, HelpView, Views } from './views.ts'

export interface Renderer {
  render<K extends keyof Views>(page: K, frame: Frame, view: Views[K]): string
}

const PAGES = ['login', 'error', 'help', 'post', 'logout', 'status'] as const satisfies readonly (keyof Views)[]
const PARTIALS = [
  'layout',
  'header',
  'footer',
  'alert',
  'steps',
  'support',
  'fields',
  'spid',
  'cie',
  'cns',
  'eidas',
  'other',
  'in-app',
  'sign',
  'data',
  'present',
] as const

/** All that a template may name; ejs runs without `with`, so a misspelt name is an error and not a blank. */
const LOCALS = [
  't',
  'frame',
  'view',
  'asset',
  'fill',
  'told',
  'steps',
  'support',
  'claimLabels',
  'helpGroups',
  'clock',
  'reviewed',
  'partial',
  'head',
  'body',
  'input',
]

/** HTML that a template made. Nothing but `partial` and the page itself creates one. */
class Html {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

/** What `<%= %>` does. Templates need no raw tag: partials arrive as Html, texts as Phrases, all else is data. */
const escaped = (value: unknown): string => {
  if (value instanceof Html) return value.source
  if (!(value instanceof Phrase)) return ejs.escapeXML(value)
  const text = ejs.escapeXML(value.text)
  return value.language === undefined ? text : `<span lang="${value.language}">${text}</span>`
}

const compile = (file: string): ejs.TemplateFunction =>
  ejs.compile(readFileSync(file, 'utf8'), { filename: file, strict: true, destructuredLocals: LOCALS, escape: escaped })

/** The three texts of an alert, with the provider's name in them. */
const toldBy = (t: Phrases, alert: Alert) => {
  const ofCie = alert.upstream === 'cie' ? (t.cieSentences as Partial<Phrases['sentences']>)[alert.sentence] : undefined
  const ofKind = alert.sentence === 'identity_type' && alert.wants ? t.identitySentences[alert.wants] : undefined
  const { title, what, next } = ofCie ?? ofKind ?? t.sentences[alert.sentence]
  const provider = alert.provider ?? t.frame.someProvider.text
  return { title: fill(title, { provider }), what: fill(what, { provider }), next: fill(next, { provider }) }
}

/** `https://attributes.eid.gov.it/fiscal_number` and `fiscal_number` are one datum to the citizen. */
const claimLabelsOf = (t: Phrases, claims: readonly string[]): readonly (Phrase | string)[] => {
  const names = new Set(claims.map((claim) => claim.slice(claim.lastIndexOf('/') + 1)))
  const known = (name: string): name is keyof Dictionary['claims'] => Object.hasOwn(t.claims, name)
  return [...names].map((name) => (known(name) ? t.claims[name] : name))
}

/** What `<title>` says of a page; the layout adds whose page it is. */
const titles: { readonly [K in keyof Views]: (t: Phrases, view: Views[K]) => Phrase } = {
  login: (t, { service, alert }) => {
    const title = fill(t.login.title, { service })
    // A cancel is the citizen's own decision, not an error.
    if (alert === undefined || alert.sentence === 'cancelled') return title
    return fill(t.frame.errorTitle, { title: title.text })
  },
  error: (t, { alert }) => fill(t.frame.errorTitle, { title: toldBy(t, alert).title.text }),
  help: (t) => t.help.title,
  status: (t) => t.status.title,
  post: (t, { to }) => fill(t.post.title, { to }),
  logout: (t, { step }) => t.logout[`${step}Title`],
}

/** Reads `viewsDir` once; throws when a template is missing or is not valid ejs. */
export const createRenderer = ({ viewsDir, assets }: { viewsDir: string; assets: Assets }): Renderer => {
  const pages = new Map<keyof Views, ejs.TemplateFunction>(
    PAGES.map((name) => [name, compile(join(viewsDir, `${name}.ejs`))]),
  )
  const partials = new Map<string, ejs.TemplateFunction>(
    PARTIALS.map((name) => [name, compile(join(viewsDir, 'partials', `${name}.ejs`))]),
  )
  const run = (templates: Map<string, ejs.TemplateFunction>, name: string, locals: ejs.Data): Html => {
    const template = templates.get(name)
    if (template === undefined) throw new Error(`no template ${name} in ${viewsDir}`)
    return new Html(template(locals))
  }
  return {
    render: (page, frame, view) => {
      const t = phrases[frame.language]
      const { service, restart } = view as { service?: string; restart?: { service: string } }
      const locals = {
        t,
        frame,
        view,
        fill,
        asset: (name: string) => assets.href(name, frame.assets),
        told: (alert: Alert) => toldBy(t, alert),
        steps: (alert: Alert) => nextSteps(t, frame, alert),
        support: (alert: Alert) => ({
          time: timeOf(alert.at, frame),
          href: supportHref(t, frame, alert, service ?? restart?.service),
        }),
        helpGroups: (help: HelpView) => helpGroups(t, frame.language, help),
        clock: (at: number) => timeOf(at, frame),
        reviewed: review !== undefined,
        claimLabels: (claims: readonly string[]) => claimLabelsOf(t, claims),
        partial: (name: string, input: unknown = {}): Html => run(partials, name, { ...locals, input }),
      }
      const head = titles[page](t, view)
      const body = run(pages, page, locals)
      return run(partials, 'layout', { ...locals, head, body }).source
    },
  }
}
