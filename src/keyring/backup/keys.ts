/** The files of a backup without which it is worth nothing: those below `keyring/`. */
import { basename, dirname } from 'node:path'
import type { MasterKey } from '../../sealing.ts'
import { assertOpens, keyFile } from '../keyring.ts'
import { openUnderAnyName } from '../sealed-file.ts'

/** `name`: the path below `state_dir`. Small, so that they can be held in memory. */
export const holdsKeys = (name: string): boolean => name.startsWith('keyring/') && name.endsWith('.json')

/** A tenant and an epoch, where it is a tenant's. */
export const tenantOf = (name: string): ReturnType<typeof keyFile> =>
  dirname(name) === 'keyring' ? keyFile(basename(name)) : undefined

/** Throws an Error that says what is wrong. */
export const assertKeysOpen = (name: string, content: string, masterKeys: readonly MasterKey[]): void => {
  if (tenantOf(name) === undefined) openUnderAnyName(content, masterKeys)
  else assertOpens(basename(name), content, masterKeys)
}
