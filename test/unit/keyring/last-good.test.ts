import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLastGood, lastGoodFolder } from '../../../src/keyring/last-good.ts'

const [old, young] = [1, 2].map((fill) => ({ id: `k${fill}`, key: Buffer.alloc(32, fill) }))
if (old === undefined || young === undefined) throw new Error('no keys')

let stateDir: string
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'last-good-'))
})
afterEach(() => rm(stateDir, { recursive: true }))
const kept = (...masterKeys: readonly (typeof old)[]) => createLastGood({ stateDir, masterKeys })
const names = () => readdir(lastGoodFolder(stateDir))

describe('the last good version of a tenant', () => {
  it('is one file, sealed, whose name says which it is', async () => {
    expect([...(await kept(old).hashes())]).toEqual([])
    await kept(old).keep('ala', 'h1', 'the first')
    await kept(old).keep('ala', 'h2', 'the second')
    expect(await names()).toEqual(['ala.h2.json'])
    expect([await kept(old).read('ala'), await kept(old).read('moena')]).toEqual(['the second', undefined])
    expect(await readFile(join(lastGoodFolder(stateDir), 'ala.h2.json'), 'utf8')).not.toContain('second')
    await kept(old).drop('ala')
    expect(await names()).toEqual([])
  })

  it('is one also where a process was killed before it had removed the older ones', async () => {
    await kept(old).keep('ala', 'h1', 'the first')
    await writeFile(join(lastGoodFolder(stateDir), 'ala.h0.json'), 'left behind')
    await kept(old).keep('ala', 'h2', 'the second')
    expect(await names()).toEqual(['ala.h2.json'])
  })

  it('does not open under the name of another tenant', async () => {
    await kept(old).keep('ala', 'h1', 'the first')
    await rename(join(lastGoodFolder(stateDir), 'ala.h1.json'), join(lastGoodFolder(stateDir), 'moena.h1.json'))
    await expect(kept(old).read('moena')).rejects.toThrow('does not open')
  })

  it('is found outdated under an older master key or when damaged, and sealed anew', async () => {
    await kept(old).keep('ala', 'h1', 'the first')
    expect([...(await kept(young, old).outdated())]).toEqual(['ala'])
    expect(await kept(young, old).reseal()).toEqual(['ala'])
    expect([...(await kept(young).outdated()), await kept(young).read('ala')]).toEqual(['the first'])
    await writeFile(join(lastGoodFolder(stateDir), 'ala.h1.json'), '{')
    expect([...(await kept(young).outdated())]).toEqual(['ala'])
  })
})
