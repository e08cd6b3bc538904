/** Just enough of the tar format (POSIX.1-1988, "ustar") that `tar` can list and unpack a backup: plain files, nothing else. */

export interface TarEntry {
  /** Relative, with `/`. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtime: number
}

export const BLOCK = 512

/** What follows the content of an entry, up to the next block. */
export const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK

/** The end of an archive. */
export const END = Buffer.alloc(2 * BLOCK)

/** [name, offset, length] of the fields of a header that are written here. */
const NAME = [0, 100] as const
const MODE = [100, 8] as const
const OWNER = [108, 8] as const
const GROUP = [116, 8] as const
const SIZE = [124, 12] as const
const MTIME = [136, 12] as const
const CHECKSUM = [148, 8] as const
const TYPE = 156
const MAGIC = 257
const PREFIX = [345, 155] as const

type Field = readonly [offset: number, length: number]

const put = (header: Buffer, [offset, length]: Field, value: string): void => {
  if (Buffer.byteLength(value) > length) throw new Error(`"${value}" does not fit into an archive`)
  header.write(value, offset)
}
const octal = (value: number, [, length]: Field): string => `${value.toString(8).padStart(length - 1, '0')}\0`

/** A long path stands in two fields, cut at a `/`. */
const cut = (name: string): readonly [prefix: string, rest: string] => {
  if (Buffer.byteLength(name) <= NAME[1]) return ['', name]
  const at = name.indexOf('/', Math.max(0, name.length - NAME[1] - 1))
  return at < 0 ? ['', name] : [name.slice(0, at), name.slice(at + 1)]
}

const sumOf = (header: Buffer): number => {
  const [offset, length] = CHECKSUM
  return header.reduce((sum, byte, at) => sum + (at >= offset && at < offset + length ? 0x20 : byte), 0)
}

export const headerOf = ({ name, size, mtime }: TarEntry): Buffer => {
  const header = Buffer.alloc(BLOCK)
  const [prefix, rest] = cut(name)
  put(header, NAME, rest)
  put(header, PREFIX, prefix)
  put(header, MODE, octal(0o600, MODE))
  put(header, OWNER, octal(0, OWNER))
  put(header, GROUP, octal(0, GROUP))
  put(header, SIZE, octal(size, SIZE))
  put(header, MTIME, octal(Math.floor(mtime / 1000), MTIME))
  header.write('0', TYPE)
  header.write('ustar\u000000', MAGIC)
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, CHECKSUM[0])
  return header
}

/** `undefined` at the end. Throws where it is no header that `headerOf` could have written. */
export const entryOf = (header: Buffer): TarEntry | undefined => {
  if (header.every((byte) => byte === 0)) return undefined
  const text = ([offset, length]: Field) => header.toString('utf8', offset, offset + length).split('\0', 1)[0] ?? ''
  const number = (field: Field) => Number.parseInt(text(field).trim(), 8)
  if (number(CHECKSUM) !== sumOf(header)) throw new Error('it is no archive, or a damaged one')
  const name = [text(PREFIX), text(NAME)].filter((part) => part !== '').join('/')
  if (header[TYPE] !== 0x30) throw new Error(`it holds something that is no plain file: ${name}`)
  return { name, size: number(SIZE), mtime: number(MTIME) * 1000 }
}
