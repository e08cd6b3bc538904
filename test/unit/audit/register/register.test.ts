import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rm, truncate } from 'node:fs/promises'
import { platform } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Disk, realDisk } from '../../../../src/audit/register/chain-file.ts'
import { chainsIn } from '../../../../src/audit/register/layout.ts'
import { readChain } from '../../../../src/audit/register/read-chain.ts'
import { scanRegister } from '../../../../src/audit/register/search.ts'
import { recordIn } from '../../../../src/audit/register/write-segment.ts'
import { createTestRegister, DAY, response, TEN, type TestRegister } from '../../../fixtures/register/register.ts'

let test: TestRegister
beforeEach(async () => {
  test = await createTestRegister()
})
afterEach(() => test.remove())

const today = '2026-01-15'

/** Kinds and requests of all records of a day, chain by chain. */
const contents = async (day = today) => {
  const all: string[] = []
  for (const chain of await chainsIn(test.folder, day)) {
    for await (const block of readChain(test.folder, { day, chain }, await test.keys(), () => undefined)) {
      for (const { bytes } of block) {
        const record = recordIn(bytes)
        all.push('requestId' in record && record.requestId ? record.requestId : record.kind)
      }
    }
  }
  return all
}

/** A disk whose files fail as told. */
const failingDisk = () => {
  const fault: { code?: string; at?: 'write' | 'flush' } = {}
  let flushes = 0
  const failure = () => Object.assign(new Error(`${fault.code}: it fails`), { code: fault.code })
  const disk: Disk = {
    ...realDisk,
    open: async (path, flags, mode) => {
      if (fault.code === 'EROFS' && flags !== undefined) throw failure()
      const file = await open(path, flags, mode)
      return new Proxy(file, {
        get: (target, name) => {
          const value = Reflect.get(target, name) as unknown
          if (name !== 'write') return typeof value === 'function' ? value.bind(target) : value
          flushes += 1
          if (fault.code === undefined) return target.write.bind(target)
          return async (bytes: Buffer, at: number) => {
            if (fault.at === 'flush') await target.write(bytes, at)
            throw failure()
          }
        },
      })
    },
  }
  return { disk, fault, flushes: () => flushes }
}

it('keeps of what nobody signed for so much an hour, and then the beginning: nobody fills a disk with it', async () => {
  const register = test.open()
  const message = 'x'.repeat(32_768)
  const stranger = response(1, { authenticated: false, result: 'saml_signature_missing', message })
  for (let number = 0; number < 513; number++) await register.write(stranger)
  await register.write(response(2, { message }))
  test.clock.now += 3_600_000
  await register.write(stranger)
  await register.close()
  const lengths: (readonly [number | undefined, number | undefined])[] = []
  const where = { folder: test.folder, keys: await test.keys(), find: () => undefined }
  for await (const { record } of scanRegister(where, ({ kind }) => kind === 'login.response'))
    if (record.kind === 'login.response') lengths.push([record.message?.length, record.messageLength])
  expect(lengths.slice(510)).toEqual([
    [32_768, undefined],
    [32_768, undefined],
    [1024, 32_768],
    [32_768, undefined],
    [32_768, undefined],
  ])
})

describe('writing', () => {
  it('has a record on the disk when the write resolves', async () => {
    const register = test.open()
    await register.write(response(1))
    expect(await contents()).toEqual(['chain.opened', '_request1'])
    await register.close()
    expect(await contents()).toEqual(['chain.opened', '_request1', 'chain.ended'])
  })

  it.skipIf(platform() !== 'linux')('has a file whose every write is a flush', async () => {
    const opened: FileHandle[] = []
    const seen: Disk = {
      ...realDisk,
      open: async (path, flags, mode) => {
        const file = await open(path, flags, mode)
        if (flags !== undefined) opened.push(file)
        return file
      },
    }
    const register = test.open({ disk: seen })
    await register.write(response(1))
    expect(opened).toHaveLength(1)
    const [, flags = ''] = /^flags:\s*(\d+)$/m.exec(await readFile(`/proc/self/fdinfo/${opened[0]?.fd}`, 'utf8')) ?? []
    expect(Number.parseInt(flags, 8) & constants.O_DSYNC).toBe(constants.O_DSYNC)
    await register.close()
  })

  it('shares one flush between all who wait, in their order', async () => {
    const { disk, flushes } = failingDisk()
    const register = test.open({ disk })
    const numbers = Array.from({ length: 200 }, (_, index) => index)
    await Promise.all(numbers.map((number) => register.write(response(number))))
    // the header, the first record of the chain, and all the others together
    expect(flushes()).toBe(3)
    expect((await contents()).slice(1)).toEqual(numbers.map((number) => `_request${number}`))
    await register.close()
  })

  it('flushes no more than 512 records or 4 MB at once', async () => {
    const { disk, flushes } = failingDisk()
    const register = test.open({ disk })
    await Promise.all(Array.from({ length: 1025 }, (_, number) => register.write(response(number))))
    expect(flushes()).toBe(2 + 3)
    const large = 'x'.repeat(1024 * 1024)
    await Promise.all([1, 2, 3, 4, 5].map((number) => register.write(response(number, { message: large }))))
    expect(flushes()).toBe(2 + 3 + 2)
    await register.close()
  })

  it('begins a new chain with each day, which names the last anchor', async () => {
    const register = test.open()
    await register.write(response(1))
    test.clock.now += DAY
    await register.housekeep()
    await register.write(response(2))
    await register.close()
    expect(await contents('2026-01-15')).toEqual(['chain.opened', '_request1'])
    expect(await contents('2026-01-16')).toEqual(['chain.opened', '_request2', 'chain.ended'])
    expect(await test.verify()).toMatchObject({ texts: [], closed: 1, open: 1 })
  })

  it('ends the chain of a day soon after midnight', async () => {
    test.clock.now = Date.parse('2026-01-15T23:59:59Z')
    const register = test.open()
    await register.write(response(1))
    test.clock.now += 60_000
    await register.housekeep()
    expect(await contents()).toEqual(['chain.opened', '_request1', 'chain.ended'])
  })

  it('writes nothing into a day that is closed', async () => {
    const register = test.open()
    await register.write(response(1))
    await register.close()
    test.clock.now += DAY
    await register.housekeep()
    test.clock.now = TEN
    await expect(register.write(response(2))).rejects.toMatchObject({
      code: 'register_unavailable',
      cause: { message: '2026-01-15 is closed already: is the clock right?' },
    })
  })

  it('writes a record again, into the new day, when the disk held it up until the old one may be closed', async () => {
    test.clock.now = Date.parse('2026-01-15T23:59:59Z')
    const slow: Disk = {
      ...realDisk,
      stat: (file) => {
        // a quarter of an hour goes by in the flush after the first two
        if (++flushes === 3) test.clock.now += 15 * 60_000
        return realDisk.stat(file)
      },
    }
    let flushes = 0
    const register = test.open({ disk: slow })
    await register.write(response(1))
    expect(await contents('2026-01-16')).toEqual(['chain.opened', '_request1'])
  })
})

describe('a register that cannot be written', () => {
  it.each([
    ['ENOSPC', 'the disk is full (ENOSPC)'],
    ['EROFS', 'the file system is read-only (EROFS)'],
    ['EIO', 'the disk reports an error (EIO)'],
  ])('refuses, says why once (%s), and goes on when it can', async (code, reason) => {
    const { disk, fault } = failingDisk()
    const register = test.open({ disk })
    fault.code = code
    await expect(register.write(response(1))).rejects.toMatchObject({ code: 'register_unavailable', cause: { code } })
    await expect(register.write(response(2))).rejects.toMatchObject({ code: 'register_unavailable' })
    expect(test.events).toEqual([{ type: 'register.failed', reason, logins: 'refused' }])
    delete fault.code
    test.clock.now += 90_000
    await register.write(response(3))
    expect(test.events.slice(1)).toEqual([{ type: 'register.recovered', seconds: 90, lost: 0 }])
    await register.close()
    expect(await contents()).toEqual(['chain.opened', '_request3', 'chain.ended'])
    expect((await test.verify()).texts).toEqual([])
  })

  it('acknowledges nothing whose flush failed, and writes nothing behind it', async () => {
    const { disk, fault } = failingDisk()
    const register = test.open({ disk })
    await register.write(response(1))
    Object.assign(fault, { code: 'EIO', at: 'flush' })
    await expect(register.write(response(2))).rejects.toMatchObject({ code: 'register_unavailable' })
    delete fault.code
    await register.write(response(3))
    await register.close()
    expect(await contents()).toEqual(['chain.opened', '_request1', 'chain.opened', '_request3', 'chain.ended'])
    expect((await test.verify()).texts).toEqual([])
  })

  it('lets logins go on without it only when told so, and the next chain says how many records are lost', async () => {
    const { disk, fault } = failingDisk()
    const register = test.open({ disk, onFailure: 'continue' })
    fault.code = 'ENOSPC'
    for (const number of [1, 2, 3]) await register.write(response(number))
    delete fault.code
    test.clock.now += 60_000
    await register.write(response(4))
    await register.close()
    expect(test.events).toEqual([
      { type: 'register.failed', reason: 'the disk is full (ENOSPC)', logins: 'unrecorded' },
      { type: 'register.recovered', seconds: 60, lost: 3 },
    ])
    const [day] = await chainsIn(test.folder, today)
    for await (const [first] of readChain(
      test.folder,
      { day: today, chain: day ?? '' },
      await test.keys(),
      () => undefined,
    ))
      expect(recordIn(first?.bytes ?? Buffer.alloc(0))).toMatchObject({
        kind: 'chain.opened',
        lost: { records: 3, since: '2026-01-15T10:00:00.000Z' },
      })
  })

  it('notices that somebody cut off what it wrote', async () => {
    const register = test.open()
    await register.write(response(1))
    await truncate(await test.fileOf(today), 300)
    await expect(register.write(response(2))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('somebody else changed') },
    })
    await register.write(response(3))
    await register.close()
  })

  it('notices that somebody removed what it writes to', async () => {
    const register = test.open()
    await register.write(response(1))
    await rm(await test.fileOf(today))
    await expect(register.write(response(2))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('somebody removed') },
    })
    await register.write(response(3))
    expect(await contents()).toEqual(['chain.opened', '_request3'])
  })

  it('does not wait for a disk that does not answer', async () => {
    const stuck: Disk = { ...realDisk, open: () => new Promise(() => undefined) }
    const register = test.open({ disk: stuck, patience: 50 })
    await expect(register.write(response(1))).rejects.toMatchObject({ code: 'register_unavailable' })
    expect(test.events).toEqual([{ type: 'register.failed', reason: 'the disk does not answer', logins: 'refused' }])
  })
})
