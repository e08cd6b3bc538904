/** Where the CPU of the main thread goes: the samples of --cpu-prof, by what the code belongs to. */
import type { Profiler } from 'node:inspector'

const root = new URL('../../', import.meta.url).href

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

const inProject = (url: string): string => (url.startsWith(root) ? url.slice(root.length) : url)

const groupOf = (url: string, name: string): string => {
  if (url === '') return name || '(native)'
  const [, inPackages] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (inPackages !== undefined) return inPackages
  const path = inProject(url)
  return path.startsWith('src/')
    ? path
        .split('/')
        .slice(0, path.startsWith('src/upstream/') ? 3 : 2)
        .join('/')
    : path
}

const largest = (sums: ReadonlyMap<string, number>, busy: number, most: number): readonly Share[] =>
  [...sums]
    .map(([name, time]) => ({ name, share: time / busy }))
    .toSorted((one, other) => other.share - one.share)
    .slice(0, most)

export const sharesOf = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Shares => {
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
    const { url = '', functionName } = byId.get(id)?.callFrame ?? {}
    const file = inProject(url)
    if (/^(src|node_modules.oidc-provider)/.test(file)) files.add(`${file} ${functionName}`)
    above.set(id, files)
    return files
  }
  /** What Node itself does is somebody's doing: of the nearest caller outside of it. */
  const callerOf = (id: number) => {
    for (let parent: number | undefined = id; parent !== undefined; parent = parents.get(parent)) {
      const frame = byId.get(parent)?.callFrame
      if (frame?.url && !frame.url.startsWith('node:')) return frame
    }
    return undefined
  }
  let busy = 0
  for (const [index, id] of samples.entries()) {
    const time = timeDeltas[index] ?? 0
    const frame = byId.get(id)?.callFrame
    if (frame === undefined || frame.functionName === '(idle)') continue
    busy += time
    const caller = callerOf(id)
    add(groups, caller === undefined ? groupOf(frame.url, frame.functionName) : groupOf(caller.url, ''), time)
    const place = frame.url ? ` ${inProject(frame.url).replace(/^.*\/node_modules\//, '')}:${frame.lineNumber + 1}` : ''
    const by =
      caller === undefined || caller === frame
        ? ''
        : ` ← ${caller.functionName} ${inProject(caller.url).replace(/^.*\/node_modules\//, '')}`
    add(functions, `${frame.functionName || '(anonymous)'}${place}${by}`, time)
    for (const file of filesAbove(id)) add(inclusive, file, time)
  }
  return {
    busy: busy / 1000,
    groups: largest(groups, busy, 40),
    functions: largest(functions, busy, 50),
    inclusive: largest(inclusive, busy, 70),
  }
}
