import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createSealing } from '../../../src/store/sealing.ts'

const master = { id: '2026', key: Buffer.alloc(32, 1) }
const context = Buffer.from('context')
const plaintext = Buffer.from('plaintext')
const sealing = (tenant: string, key = master) => createSealing({ masterKeys: [key], tenant, randomBytes })

it('opens what it sealed', () => {
  const sealed = sealing('one').seal(plaintext, context)
  expect(sealing('one').open(sealed, context)).toEqual({ plaintext })
})

it('has another key for each tenant and each key id, whatever the context says', () => {
  const sealed = sealing('one').seal(plaintext, context)
  expect(sealing('two').open(sealed, context)).toEqual({ unreadable: 'not_authentic' })
  const renamed = Buffer.from(sealed)
  renamed.write('2027', 2)
  expect(sealing('one', { ...master, id: '2027' }).open(renamed, context)).toEqual({ unreadable: 'not_authentic' })
})

it('names version and master key at the start of what it sealed', () => {
  expect(sealing('one').seal(plaintext, context).subarray(0, 6)).toEqual(Buffer.from('\x01\x042026'))
})
