/** DER encoding, as much as X.509 and PKCS#12 need. Source: ITU-T X.690. */

export type Der = Buffer

const length = (size: number): Buffer => {
  if (size < 0x80) return Buffer.from([size])
  const bytes: number[] = []
  for (let rest = size; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

/** One element: identifier octet, length, content. */
export const element = (tag: number, ...content: readonly Uint8Array[]): Der => {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag]), length(body.length), body])
}

export const sequence = (...members: readonly Der[]): Der => element(0x30, ...members)
export const set = (...members: readonly Der[]): Der => element(0x31, ...members)
export const boolean = (value: boolean): Der => element(0x01, Buffer.from([value ? 0xff : 0]))
export const octetString = (value: Uint8Array): Der => element(0x04, value)
export const nothing = (): Der => element(0x05)
export const utf8String = (text: string): Der => element(0x0c, Buffer.from(text, 'utf8'))
export const printableString = (text: string): Der => element(0x13, Buffer.from(text, 'latin1'))
/** UTF-16, big end first: the friendlyName of PKCS#12. */
export const bmpString = (text: string): Der => element(0x1e, Buffer.from(text, 'utf16le').swap16())

/** A non-negative integer given by its bytes, big end first. */
export const integer = (value: number | Uint8Array): Der => {
  let bytes =
    typeof value === 'number' ? Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]) : Buffer.from(value)
  while (bytes.length > 1 && bytes[0] === 0) bytes = bytes.subarray(1)
  return (bytes[0] ?? 0) & 0x80 ? element(0x02, Buffer.from([0]), bytes) : element(0x02, bytes)
}

/** `unused`: how many bits of the last byte do not count. */
export const bitString = (value: Uint8Array, unused = 0): Der => element(0x03, Buffer.from([unused]), value)

export const oid = (dotted: string): Der => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc & 0x7f]
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128))
      septets.unshift((high & 0x7f) | 0x80)
    return septets
  })
  return element(0x06, Buffer.from(bytes))
}

/** RFC 5280 4.1.2.5: UTCTime until 2049, GeneralizedTime from then on. */
export const time = (date: Date): Der => {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}

/** `[n] EXPLICIT` or a constructed `[n] IMPLICIT`. */
export const context = (n: number, ...content: readonly Uint8Array[]): Der => element(0xa0 | n, ...content)
/** A primitive `[n] IMPLICIT`. */
export const implicit = (n: number, content: Uint8Array): Der => element(0x80 | n, content)
