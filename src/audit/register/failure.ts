/** Why the register cannot be written, in words for whoever is on call. */

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the gateway has no right to write there',
  EPERM: 'the gateway has no right to write there',
  EIO: 'the disk reports an error',
  EFBIG: 'the file may not grow any more',
  ESTALE: 'the network file system lost the file',
  EMFILE: 'the process has too many files open',
}

export const reasonOf = (cause: unknown): string => {
  const { code, message } = cause as NodeJS.ErrnoException
  const known = code === undefined ? undefined : reasons[code]
  return known === undefined ? message : `${known} (${code})`
}
