/** Reads a file that somebody named in a configuration: a plain one, and no larger than any list or table is. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

const LARGEST = 32 * 1024 * 1024

/** Rejects with `EISDIR`, `EINVAL` for a device or pipe, which has no end, and `EFBIG`. */
export const readSmallFile = async (path: string, largest = LARGEST): Promise<Buffer> => {
  // a pipe would be waited for
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (found.isDirectory()) return await file.readFile()
    if (!found.isFile()) throw Object.assign(new Error(`${path} is no plain file`), { code: 'EINVAL' })
    if (found.size > largest) throw Object.assign(new Error(`${path} is too large`), { code: 'EFBIG' })
    // of no use where the kernel makes them up: files of /proc have no size, and some no end
    const chunks: Buffer[] = []
    for await (const chunk of file.createReadStream({ end: largest, autoClose: false })) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    if (bytes.length > largest) throw Object.assign(new Error(`${path} is too large`), { code: 'EFBIG' })
    return bytes
  } finally {
    await file.close()
  }
}
