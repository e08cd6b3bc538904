/** A small reader of posted forms: only urlencoded, at most 256 KB. */
import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../errors.ts'

const LIMIT = 256 * 1024

/** Throws `request_too_large`, `request_malformed` (another type, a field twice, broken off). */
export const readForm = async (req: IncomingMessage): Promise<Record<string, string>> => fieldsOf(await readFields(req))

/** The same with every field as often as it came, for a reader who says what is wrong with that. */
export const readFields = async (req: IncomingMessage): Promise<URLSearchParams> => {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') throw new GatewayError('request_malformed', 'content type')
  if (Number(req.headers['content-length'] ?? 0) > LIMIT) throw new GatewayError('request_too_large')
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > LIMIT) throw new GatewayError('request_too_large')
      chunks.push(chunk)
    }
  } catch (cause) {
    throw cause instanceof GatewayError ? cause : new GatewayError('request_malformed', 'broken off', { cause })
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

/** Parameters of a query or form, each at most once: which of two counts, two readers may see differently. */
export const fieldsOf = (params: URLSearchParams): Record<string, string> => {
  const fields: Record<string, string> = {}
  for (const [name, value] of params) {
    if (Object.hasOwn(fields, name)) throw new GatewayError('request_malformed', 'a field twice')
    fields[name] = value
  }
  return fields
}
