/** The hashes that lead from a record to the root of its chain's tree, without a second look at the whole chain for each. */
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { ChainStatement } from './anchors.ts'
import { createTree } from './hashes.ts'
import { logPath, type Place, segmentPath } from './layout.ts'
import { formOf } from './read-chain.ts'
import { BLOCK, keyOfLog, readLog } from './read-log.ts'
import { openSegment } from './read-segment.ts'
import { createSummary } from './write-segment.ts'

const SIZE = 32

export interface Proofs {
  readonly statement: ChainStatement
  /** The lowest first. */
  pathOf(position: number): Promise<readonly Buffer[]>
  close(): Promise<void>
}

const inPieces = (bytes: Buffer): readonly Buffer[] =>
  Array.from({ length: bytes.length / SIZE }, (_, index) => bytes.subarray(index * SIZE, (index + 1) * SIZE))

const pathsIn = (roots: readonly Buffer[], leavesOf: (block: number) => Promise<readonly Buffer[]>) => {
  const branches = createTree(roots)
  let last: { readonly block: number; readonly leaves: ReturnType<typeof createTree> } | undefined
  return async (position: number): Promise<readonly Buffer[]> => {
    const block = Math.floor(position / BLOCK)
    if (last?.block !== block) last = { block, leaves: createTree(await leavesOf(block)) }
    return [...last.leaves.path(position % BLOCK), ...branches.path(block)]
  }
}

const ofSegment = async (folder: string, place: Place, keys: readonly RegisterKey[]): Promise<Proofs> => {
  const segment = await openSegment(segmentPath(folder, place), place, keys)
  const { table, key } = segment
  if (table === undefined) {
    await segment.close()
    throw new Error(`${place.day}/${place.chain}: its table cannot be read`)
  }
  const leavesOf = async (block: number) => ((await segment.block(block)) ?? []).map(({ leaf }) => leaf)
  return {
    statement: { chain: place.chain, key: key.id, records: table.records, head: table.head, root: table.root },
    pathOf: pathsIn(inPieces(Buffer.from(table.roots, 'base64')), leavesOf),
    close: segment.close,
  }
}

const ofLines = async (folder: string, place: Place, keys: readonly RegisterKey[]): Promise<Proofs> => {
  const path = logPath(folder, place)
  const key = await keyOfLog(path, place, keys)
  const summary = createSummary(place, key?.id ?? '')
  const leaves: Buffer[] = []
  for await (const block of readLog(path, place, keys, () => undefined)) {
    summary.add(block)
    leaves.push(Buffer.concat(block.map(({ leaf }) => leaf)))
  }
  return {
    statement: summary.statement(),
    pathOf: pathsIn(summary.roots, async (block) => inPieces(leaves[block] ?? Buffer.alloc(0))),
    close: async () => undefined,
  }
}

/** Of a chain as it is now. The caller closes. */
export const openProofs = async (folder: string, place: Place, keys: readonly RegisterKey[]): Promise<Proofs> =>
  (await formOf(folder, place)) === 'segment' ? ofSegment(folder, place, keys) : ofLines(folder, place, keys)
