/**
 * A QR code of the size that an address of the sandbox needs: version 5, correction level L, bytes, mask 0, and nothing else
 * (ISO/IEC 18004). One block of 108 data and 26 check codewords, so nothing is interleaved.
 */
import { html, type Markup } from './html.ts'

const SIZE = 37
const DATA = 108
const CHECK = 26
/** Format bits of level L with mask 0, with their own check and mask. */
const FORMAT = 0b111011111000100

/** Powers of 2 in GF(256) over x⁸+x⁴+x³+x²+1, and their logarithms. */
const power: number[] = []
const logarithm: number[] = []
for (let exponent = 0, value = 1; exponent < 255; exponent += 1) {
  power[exponent] = value
  logarithm[value] = exponent
  value = value << 1 > 255 ? (value << 1) ^ 0x11d : value << 1
}
const times = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : (power[((logarithm[a] ?? 0) + (logarithm[b] ?? 0)) % 255] ?? 0)

/** Reed-Solomon: the remainder of the data by the product of (x - 2ⁱ). */
const checkOf = (data: readonly number[]): number[] => {
  let generator = [1]
  for (let root = 0; root < CHECK; root += 1) {
    const next = [...generator, 0]
    generator.forEach((factor, index) => {
      next[index + 1] = (next[index + 1] ?? 0) ^ times(factor, power[root] ?? 0)
    })
    generator = next
  }
  const rest = [...data, ...new Array<number>(CHECK).fill(0)]
  for (let index = 0; index < data.length; index += 1) {
    const lead = rest[index] ?? 0
    generator.forEach((factor, offset) => {
      rest[index + offset] = (rest[index + offset] ?? 0) ^ times(factor, lead)
    })
  }
  return rest.slice(data.length)
}

const codewordsOf = (text: string): number[] => {
  const bytes = Buffer.from(text)
  if (bytes.length > DATA - 2) throw new RangeError(`${bytes.length} bytes do not fit into this QR code`)
  const bits = [0b0100, bytes.length]
    .map((value, index) => value.toString(2).padStart(index === 0 ? 4 : 8, '0'))
    .concat(
      [...bytes].map((byte) => byte.toString(2).padStart(8, '0')),
      '0000',
    )
    .join('')
  const data = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))
  for (let pad = 0xec; data.length < DATA; pad ^= 0xec ^ 0x11) data.push(pad)
  return [...data, ...checkOf(data)]
}

/** Rows of modules, true is dark; without the quiet zone around. */
export const qrModules = (text: string): readonly (readonly boolean[])[] => {
  const modules: (boolean | undefined)[][] = Array.from({ length: SIZE }, () => new Array(SIZE).fill(undefined))
  const set = (row: number, column: number, dark: boolean) => {
    const line = modules[row]
    if (line !== undefined && column >= 0 && column < SIZE) line[column] = dark
  }
  const square = (row: number, column: number, radius: number, isDark: (distance: number) => boolean) => {
    for (let y = -radius; y <= radius; y += 1) {
      for (let x = -radius; x <= radius; x += 1) set(row + y, column + x, isDark(Math.max(Math.abs(x), Math.abs(y))))
    }
  }
  for (let index = 8; index < SIZE - 8; index += 1) {
    set(6, index, index % 2 === 0)
    set(index, 6, index % 2 === 0)
  }
  for (const [row, column] of [
    [3, 3],
    [3, SIZE - 4],
    [SIZE - 4, 3],
  ] as const)
    square(row, column, 4, (distance) => distance !== 2 && distance !== 4)
  square(30, 30, 2, (distance) => distance !== 1)

  for (let bit = 0; bit < 15; bit += 1) {
    const dark = ((FORMAT >> bit) & 1) === 1
    const past = bit < 6 ? bit : bit + 1
    // beside the upper left finder, around its corner
    if (bit < 8) set(past, 8, dark)
    else set(8, bit === 8 ? 7 : 14 - bit, dark)
    // and once more beside the two others
    if (bit < 8) set(8, SIZE - 1 - bit, dark)
    else set(SIZE - 15 + bit, 8, dark)
  }
  set(SIZE - 8, 8, true)

  const bits = codewordsOf(text)
    .map((codeword) => codeword.toString(2).padStart(8, '0'))
    .join('')
  let next = 0
  let upwards = true
  for (let right = SIZE - 1; right > 0; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < SIZE; step += 1) {
      const row = upwards ? SIZE - 1 - step : step
      for (const column of [right, right - 1]) {
        if (modules[row]?.[column] !== undefined) continue
        set(row, column, (bits[next] === '1') !== ((row + column) % 2 === 0))
        next += 1
      }
    }
    upwards = !upwards
  }
  return modules.map((row) => row.map((dark) => dark === true))
}

/** With the quiet zone of four modules. `label`: what it is, for who does not see it. */
export const qrSvg = (text: string, label: string): Markup => {
  const path = qrModules(text)
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : '')))
    .join('')
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${SIZE + 8} ${SIZE + 8}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${SIZE + 8}v${SIZE + 8}H0z"/><path d="${path}"/></svg>`
}
