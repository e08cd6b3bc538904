/** The notice that a Comune publishes on its own site about its login, from its file and the facts of the help page. */
import type { Fact } from '../../views/help/fact.ts'
import { facts } from '../../views/help/facts.ts'
import { noticeTexts } from '../../views/notice/notice.ts'
import type { Language, Localised, Tenant } from '../tenant/tenant.ts'
import { isShown } from './help.ts'

export interface Notice {
  readonly language: Language
  /** Ladin has no text of its own yet: Italian stands for it, with the Ladin names. */
  readonly writtenIn: Exclude<Language, 'lld'>
  /** To stand above the text, and on the page of the site: it is in another language than the page. */
  readonly mark?: string
  readonly title: string
  readonly short: string
  /** Markdown. */
  readonly text: string
  readonly links: readonly { readonly text: string; readonly href: string }[]
}

/** In the order in which citizens meet them: what the state gives first. */
const ORDER = ['cie', 'spid', 'cns', 'eidas'] as const
const ACRONYMS = { cie: 'CIE', spid: 'SPID', cns: 'CNS' } as const
const OFFICIAL = { cie: 'https://www.cartaidentita.interno.gov.it', spid: 'https://www.spid.gov.it' } as const
/** The guides' own points: how to activate it, what it costs, what the levels are, and those who need help. */
const ASKED = ['cie-activate', 'cie-codes', 'cns-needs', 'cost', 'levels', 'minors', 'family', 'helping', 'abroad']

export const noticeOf = (tenant: Tenant, language: Language): Notice => {
  const writtenIn = language === 'lld' ? 'it' : language
  const said = noticeTexts[writtenIn]
  const ways = ORDER.filter((way) => tenant.methods[way])
  const names = ways.flatMap((way) => (way === 'eidas' ? [] : [ACRONYMS[way]]))
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} ${said.and} ${names.at(-1)}` : names.join('')
  const filled = (text: string) =>
    text.replaceAll('{body}', inLanguage(tenant.names, language)).replaceAll('{ways}', list)
  const asked = facts.filter((fact) => isAsked(fact, tenant))
  const { phone, email, hours } = tenant.helpdesk
  const desk = [phone, email, hours && inLanguage(hours, language)].filter((one) => one !== undefined).join(', ')
  const text = [
    said.intro,
    `## ${said.how.title}`,
    said.how.text,
    ...ways.flatMap((way) => [`## ${said.ways[way].title}`, said.ways[way].text]),
    `## ${said.questions}`,
    ...asked.flatMap((fact) => [`### ${fact[writtenIn].question}`, fact[writtenIn].answer]),
    ...(tenant.clients.length > 0 ? [`## ${said.where.title}`, said.where.text, servicesOf(tenant, language)] : []),
    ...(desk === '' ? [] : [`## ${said.help}`, desk]),
  ]
  const privacy = tenant.legal.privacyUrl
  return {
    language,
    writtenIn,
    ...(writtenIn !== language && { mark: NOT_IN_LADIN }),
    title: filled(said.title),
    short: filled(said.short),
    text: text.map(filled).join('\n\n'),
    links: [
      { text: said.site, href: inLanguage(tenant.urls, language) },
      ...ways.flatMap((way) =>
        way === 'cie' || way === 'spid' ? [{ text: said.ways[way].title, href: OFFICIAL[way] }] : [],
      ),
      ...(privacy === undefined ? [] : [{ text: 'Privacy', href: inLanguage(privacy, language) }]),
    ],
  }
}

/** As on the pages: no Ladin text is better than one that no office has read. */
const NOT_IN_LADIN = 'Questo avviso non c’è ancora in ladino: il testo è in italiano.'

const isAsked = (fact: Fact, { methods }: Tenant): boolean =>
  ASKED.includes(fact.id) && isShown(fact) && (fact.about === 'everyone' || methods[fact.about])

const inLanguage = (texts: Localised, language: Language): string => texts[language] ?? texts.it

const servicesOf = ({ clients }: Tenant, language: Language): string =>
  clients.map(({ names, url }) => `- [${inLanguage(names, language)}](${url})`).join('\n')

export const noticeMarkdown = ({ language, writtenIn, mark, title, short, text, links }: Notice): string =>
  [
    `<!-- ${language}${writtenIn === language ? '' : `: in ${writtenIn}, to be translated by the Comune`} -->`,
    `# ${title}`,
    ...(mark === undefined ? [] : [`> ${mark}`]),
    `*${short}*`,
    text,
    `## ${noticeTexts[writtenIn].links}`,
    links.map(({ text: link, href }) => `- [${link}](${href})`).join('\n'),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n')
