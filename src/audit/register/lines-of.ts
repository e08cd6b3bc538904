/** The lines of a file, one after another and never the whole of it. */
import { createReadStream } from 'node:fs'

export interface RawLine {
  /** Without its line break. */
  readonly bytes: Buffer
  /** `false`: the file ends in the middle of it. */
  readonly complete: boolean
}

const NEWLINE = 0x0a
const CHUNK = 256 * 1024

export async function* linesOf(path: string): AsyncGenerator<RawLine> {
  let rest: Buffer[] = []
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end)
      yield { bytes: rest.length === 0 ? piece : Buffer.concat([...rest, piece]), complete: true }
      rest = []
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), complete: false }
}
