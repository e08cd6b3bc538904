/**
 * DER read in place: revocation lists have hundreds of thousands of entries, and what is signed must be hashed as the bytes
 * that came. Source: ITU-T X.690.
 */

export interface Der {
  /** Identifier octet. */
  readonly tag: number
  readonly content: Buffer
  /** With identifier and length. */
  readonly raw: Buffer
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const

/** `[n]`, constructed. */
export const context = (n: number): number => 0xa0 | n
/** `[n]`, primitive. */
export const primitive = (n: number): number => 0x80 | n

const malformed = (what: string) => new Error(`malformed DER: ${what}`)

const elementAt = (bytes: Buffer, start: number): Der => {
  const [tag, first] = [bytes[start], bytes[start + 1]]
  if (tag === undefined || first === undefined) throw malformed('cut short')
  if ((tag & 0x1f) === 0x1f) throw malformed('long tag')
  const more = first < 0x80 ? 0 : first & 0x7f
  // 0x80 is BER's open end; four bytes count more than anything here may have
  if (first === 0x80 || more > 4) throw malformed('length')
  const from = start + 2 + more
  if (from > bytes.length) throw malformed('cut short')
  const size = more === 0 ? first : bytes.readUIntBE(start + 2, more)
  if (from + size > bytes.length) throw malformed('cut short')
  return { tag, content: bytes.subarray(from, from + size), raw: bytes.subarray(start, from + size) }
}

/** One element and nothing behind it. Throws Error, as everything here does. */
export const readDer = (bytes: Buffer, tag: number): Der => {
  const element = elementAt(bytes, 0)
  if (element.raw.length !== bytes.length) throw malformed('bytes behind the end')
  return expectTag(element, tag)
}

/** The elements inside `content`, one by one. */
export function* elementsIn(content: Buffer): Generator<Der> {
  for (let at = 0; at < content.length; ) {
    const element = elementAt(content, at)
    yield element
    at += element.raw.length
  }
}

export const membersOf = ({ content }: Der): Der[] => [...elementsIn(content)]

export const expectTag = (element: Der | undefined, tag: number): Der => {
  if (element?.tag !== tag) throw malformed(`expected ${tag.toString(16)}, found ${element?.tag.toString(16)}`)
  return element
}

/** The only element inside an explicit tag. */
export const inside = ({ content }: Der, tag: number): Der => readDer(content, tag)

/** Of a BIT STRING of whole bytes. */
export const bitsOf = ({ content }: Der): Buffer => {
  if (content[0] !== 0) throw malformed('bits')
  return content.subarray(1)
}

export const oidOf = (element: Der | undefined): string => {
  const { content } = expectTag(element, tags.oid)
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

/** UTCTime or GeneralizedTime in UTC, as RFC 5280 4.1.2.5 wants them; milliseconds since 1970. */
export const timeOf = (element: Der | undefined): number => {
  const text = element?.content.toString('latin1') ?? ''
  const digits = element?.tag === tags.utcTime ? `${Number(text.slice(0, 2)) < 50 ? 20 : 19}${text}` : text
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(digits) ?? []
  const isTime = element?.tag === tags.utcTime || element?.tag === tags.generalizedTime
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (!isTime || Number.isNaN(time)) throw malformed('time')
  return time
}

/** Without the zeros in front, so that the same number is the same text. */
export const integerOf = (element: Der | undefined): string =>
  expectTag(element, tags.integer)
    .content.toString('hex')
    .replace(/^(?:00)+(?=..)/, '')

export interface Extension {
  readonly oid: string
  readonly critical: boolean
  readonly value: Buffer
}

/** `sequence`: Extensions of RFC 5280 4.1. */
export const extensionsIn = (sequence: Der): readonly Extension[] =>
  membersOf(sequence).map((extension) => {
    const [oid, ...rest] = membersOf(expectTag(extension, tags.sequence))
    const critical = rest[0]?.tag === tags.boolean && rest[0].content[0] !== 0
    return { oid: oidOf(oid), critical, value: expectTag(rest.at(-1), tags.octetString).content }
  })

/** One element, written. */
export const writeDer = (tag: number, ...members: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(members)
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content])
  if (content.length > 0xffff) throw new Error('too long to be written')
  return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content])
}
