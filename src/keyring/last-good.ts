/**
 * The last good version of each tenant, sealed, in `{stateDir}/tenants/{id}.{hash}.json`: what is served while its file is
 * broken, also after a restart. The hash in the name says what a copy is without opening it.
 */
import { readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { MasterKey } from '../sealing.ts'
import { replaceFile } from './replace-file.ts'
import { openFile, sealedWith, sealFile } from './sealed-file.ts'

export interface LastGood {
  /** Tenant → hash. Empty where nothing was ever kept. */
  hashes(): Promise<ReadonlyMap<string, string>>
  /** Those that an older master key sealed, or that are damaged: to be written again. */
  outdated(): Promise<ReadonlySet<string>>
  /** Undefined where there is none. Rejects where it does not open. */
  read(tenant: string): Promise<string | undefined>
  /** Resolves when it is on the disk; every other one of this tenant is gone then. */
  keep(tenant: string, hash: string, copy: string): Promise<void>
  drop(tenant: string): Promise<void>
  /** Seals with the first master key what an older one sealed. Resolves with the tenants. */
  reseal(): Promise<readonly string[]>
}

const NAME = /^([a-z0-9][a-z0-9-]*)\.([\w-]+)\.json$/

const nameOf = (tenant: string, hash: string): string => `${tenant}.${hash}.json`

export const lastGoodFolder = (stateDir: string): string => join(stateDir, 'tenants')

const isSealedWith = (content: string, master: MasterKey | undefined): boolean => {
  try {
    return sealedWith(content) === master?.id
  } catch {
    return false
  }
}

export const createLastGood = ({
  stateDir,
  masterKeys,
}: {
  readonly stateDir: string
  readonly masterKeys: readonly MasterKey[]
}): LastGood => {
  const folder = lastGoodFolder(stateDir)
  const pathOf = (name: string) => join(folder, name)

  const named = async (): Promise<readonly { name: string; tenant: string; hash: string }[]> => {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    return names.flatMap((name) => {
      const [, tenant, hash] = NAME.exec(name) ?? []
      return tenant === undefined || hash === undefined ? [] : [{ name, tenant, hash }]
    })
  }
  const gone = (error: NodeJS.ErrnoException) => {
    // another gateway on the same folder was faster
    if (error.code !== 'ENOENT') throw error
  }

  return {
    hashes: async () => new Map((await named()).map(({ tenant, hash }) => [tenant, hash])),
    outdated: async () => {
      const found = new Set<string>()
      for (const { name, tenant } of await named()) {
        const content = await readFile(pathOf(name), 'utf8').catch(() => '')
        if (!isSealedWith(content, masterKeys[0])) found.add(tenant)
      }
      return found
    },
    read: async (tenant) => {
      const found = (await named()).find((one) => one.tenant === tenant)
      return found && openFile(await readFile(pathOf(found.name), 'utf8'), found.name, masterKeys)
    },
    keep: async (tenant, hash, copy) => {
      const name = nameOf(tenant, hash)
      await replaceFile(pathOf(name), sealFile(copy, name, masterKeys))
      // an older one may have been left by a process that was killed here
      for (const one of await named())
        if (one.tenant === tenant && one.hash !== hash) await unlink(pathOf(one.name)).catch(gone)
    },
    drop: async (tenant) => {
      for (const one of await named()) if (one.tenant === tenant) await unlink(pathOf(one.name)).catch(gone)
    },
    reseal: async () => {
      const done: string[] = []
      for (const { name, tenant } of await named()) {
        const content = await readFile(pathOf(name), 'utf8')
        if (isSealedWith(content, masterKeys[0])) continue
        await replaceFile(pathOf(name), sealFile(openFile(content, name, masterKeys), name, masterKeys))
        done.push(tenant)
      }
      return done
    },
  }
}
