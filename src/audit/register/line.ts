/**
 * A chain while it is written: a text file of lines. The first says in clear whose it is and which key seals it; each
 * other is a record, `{number}.{link of the chain}.{sealed record}`, numbered from 0.
 */
import type { RegisterKey } from '../../keyring/register-keys.ts'
import { open, seal, subkey } from '../../sealing.ts'
import { leafOf, linkOf, originOf } from './hashes.ts'
import type { Place } from './layout.ts'

const VERSION = 1
/** Of a link in base64url. */
const LINK_LENGTH = 43

export const headerLine = ({ day, chain }: Place, key: RegisterKey): string =>
  `${JSON.stringify({ varco: 'register', version: VERSION, day, chain, key: key.id })}\n`

/** Id of the key that sealed a chain. `undefined`: not the first line of this chain, or not of this version. */
export const keyIdIn = (line: string, { day, chain }: Place): string | undefined => {
  try {
    const header = JSON.parse(line) as Readonly<Record<string, unknown>>
    const ours =
      header.varco === 'register' && header.version === VERSION && header.day === day && header.chain === chain
    return ours && typeof header.key === 'string' ? header.key : undefined
  } catch {
    return undefined
  }
}

const sealingKey = ({ day, chain }: Place, key: RegisterKey): Buffer => subkey(key, 'register', 'line', day, chain)
const context = (number: number, link: Buffer): Buffer => Buffer.concat([Buffer.from(`${number}\0`), link])

/** Writes one line after another. `bytes` of a record: a zero byte and its text. */
export const createLines = (place: Place, key: RegisterKey, randomBytes: (size: number) => Buffer) => {
  const secret = sealingKey(place, key)
  let number = 0
  let link = originOf(place, key.id)
  return (bytes: Buffer): string => {
    link = linkOf(link, leafOf(bytes))
    const sealed = seal(secret, bytes, context(number, link), randomBytes)
    return `${number++}.${link.toString('base64url')}.${sealed.toString('base64url')}\n`
  }
}

export interface OpenedLine {
  readonly number: number
  readonly link: Buffer
  readonly bytes: Buffer
}

/** Strict: two texts of one value would be a change that nobody notices. */
const decode = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

/** Opens lines of a chain, without their line break. `undefined` for what no process wrote there, or not so. */
export const createLineReader = (place: Place, key: RegisterKey) => {
  const secret = sealingKey(place, key)
  return (line: Buffer): OpenedLine | undefined => {
    const first = line.indexOf('.')
    const second = first + 1 + LINK_LENGTH
    if (first < 1 || line[second] !== 0x2e) return undefined
    const number = line.toString('latin1', 0, first)
    if (!/^(0|[1-9]\d{0,9})$/.test(number)) return undefined
    const link = decode(line.toString('latin1', first + 1, second))
    const sealed = decode(line.toString('latin1', second + 1))
    const bytes = link && sealed && open(secret, sealed, context(Number(number), link))
    return bytes && link && { number: Number(number), link, bytes }
  }
}
