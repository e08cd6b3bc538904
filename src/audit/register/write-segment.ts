/** From the lines of a chain to its segment, whole or not at all. */
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { draftFile, giveToOwner } from '../../keyring/new-file.ts'
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { ChainStatement } from './anchors.ts'
import { createTree, linkOf, originOf } from './hashes.ts'
import { type Place, segmentPath } from './layout.ts'
import type { Block } from './read-log.ts'
import type { StoredRecord } from './records.ts'
import { createSeals, headerOf, packBlock, type Table } from './segment.ts'
import { createIndexBuilder, packFirsts } from './term-index.ts'
import { createTermHash, termsOf } from './terms.ts'

/** Link and tree of a chain, block by block. */
export const createSummary = (place: Place, keyId: string) => {
  const roots: Buffer[] = []
  let link = originOf(place, keyId)
  let records = 0
  return {
    roots,
    add: (block: Block): void => {
      for (const { leaf } of block) link = linkOf(link, leaf)
      roots.push(createTree(block.map(({ leaf }) => leaf)).root)
      records += block.length
    },
    statement: (): ChainStatement => ({
      chain: place.chain,
      key: keyId,
      records,
      head: link.toString('hex'),
      root: createTree(roots).root.toString('hex'),
    }),
  }
}

export const recordIn = (bytes: Buffer): StoredRecord => JSON.parse(bytes.toString('utf8', 1)) as StoredRecord

class Unfit extends Error {}

/**
 * Resolves with what an anchor says of the chain. When `isFit` says so after the last block, the segment is then on the disk
 * under its name; where it stands already, another gateway was faster: from the same lines it made the same.
 */
export const writeSegment = async (
  folder: string,
  place: Place,
  key: RegisterKey,
  blocks: AsyncIterable<Block>,
  isFit: () => boolean,
): Promise<ChainStatement> => {
  const path = segmentPath(folder, place)
  let statement: ChainStatement | undefined
  await draftFile(path, async (file, draft) => {
    statement = await writeParts(file, place, key, blocks)
    if (!isFit()) throw new Unfit()
    await giveToOwner(draft, dirname(path))
  }).catch((error: NodeJS.ErrnoException) => {
    if (!(error instanceof Unfit) && error.code !== 'EEXIST') throw error
  })
  if (statement === undefined) throw new Error(`${path} was not written`)
  return statement
}

const writeParts = async (file: FileHandle, place: Place, key: RegisterKey, blocks: AsyncIterable<Block>) => {
  const seals = createSeals(place, key)
  const hashOf = createTermHash(key)
  const summary = createSummary(place, key.id)
  const index = createIndexBuilder()
  const lengths: number[] = []
  await file.appendFile(headerOf(place, key))
  for await (const block of blocks) {
    summary.add(block)
    for (const { bytes } of block) for (const term of termsOf(recordIn(bytes))) index.add(hashOf(term), lengths.length)
    const sealed = seals.seal(`block ${lengths.length}`, await packBlock(block))
    lengths.push(sealed.length)
    await file.appendFile(Buffer.concat([lengthOf(sealed.length), sealed]))
  }
  await file.appendFile(lengthOf(0))

  const pages: number[] = []
  const firsts: number[] = []
  for (const { bytes, first } of index.pages()) {
    const sealed = seals.seal(`page ${pages.length}`, bytes)
    pages.push(sealed.length)
    firsts.push(first)
    await file.appendFile(sealed)
  }
  const statement = summary.statement()
  const { records, head, root } = statement
  const roots = Buffer.concat(summary.roots).toString('base64')
  const table: Table = {
    records,
    head,
    root,
    blocks: lengths,
    roots,
    pages,
    firsts: packFirsts(firsts).toString('base64'),
  }
  const sealed = seals.seal('table', Buffer.from(JSON.stringify(table)))
  await file.appendFile(Buffer.concat([sealed, lengthOf(sealed.length)]))
  return statement
}

const lengthOf = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
