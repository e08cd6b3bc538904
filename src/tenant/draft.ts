/** The file of a body of which little is known yet: what is known, and what a person must still add. */
import { blockText } from '../config/yaml-text.ts'
import { reservedIds } from './reserved.ts'
import { languages as every, type Language, type Localised } from './tenant.ts'

export interface Body {
  readonly id: string
  readonly names: Localised
  readonly ipaCode: string
  readonly belfiore?: string
  readonly province?: string
  readonly siteUrl?: string
}

export interface Missing {
  readonly path: string
  readonly fix: string
  /** The file is not valid without it. */
  readonly needed: boolean
}

/**
 * @param schema where editors find the rules, as seen from the file
 * @param languages in which its pages will be
 */
export const draftOf = (
  body: Body,
  schema: string,
  languages: readonly Language[] = every,
): { readonly text: string; readonly missing: readonly Missing[] } => {
  const { id, names, ipaCode, belfiore, province, siteUrl } = body
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    '',
    ...blockText({ schema: 1, id, state: 'draft' }),
    'organisation:',
    ...blockText({
      ipa_code: ipaCode,
      ...(belfiore !== undefined && { belfiore }),
      ...(province !== undefined && { province }),
      names: { ...names },
    }).map((line) => `  ${line}`),
    ...(siteUrl === undefined ? ['# site_url: https://…   # needed'] : blockText({ site_url: siteUrl })),
    'clients: [] # varco client add writes them',
  ]
  return { text: `${lines.join('\n')}\n`, missing: missingIn(body, languages) }
}

const missingIn = ({ names, siteUrl, belfiore, ipaCode }: Body, languages: readonly Language[]): readonly Missing[] => [
  ...(siteUrl === undefined
    ? [{ path: 'site_url', fix: 'write the address of its site, as https://www.comune.…', needed: true }]
    : []),
  ...(belfiore === undefined && ipaCode.startsWith('c_')
    ? [
        {
          path: 'organisation.belfiore',
          fix: 'write its Belfiore code, so that the IPA code can be checked',
          needed: false,
        },
      ]
    : []),
  ...languages
    .filter((language) => names[language] === undefined)
    .map((language) => ({
      path: `organisation.names.${language}`,
      fix: `write its name there, or take ${language} out of languages`,
      needed: false,
    })),
  { path: 'clients', fix: 'add its services with varco client add', needed: false },
]

/** Columns by what tables call them. */
const columns = {
  name: ['name', 'nome', 'comune', 'denominazione'],
  ipaCode: ['ipa_code', 'ipa_code_derived', 'codice_ipa'],
  belfiore: ['belfiore', 'belfiore_code', 'codice_catastale'],
  province: ['province', 'provincia', 'sigla'],
  siteUrl: ['site_url', 'sito'],
  de: ['name_de'],
  lld: ['name_lld'],
  en: ['name_en'],
} as const
type Column = keyof typeof columns

export const fromTable = (text: string): { readonly bodies: readonly Body[] } | { readonly fault: string } => {
  const [head = [], ...rows] = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(cellsOf)
  const at = (column: Column) =>
    head.findIndex((name) => (columns[column] as readonly string[]).includes(name.trim().toLowerCase()))
  const lacking = (['name', 'ipaCode'] as const).find((column) => at(column) < 0)
  if (lacking !== undefined) {
    return {
      fault: `has no column for the ${lacking === 'name' ? 'name' : 'IPA code'}: call one ${columns[lacking].join(' or ')}.`,
    }
  }
  const taken = new Set<string>()
  return {
    bodies: rows.map((cells) => {
      const cell = (column: Column) => cells[at(column)]?.trim() || undefined
      const name = cell('name') ?? ''
      const { belfiore, province, siteUrl } = {
        belfiore: cell('belfiore'),
        province: cell('province'),
        siteUrl: cell('siteUrl'),
      }
      const [de, lld, en] = [cell('de'), cell('lld'), cell('en')]
      return {
        id: freeId(name, taken),
        names: { it: `Comune di ${name}`, ...(de && { de }), ...(lld && { lld }), ...(en && { en }) },
        ipaCode: cell('ipaCode') ?? '',
        ...(belfiore !== undefined && { belfiore }),
        ...(province !== undefined && { province }),
        ...(siteUrl !== undefined && { siteUrl }),
      }
    }),
  }
}

/** `Borgo d'Anaunia` → `borgo-d-anaunia`; two of the same name are told apart, none is an address of the gateway. */
const freeId = (name: string, taken: Set<string>): string => {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 50)
  const base = reservedIds.has(plain) || plain === '' ? `comune-di-${plain}` : plain
  let id = base
  for (let number = 2; taken.has(id); number += 1) id = `${base}-${number}`
  taken.add(id)
  return id
}

/** RFC 4180, without line breaks inside of cells; also with semicolons, as spreadsheets here write it. */
const cellsOf = (line: string): readonly string[] => {
  const separator = line.includes(';') && !line.includes(',') ? ';' : ','
  const cells = line.match(new RegExp(`("(?:[^"]|"")*"|[^${separator}]*)(?:${separator}|$)`, 'g')) ?? []
  return cells.map((cell) =>
    cell
      .replace(new RegExp(`${separator}$`), '')
      .replace(/^"|"$/g, '')
      .replaceAll('""', '"'),
  )
}
