import { describe, expect, it } from 'vitest'
import { createRandomBytes } from '../../src/random.ts'

describe('random bytes', () => {
  it('are those of the system, each given out once, also where a pool ends', () => {
    let filled = 0
    /** 0, 1, 2 … across all pools, so that a byte that comes twice shows. */
    const fill = (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32BE(filled++, at)
    }
    const randomBytes = createRandomBytes(fill)
    const given = Array.from({ length: 2000 }, () => randomBytes(12))
    const words = given.flatMap((bytes) => [0, 4, 8].map((at) => bytes.readUInt32BE(at)))
    expect(new Set(words).size).toBe(6000)
    expect(filled).toBe(6 * 1024)
  })

  it('are the taker’s own: what he does to them nobody sees, and no later one changes them', () => {
    const fill = (bytes: Buffer) => bytes.fill(7)
    const randomBytes = createRandomBytes(fill)
    const [first, second] = [randomBytes(16), randomBytes(16)]
    first.fill(0)
    for (let more = 0; more < 600; more++) randomBytes(16)
    expect(second).toEqual(Buffer.alloc(16, 7))
    expect(randomBytes(16)).toEqual(Buffer.alloc(16, 7))
  })

  it('come as many as are asked for, or not at all', () => {
    const randomBytes = createRandomBytes()
    expect([0, 1, 4096].map((size) => randomBytes(size).length)).toEqual([0, 1, 4096])
    expect(() => randomBytes(4097)).toThrow(RangeError)
    expect(randomBytes(32)).not.toEqual(randomBytes(32))
  })
})
