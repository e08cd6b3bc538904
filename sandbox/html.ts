/** Pages as template literals in which every value is escaped, unless it is markup itself. */

export interface Markup {
  readonly markup: string
}
type Value = string | number | Markup | false | undefined | readonly Value[]

export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

const render = (value: Value): string => {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value))
  return 'markup' in value ? value.markup : value.map(render).join('')
}

export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Markup => ({
  markup: strings.reduce((page, text, at) => page + render(values[at - 1]) + text),
})
