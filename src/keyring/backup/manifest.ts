/** What a backup holds, sealed with a master key: nobody without it can change, add or take away a file unnoticed. */
import type { MasterKey } from '../../sealing.ts'
import { openFile, sealFile } from '../sealed-file.ts'

export interface Manifest {
  /** ISO 8601. */
  readonly time: string
  /** By name. */
  readonly files: Readonly<Record<string, { readonly size: number; readonly sha256: string }>>
}

/** The last entry of the archive. */
export const MANIFEST = 'varco-backup.json'

export const sealManifest = (manifest: Manifest, masterKeys: readonly MasterKey[]): string =>
  sealFile(JSON.stringify(manifest), MANIFEST, masterKeys)

/** Throws an Error that says what is wrong. */
export const openManifest = (content: string, masterKeys: readonly MasterKey[]): Manifest =>
  JSON.parse(openFile(content, MANIFEST, masterKeys)) as Manifest
