/**
 * Records for somebody who does not have the register: each with the hashes that lead from it to what was signed about
 * its day. `bin/verify-export.mjs` checks them with nothing but Node and the fingerprint of the signing key.
 */
import { createHash } from 'node:crypto'
import { type RegisterKey, spkiOf } from '../../keyring/register-keys.ts'
import { anchorBefore, anchoredDays, anchorPath, readSigned, signStatement } from './anchors.ts'
import { openProofs, type Proofs } from './proofs.ts'
import type { Found, Where } from './where.ts'

export interface ExportHead {
  /** ISO 8601. */
  readonly madeAt: string
  readonly by: string
  readonly reason: string
  /** What was exported, in words. */
  readonly of: string
}

/** The lines of an export, with their line breaks. `found`: in the order of their files. */
export async function* exportLines(
  { folder, keys, from = '', to = '9' }: Where,
  head: ExportHead,
  found: AsyncIterable<Found> | Iterable<Found>,
): AsyncGenerator<string> {
  const signer = signerOf(keys)
  const digest = createHash('sha256')
  const line = (value: object): string => {
    // line breaks to some readers, and nothing special to JSON
    const text = `${JSON.stringify(value).replace(/[\u2028\u2029]/g, (one) => (one === '\u2028' ? '\\u2028' : '\\u2029'))}\n`
    digest.update(text)
    return text
  }

  yield line({ varco: 'register export', version: 1, ...head, from, to })
  for (const { signing } of keys) yield line({ key: spkiOf(signing).toString('base64') })
  const anchored = (await anchoredDays(folder)).filter((day) => day >= from && day <= to)
  for (const day of anchored) yield line({ anchor: await readSigned(anchorPath(folder, day)) })

  let records = 0
  let proofs: (Proofs & { readonly day: string }) | undefined
  try {
    for await (const { day, chain, position, bytes } of found) {
      if (proofs?.day !== day || proofs.statement.chain !== chain) {
        await proofs?.close()
        proofs = { day, ...(await openProofs(folder, { day, chain }, keys)) }
        // a day that is still open is signed as it is now
        if (!anchored.includes(day)) yield line({ anchor: await interim(folder, proofs, head.madeAt, signer) })
      }
      const path = (await proofs.pathOf(position)).map((hash) => hash.toString('base64'))
      records += 1
      yield line({ record: bytes.toString('utf8', 1), day, chain, position, path })
    }
  } finally {
    await proofs?.close()
  }
  const end = { varco: 'register export end', version: 1, records, sha256: digest.digest('hex') }
  yield `${JSON.stringify({ end: signStatement(end, signer) })}\n`
}

const signerOf = (keys: readonly RegisterKey[]): RegisterKey => {
  const signer = keys.at(-1)
  if (signer === undefined) throw new Error('there is no key of the register')
  return signer
}

const interim = async (
  folder: string,
  { day, statement }: Proofs & { readonly day: string },
  madeAt: string,
  key: RegisterKey,
) =>
  signStatement(
    {
      varco: 'register interim',
      version: 1,
      day,
      previous: (await anchorBefore(folder, day)) ?? null,
      chains: [statement],
      madeAt,
    },
    key,
  )
