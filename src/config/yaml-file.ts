/** A YAML file whose values remember where they stand, so that whatever is wrong with them can be shown there. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml'
import type { z } from 'zod'
import { explain } from './explain.ts'
import { type Path, type Problem, pathText } from './problem.ts'
import { yamlFault } from './yaml-fault.ts'

export interface YamlFile {
  readonly file: string
  /** Plain data, not validated. */
  readonly value: unknown
  /** What the YAML itself has wrong. */
  readonly problems: readonly Problem[]
  /** A problem of the value at `path`; where nothing stands there, of the nearest thing around it. */
  readonly problem: (path: Path, reason: string, fix: string, part?: 'key' | 'value') => Problem
}

/** Told of one file: to find the place of each takes time, which a hostile file must not have. */
const MOST = 200

/** Where keys stand twice in one block. The library compares each with all before it: a minute, for a hostile file. */
const doubleKeys = (document: Document): readonly number[] => {
  const found: number[] = []
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) found.push(key.range?.[0] ?? 0)
        seen.add(key.value)
      }
    },
  })
  return found
}

const parse = (text: string) => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    // linePos answers 0:0 for an empty text
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  return { document, at }
}

/** By itself: what lives on with a file shares no scope with the tree, which is ten times as large. */
const read = (file: string, text: string): Pick<YamlFile, 'value' | 'problems'> => {
  const { document, at } = parse(text)
  const faults = [...document.errors, ...document.warnings].slice(0, MOST).map((fault): Problem => {
    const [reason, fix] = yamlFault(fault)
    return { file, ...at(fault.pos[0]), path: '', reason, fix }
  })
  const twice = doubleKeys(document)
    .slice(0, MOST)
    .map((offset) => ({ file, ...at(offset), path: '', reason: 'stands twice', fix: 'keep one of the two keys' }))
  const found: readonly Problem[] = [...faults, ...twice]
  // one slip makes the parser stumble again and again on its line
  const problems = found.filter(({ line }, index) => found.findIndex((one) => one.line === line) === index)
  const plain = (): unknown => {
    try {
      return document.errors.length > 0 ? undefined : document.toJS()
    } catch (cause) {
      // an alias of nothing, or of so much that it would fill the memory
      const reason = `is not YAML: ${(cause as Error).message.split('\n')[0]}`
      problems.push({ file, line: 1, column: 1, path: '', reason, fix: 'write the values out, without & and *' })
      return undefined
    }
  }
  return { value: plain(), problems }
}

export const parseYaml = (file: string, text: string): YamlFile => {
  let tree: ReturnType<typeof parse> | undefined
  return {
    file,
    ...read(file, text),
    problem: (path, reason, fix, part = 'value') => {
      // parsed again, once for all problems of a moment: a thousand good files must not stay in memory as trees
      if (tree === undefined) {
        tree = parse(text)
        setImmediate(() => {
          tree = undefined
        })
      }
      return { file, ...tree.at(offsetOf(tree.document, path, part)), path: pathText(path), reason, fix }
    },
  }
}

/** The value as `schema` makes it, or undefined with every problem added to `problems`. */
export const validate = <S extends z.ZodType>(
  yaml: YamlFile,
  schema: S,
  problems: Problem[],
): z.output<S> | undefined => {
  problems.push(...yaml.problems)
  if (yaml.value === undefined && yaml.problems.length > 0) return undefined
  const result = schema.safeParse(yaml.value)
  if (result.success) return yaml.problems.length === 0 ? result.data : undefined
  const findings = result.error.issues.flatMap((issue) => explain(issue, yaml.value))
  for (const { path, reason, fix, part } of findings.slice(0, MOST))
    problems.push(yaml.problem(path, reason, fix, part))
  if (findings.length > MOST)
    problems.push(yaml.problem([], `has ${findings.length - MOST} more problems`, 'mend the others first'))
  return undefined
}

/** Where the value at `path` begins, or its key; an unfilled key counts as the value. */
const offsetOf = (document: Document, path: Path, part: 'key' | 'value'): number => {
  let node = document.contents as Node | null
  let offset = node?.range?.[0] ?? 0
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null
    if (isMap(node)) {
      const pair = (node.items as Pair<Node, Node | null>[]).find(({ key: name }) => String(name) === String(key))
      if (pair === undefined) return offset
      node = pair.value
      const wanted = part === 'value' || depth < path.length - 1
      const filled = wanted && node !== null && node.range?.[0] !== node.range?.[1]
      offset = (filled ? node?.range?.[0] : pair.key.range?.[0]) ?? offset
    } else if (isSeq(node)) {
      node = (node.items[Number(key)] as Node | undefined) ?? null
      offset = node?.range?.[0] ?? offset
    } else return offset
  }
  return offset
}
