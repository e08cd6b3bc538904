/**
 * Changes one place of a YAML file and leaves every other byte as its people wrote it: comments, quotes, blank lines, order.
 * The text around the place is kept, not written again from what was read. What comes out is read once more and compared with
 * what was meant; where that fails (an alias, a form nobody thought of) nothing is changed and a person has to.
 */
import { isDeepStrictEqual } from 'node:util'
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { type Path, pathText } from './problem.ts'
import { blockText, inlineText } from './yaml-text.ts'

/** What YAML can say without tags. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain }

export type YamlEdit =
  /** At the end of a list, which is made where its key is missing. */
  | { readonly add: Plain; readonly to: Path }
  /** The value of a key, which is added at the end of its block where it is missing. */
  | { readonly set: Plain; readonly at: Path }
  /** An item of a list, with the comments on its lines. Not the only one. */
  | { readonly remove: Path }

/** The message is for a person: it ends with what to do. */
export class YamlEditError extends Error {}

/** One after the other: each sees what those before it made. */
export const editYaml = (text: string, edits: readonly YamlEdit[]): string => edits.reduce(editOnce, text)

const editOnce = (text: string, edit: YamlEdit): string => {
  const path = 'add' in edit ? edit.to : 'set' in edit ? edit.at : edit.remove
  const document = parseDocument(text)
  const wanted: unknown = parseDocument(text).toJS()
  try {
    const splice = spliceOf(text, document.contents, edit)
    const changed = `${text.slice(0, splice.from)}${splice.text}${text.slice(splice.to)}`
    const read = parseDocument(changed)
    if (read.errors.length === 0 && isDeepStrictEqual(read.toJS(), applied(wanted, edit))) return changed
  } catch (cause) {
    if (!(cause instanceof Unclear)) throw cause
  }
  throw new YamlEditError(`${pathText(path)} is written in a way that is not changed by a program: change it by hand.`)
}

/** A place that is not plain enough. */
class Unclear extends Error {}

interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

const spliceOf = (text: string, root: Node | null, edit: YamlEdit): Splice => {
  if ('add' in edit) {
    const list = nodeAt(root, edit.to)
    if (list === undefined || (isScalar(list) && list.value === null))
      return spliceOf(text, root, { set: [edit.add], at: edit.to })
    if (!isSeq(list)) throw new Unclear()
    if (list.flow && list.items.length === 0 && isWide(edit.add)) return firstItem(text, list, edit.add)
    return list.flow ? addToFlow(list, inlineText(edit.add)) : addItem(text, list as YAMLSeq<Node>, edit.add)
  }
  if ('remove' in edit) {
    const list = nodeAt(root, edit.remove.slice(0, -1))
    if (!isSeq(list)) throw new Unclear()
    return removeItem(text, list as YAMLSeq<Node>, Number(edit.remove.at(-1)))
  }
  const parent = nodeAt(root, edit.at.slice(0, -1))
  if (!isMap(parent)) throw new Unclear()
  const key = String(edit.at.at(-1))
  const pair = pairOf(parent, key)
  if (pair !== undefined) return replaceValue(text, pair, edit.set)
  return parent.flow
    ? addToFlow(parent, `${inlineText(key)}: ${inlineText(edit.set)}`)
    : addPair(text, parent as YAMLMap<Node, Node | null>, key, edit.set)
}

const pairOf = (map: YAMLMap, key: string) =>
  (map.items as Pair<Node, Node | null>[]).find(({ key: name }) => isScalar(name) && String(name.value) === key)

const nodeAt = (root: Node | null, path: Path): Node | undefined =>
  path.reduce<Node | undefined>((node, key) => {
    if (isMap(node)) return pairOf(node, String(key))?.value ?? undefined
    if (isSeq(node)) return node.items[Number(key)] as Node | undefined
    if (isAlias(node)) throw new Unclear()
    return undefined
  }, root ?? undefined)

const rangeOf = (node: Node): readonly [start: number, end: number] => {
  if (node.range == null) throw new Unclear()
  return [node.range[0], node.range[1]]
}

/** Where the last thing inside ends that is more than white space or a comment. */
const endOf = (node: Node): number => {
  if (!isCollection(node) || node.flow) return rangeOf(node)[1]
  const last = node.items.at(-1) as Node | Pair<Node, Node | null> | undefined
  if (last === undefined) return rangeOf(node)[1]
  if (!('key' in last)) return endOf(last)
  return last.value === null || isEmpty(last.value) ? rangeOf(last.key)[1] + 1 : endOf(last.value)
}
const isEmpty = (node: Node): boolean => isScalar(node) && rangeOf(node)[0] === rangeOf(node)[1]

const lineBreakOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n')

/** The position behind the line break that ends the line of `offset`; behind the text where there is none. */
const lineEnd = (text: string, offset: number): number => {
  if (text[offset - 1] === '\n') return offset
  const at = text.indexOf('\n', offset)
  return at < 0 ? text.length : at + 1
}
const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1

/** Whole lines behind the line of `offset`. */
const insertLines = (text: string, offset: number, lines: readonly string[]): Splice => {
  const at = lineEnd(text, offset)
  const breakOf = lineBreakOf(text)
  const missing = at > 0 && text[at - 1] !== '\n' ? breakOf : ''
  return { from: at, to: at, text: `${missing}${lines.map((line) => `${line}${breakOf}`).join('')}` }
}

const addToFlow = (list: YAMLMap | YAMLSeq, added: string): Splice => {
  const last = list.items.at(-1) as Node | Pair<Node, Node | null> | undefined
  const [start, end] = rangeOf(list)
  if (last === undefined) {
    const [open, close] = isMap(list) ? ['{ ', ' }'] : ['[', ']']
    return { from: start, to: end, text: `${open}${added}${close}` }
  }
  const at = 'key' in last ? rangeOf(last.value ?? last.key)[1] : rangeOf(last)[1]
  return { from: at, to: at, text: `, ${added}` }
}

const isWide = (value: Plain): boolean => typeof value === 'object' && value !== null && Object.keys(value).length > 2

/** In the place of `[]` behind a key: what stands behind it on the line stays there. */
const firstItem = (text: string, list: YAMLSeq, value: Plain): Splice => {
  const [start, end] = rangeOf(list)
  const [, indent] = /^( *)[\w-]+: *$/.exec(text.slice(lineStart(text, start), start)) ?? []
  if (indent === undefined) return addToFlow(list, inlineText(value))
  const breakOf = lineBreakOf(text)
  const to = lineEnd(text, end)
  const behind = text.slice(end, to).trim()
  const lines = blockText(value).map((line, at) => `${indent}  ${at === 0 ? '- ' : '  '}${line}`)
  return { from: start - 1, to, text: `${[behind === '' ? '' : ` ${behind}`, ...lines].join(breakOf)}${breakOf}` }
}

/** The offset of the dash in front of an item of a block list. */
const dashOf = (text: string, list: YAMLSeq<Node>, index: number): number => {
  const item = list.items[index]
  if (item === undefined) throw new Unclear()
  const dash = text.lastIndexOf('-', rangeOf(item)[0] - (isEmpty(item) ? 0 : 1))
  const before = text.slice(lineStart(text, dash), dash)
  if (dash < 0 || before.trim() !== '') throw new Unclear()
  return dash
}

const addItem = (text: string, list: YAMLSeq<Node>, value: Plain): Splice => {
  const first = dashOf(text, list, 0)
  const indent = text.slice(lineStart(text, first), first)
  const last = list.items.at(-1)
  if (last === undefined) throw new Unclear()
  // as the others are written
  const isWide = list.items.some((item) => isCollection(item) && item.flow !== true)
  const [head = '', ...rest] = isWide ? blockText(value) : [inlineText(value)]
  const lines = [`${indent}- ${head}`, ...rest.map((line) => (line === '' ? '' : `${indent}  ${line}`))]
  const place = dashOf(text, list, list.items.length - 1)
  const airy = list.items.length > 1 ? /\n\s*\n/.test(text.slice(lineStart(text, place) - 2, place)) : rest.length > 0
  return insertLines(text, endOf(last), airy ? ['', ...lines] : lines)
}

const addPair = (text: string, map: YAMLMap<Node, Node | null>, key: string, value: Plain): Splice => {
  const [first] = map.items
  if (first === undefined) throw new Unclear()
  const [start] = rangeOf(first.key)
  // the first key of an item stands behind its dash
  const indent = text.slice(lineStart(text, start), start).replace(/[^ ]/g, ' ')
  return insertLines(
    text,
    endOf(map),
    blockText({ [key]: value }).map((line) => `${indent}${line}`),
  )
}

const replaceValue = (text: string, { key, value }: Pair<Node, Node | null>, wanted: Plain): Splice => {
  if (isAlias(value)) throw new Unclear()
  const [, keyEnd] = rangeOf(key)
  if (value === null || isEmpty(value)) {
    const colon = text.indexOf(':', keyEnd)
    return { from: colon + 1, to: colon + 1, text: ` ${inlineText(wanted)}` }
  }
  return { from: rangeOf(value)[0], to: endOf(value), text: inlineText(wanted) }
}

const removeItem = (text: string, list: YAMLSeq<Node>, index: number): Splice => {
  const [item, next, previous] = [list.items[index], list.items[index + 1], list.items[index - 1]]
  if (item === undefined || list.items.length === 1) throw new Unclear()
  if (!list.flow) {
    const from = lineStart(text, dashOf(text, list, index))
    return {
      from,
      to: next === undefined ? lineEnd(text, endOf(item)) : lineStart(text, dashOf(text, list, index + 1)),
      text: '',
    }
  }
  if (next !== undefined) return { from: rangeOf(item)[0], to: rangeOf(next)[0], text: '' }
  return { from: previous === undefined ? rangeOf(item)[0] : rangeOf(previous)[1], to: rangeOf(item)[1], text: '' }
}

/** The same change of plain data. */
const applied = (data: unknown, edit: YamlEdit): unknown => {
  if ('remove' in edit) {
    const index = Number(edit.remove.at(-1))
    return changedAt(data, edit.remove.slice(0, -1), (list) => (list as unknown[]).filter((_, at) => at !== index))
  }
  if ('set' in edit) return changedAt(data, edit.at, () => edit.set)
  return changedAt(data, edit.to, (list) => [...((list as unknown[] | null | undefined) ?? []), edit.add])
}

const changedAt = (data: unknown, [key, ...rest]: Path, change: (value: unknown) => unknown): unknown => {
  if (key === undefined) return change(data)
  if (Array.isArray(data)) return data.map((item, at) => (at === Number(key) ? changedAt(item, rest, change) : item))
  const map = (data ?? {}) as Readonly<Record<string, unknown>>
  return { ...map, [key]: changedAt(map[key], rest, change) }
}
