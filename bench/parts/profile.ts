/** Where the CPU of the main thread goes: the samples of --cpu-prof, by what the code belongs to. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  /** Microseconds. */
  readonly timeDeltas: readonly number[]
}

export interface Shares {
  /** Milliseconds on the processor, the idle ones left out. */
  readonly busy: number
  /** Share of it by package, folder of src/ or module of Node; largest first. */
  readonly groups: readonly Share[]
  readonly functions: readonly Share[]
  /** With everything that it calls: of the files of src/ alone. */
  readonly inclusive: readonly Share[]
}
export interface Share {
  readonly name: string
  readonly share: number
}

const groupOf = (url: string, name: string): string => {
  if (url === '') return name || '(native)'
  if (url.startsWith('node:')) return url
  const [, inPackages] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (inPackages !== undefined) return inPackages
  const [, inSource] = /\/((?:src|bench)\/.*)$/.exec(url) ?? []
  return inSource === undefined
    ? url
    : inSource
        .split('/')
        .slice(0, inSource.includes('upstream/') ? 3 : 2)
        .join('/')
}

const largest = (sums: ReadonlyMap<string, number>, busy: number, most: number): readonly Share[] =>
  [...sums]
    .map(([name, time]) => ({ name, share: time / busy }))
    .toSorted((one, other) => other.share - one.share)
    .slice(0, most)

/** @param folder the one of --cpu-prof-dir. */
export const readProfile = async (folder: string): Promise<Shares> => {
  const name = (await readdir(folder)).find((one) => one.endsWith('.cpuprofile'))
  if (name === undefined) throw new Error(`no profile in ${folder}`)
  const { nodes, samples, timeDeltas }: Profile = JSON.parse(await readFile(join(folder, name), 'utf8'))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const [groups, functions, inclusive] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ]
  const add = (sums: Map<string, number>, key: string, time: number) => sums.set(key, (sums.get(key) ?? 0) + time)
  /** Of src/, everything above a sample; the same for all samples at one node. */
  const above = new Map<number, ReadonlySet<string>>()
  const filesAbove = (id: number): ReadonlySet<string> => {
    const known = above.get(id)
    if (known !== undefined) return known
    const parent = parents.get(id)
    const files = new Set(parent === undefined ? [] : filesAbove(parent))
    const [, file] = /\/(src\/.*)$/.exec(byId.get(id)?.callFrame.url ?? '') ?? []
    const { functionName } = byId.get(id)?.callFrame ?? {}
    if (file !== undefined) files.add(`${file} ${functionName}`)
    above.set(id, files)
    return files
  }
  let busy = 0
  for (const [index, id] of samples.entries()) {
    const time = timeDeltas[index] ?? 0
    const frame = byId.get(id)?.callFrame
    if (frame === undefined || frame.functionName === '(idle)') continue
    busy += time
    const group = groupOf(frame.url, frame.functionName)
    add(groups, group, time)
    add(
      functions,
      `${frame.functionName || '(anonymous)'} ${frame.url.replace(/^.*\/node_modules\//, '').replace(/^.*\/(src|bench)\//, '$1/')}:${frame.lineNumber + 1}`,
      time,
    )
    for (const file of filesAbove(id)) add(inclusive, file, time)
  }
  return {
    busy: busy / 1000,
    groups: largest(groups, busy, 40),
    functions: largest(functions, busy, 50),
    inclusive: largest(inclusive, busy, 70),
  }
}
