/**
 * The subject key makes every `sub` (design decision 6). With another key every citizen would be a stranger at every
 * site, silently and for good: so the gateway refuses to start rather than go on with one.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../errors.ts'
import { writeNewFile } from './new-file.ts'

/** Below `state_dir`. */
export const FINGERPRINT_FILE = 'subject-key.fingerprint'

/** Hex SHA-256: safe to write into a configuration, for the key is random. */
export const fingerprintOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex')

/**
 * Pins the fingerprint in `{stateDir}/subject-key.fingerprint` at the first start.
 *
 * @param configured hex SHA-256, as `fingerprintOf` gives it.
 * @throws StartError when the key is another than the configured or the pinned one; the message is for the operator.
 */
export const assertSubjectKey = async ({
  key,
  configured,
  stateDir,
}: {
  key: Buffer
  configured?: string
  stateDir: string
}): Promise<void> => {
  const fingerprint = fingerprintOf(key)
  if (configured !== undefined && configured.toLowerCase() !== fingerprint) {
    throw refusal(fingerprint, `the configuration names ${configured}`)
  }
  const path = join(stateDir, FINGERPRINT_FILE)
  const pinned = (await pinnedIn(path)) ?? (await pin(path, fingerprint))
  if (pinned !== fingerprint) throw refusal(fingerprint, `this gateway started with ${pinned} before (${path})`)
}

const refusal = (fingerprint: string, other: string): StartError =>
  new StartError(
    `The subject key has the fingerprint ${fingerprint}, but ${other}. ` +
      'With another subject key every citizen becomes a stranger at every site: restore the key from its backup.',
  )

const pinnedIn = async (path: string): Promise<string | undefined> => {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return undefined
    throw error
  }
}

/** What is pinned afterwards: another gateway on the same folder may have been faster. */
const pin = async (path: string, fingerprint: string): Promise<string | undefined> => {
  try {
    await writeNewFile(path, `${fingerprint}\n`, { inherit: true })
    return fingerprint
  } catch (error) {
    if (isFileError(error, 'EEXIST')) return pinnedIn(path)
    throw error
  }
}

const isFileError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
