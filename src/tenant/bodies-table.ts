/** The bodies of a table: one row each, under columns as tables call them. */
import { rowsOf } from './csv-rows.ts'
import type { Body } from './draft.ts'
import { reservedIds } from './reserved.ts'

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
const called = { name: 'name', ipaCode: 'IPA code' } as const

export interface BodiesTable {
  readonly bodies: readonly Body[]
  /** Rows of which no draft can be made. */
  readonly faults: readonly { readonly line: number; readonly reason: string }[]
}

export const bodiesOf = (text: string): BodiesTable | { readonly fault: string } => {
  const [head, ...rows] = rowsOf(text)
  const names = (head?.cells ?? []).map((name) => name.toLowerCase())
  const at = (column: Column) => names.findIndex((name) => (columns[column] as readonly string[]).includes(name))
  const lacking = (['name', 'ipaCode'] as const).find((column) => at(column) < 0)
  if (lacking !== undefined)
    return { fault: `has no column for the ${called[lacking]}: call one ${columns[lacking].join(' or ')}.` }
  const taken = new Set<string>()
  const bodies: Body[] = []
  const faults: BodiesTable['faults'][number][] = []
  for (const { line, cells } of rows) {
    const cell = (column: Column) => cells[at(column)] || undefined
    const [name, ipaCode, belfiore, province] = [cell('name'), cell('ipaCode'), cell('belfiore'), cell('province')]
    const [siteUrl, de, lld, en] = [cell('siteUrl'), cell('de'), cell('lld'), cell('en')]
    if (name === undefined || ipaCode === undefined) {
      faults.push({ line, reason: `has no ${called[name === undefined ? 'name' : 'ipaCode']}` })
      continue
    }
    bodies.push({
      id: freeId(name, taken),
      names: { it: fullName(name, ipaCode), ...(de && { de }), ...(lld && { lld }), ...(en && { en }) },
      ipaCode,
      ...(belfiore !== undefined && { belfiore }),
      ...(province !== undefined && { province }),
      ...(siteUrl !== undefined && { siteUrl }),
    })
  }
  return { bodies, faults }
}

/** Some tables write "Ala", others "Comune di Ala"; and a body that is no Comune has a name of its own. */
const fullName = (name: string, ipaCode: string): string =>
  /^c_/i.test(ipaCode) && !/^(comune|citt[àa])(?!\p{L})/iu.test(name) ? `Comune di ${name}` : name

/** `Borgo d'Anaunia` → `borgo-d-anaunia`; two of the same name are told apart, none is an address of the gateway. */
const freeId = (name: string, taken: Set<string>): string => {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/^comune (di|del|della) |^comune (d|dell)['’]/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 50)
  const base = reservedIds.has(plain) || plain === '' ? `comune-di-${plain}` : plain
  let id = base
  for (let number = 2; taken.has(id); number += 1) id = `${base}-${number}`
  taken.add(id)
  return id
}
