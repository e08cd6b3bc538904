/**
 * A strict reader of XML tokens that runs before any parser. Some repair what they can (stray end tags, bare `&`,
 * unquoted attributes, a second root) and every repair is a chance that two readers see two documents.
 * What passes here needs no repair: SAML uses a small, plain part of XML.
 */
import { GatewayError } from '../../errors.ts'

const MAX_DEPTH = 100

const name = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?'
const attribute = `\\s+${name}\\s*=\\s*(?:"[^<"]*"|'[^<']*')`
const quoted = (value: string) => `\\s*=\\s*(?:"${value}"|'${value}')`
const declaration = new RegExp(
  `^<\\?xml\\s+version${quoted('1\\.0')}(?:\\s+encoding${quoted('[\\w.-]+')})?(?:\\s+standalone${quoted('(?:yes|no)')})?\\s*\\?>`,
)
/** By number: text, name of an end tag, name of a start tag, `/` where it is empty. Named groups cost as much as all the rest. */
const token = new RegExp(
  `([^<]+)|</(${name})\\s*>|<(${name})(?:${attribute})*\\s*(/?)>|<!--(?:(?!--)[\\s\\S])*-->|<!\\[CDATA\\[[\\s\\S]*?\\]\\]>`,
  'y',
)
const reference = /&(?:(?:amp|lt|gt|quot|apos)|#(?<decimal>\d{1,7})|#x(?<hex>[0-9A-Fa-f]{1,6}));|&/g

const malformed = (detail: string) => new GatewayError('saml_message_malformed', detail)

const isXmlCharacter = (code: number) =>
  code === 0x9 ||
  code === 0xa ||
  code === 0xd ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x10000 && code <= 0x10ffff)

const assertReferences = (markup: string) => {
  if (!markup.includes('&')) return
  for (const { groups, 0: found } of markup.matchAll(reference)) {
    if (found === '&') throw malformed('entity or bare ampersand')
    const { decimal, hex } = groups ?? {}
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : 0x20
    if (!isXmlCharacter(code)) throw malformed('character reference outside XML')
  }
}

/** Passes well-formed XML 1.0 in UTF-8 without DOCTYPE, entities and processing instructions; else throws `saml_doctype_forbidden` or `saml_message_malformed`. */
export const assertWellFormed = (xml: string, { maxNodes }: { maxNodes: number }): void => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that XML excludes
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml)) throw malformed('forbidden character')
  const prolog = declaration.exec(xml)?.[0] ?? ''
  const encoding = /encoding\s*=\s*["']([^"']*)["']/.exec(prolog)?.[1]
  if (encoding !== undefined && !/^utf-8$/i.test(encoding)) throw malformed('encoding is not UTF-8')
  const open: string[] = []
  let roots = 0
  let nodes = 0
  token.lastIndex = prolog.length
  while (token.lastIndex < xml.length) {
    const start = token.lastIndex
    const match = token.exec(xml)
    if (match === null) {
      const rest = xml.slice(start, start + 9)
      if (/^<!DOCTYPE/i.test(rest)) throw new GatewayError('saml_doctype_forbidden')
      throw malformed(rest.startsWith('<?') ? 'processing instruction' : 'markup')
    }
    const [whole, text, close, opened, empty] = match
    // node-saml searches the tree in quadratic time: 30,000 siblings have held it for minutes.
    nodes += 1 + (opened === undefined ? 0 : whole.split('=').length)
    if (nodes > maxNodes) throw new GatewayError('saml_message_too_large', 'too many nodes')
    if (text !== undefined) {
      if (open.length === 0 && text.trim() !== '') throw malformed('text outside the root')
      if (text.includes(']]>')) throw malformed('markup')
      assertReferences(text)
    } else if (close !== undefined) {
      if (open.pop() !== close) throw malformed('end tag')
    } else if (opened !== undefined) {
      if (open.length === 0 && ++roots > 1) throw malformed('second root')
      assertReferences(whole)
      if (empty === '') open.push(opened)
      if (open.length > MAX_DEPTH) throw malformed('nested too deeply')
    } else if (open.length === 0 && whole.startsWith('<![')) {
      throw malformed('text outside the root')
    }
  }
  if (roots === 0 || open.length > 0) throw malformed('cut short')
}
