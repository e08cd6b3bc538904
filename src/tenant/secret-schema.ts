/** A client's secret in a tenant file: never the secret itself, but where it is or what it hashes to. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { secretReference } from '../config/references.ts'
import { block } from '../config/rules.ts'

const sha256 = z
  .string()
  .regex(
    /^[0-9a-f]{64}$/i,
    told('is not a SHA-256', 'write its 64 hex digits: varco writes them when it makes a secret'),
  )
  .toLowerCase()

const instant = z.iso.datetime({
  offset: true,
  error: told('is not an instant', 'write day, time and zone, as 2027-01-31T12:00:00Z'),
})

export const clientSecret = z.union(
  [secretReference, block({ sha256, not_after: instant.exactOptional() })],
  told(
    'is not a reference to a secret',
    'write env:NAME, file:path or { sha256: 64 hex digits }; change the secret if this was one',
  ),
)
