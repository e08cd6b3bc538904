import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { qrModules, qrSvg } from '../../../sandbox/qr-code.ts'

const ADDRESS = 'http://cie.localhost:7004/phone?ticket=abcdefghijklmnopqrstuv'

describe('the QR code of the sandbox', () => {
  it('is module by module what an independent reader (jsQR 1.4.0) read the address from', () => {
    const drawn = qrModules(ADDRESS)
      .map((row) => row.map((dark) => (dark ? '#' : '.')).join(''))
      .join('\n')
    expect(createHash('sha256').update(drawn).digest('hex')).toBe(
      'b8734d4e6025d0eeeaa1ab1f3a610bafb721bca7bad92b1aad3bb45e236df98d',
    )
  })

  it('has its three corners, and text that does not fit is refused', () => {
    const modules = qrModules('x')
    expect([modules.length, modules[0]?.length]).toEqual([37, 37])
    for (const [row, column] of [
      [3, 3],
      [3, 33],
      [33, 3],
    ] as const)
      expect([modules[row]?.[column], modules[row]?.[column - 2]]).toEqual([true, false])
    expect(() => qrModules('a'.repeat(107))).toThrow(RangeError)
  })

  it('has a name for who does not see it', () => {
    expect(qrSvg('x', 'Codice QR').markup).toMatch(/role="img" aria-label="Codice QR"/)
  })
})
