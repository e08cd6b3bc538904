/** Plain data as the lines of YAML that a person would write here: one key a line, what is small on one line. */
import { stringify } from 'yaml'
import type { Plain } from './yaml-edit.ts'

/** `{ it: Asilo nido }`, `[a, b]`, quotes where they are needed. */
export const inlineText = (value: Plain): string => {
  if (isList(value)) return `[${value.map(inlineText).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, inner]) => `${inlineText(key)}: ${inlineText(inner)}`)
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
  }
  // inside a list, where more has to be quoted
  const list = stringify([value], { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 })
  return list.trim().slice(1, -1)
}

/** Lines without a line break. */
export const blockText = (value: Plain): readonly string[] => {
  if (isList(value) || typeof value !== 'object' || value === null) return [inlineText(value)]
  return Object.entries(value).flatMap(([key, inner]) =>
    isList(inner) && inner.some((item) => typeof item === 'object')
      ? [`${inlineText(key)}:`, ...inner.map((item) => `  - ${inlineText(item)}`)]
      : [`${inlineText(key)}: ${inlineText(inner)}`],
  )
}

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value)
