/** `store` of gateway.yaml: the memory of one process, or Redis as one server, under Sentinel or as a Cluster. */
import { z } from 'zod'
import { told } from './explain.ts'
import { certificateReference, secretReference } from './references.ts'
import { block, filePath, serverAddress, text } from './rules.ts'

const redisUrl = z.union(
  [
    secretReference,
    z
      .string()
      .regex(/^rediss?:\/\/[^@]+$/)
      .transform((url) => ({ url })),
  ],
  told('is no Redis address', 'write redis://host:6379/0, or env:NAME where it holds a password'),
)

/** An empty block is TLS with the authorities that the system knows. */
const tls = block({
  ca: filePath.exactOptional(),
  client: block({ key: secretReference, certificate: certificateReference }).exactOptional(),
})

const addresses = z
  .array(serverAddress)
  .min(1, told('is empty', 'name at least one, better three, as redis-1.regione.example:6379'))

const user = { username: text.exactOptional(), password: secretReference.exactOptional() }

const kinds = [
  block({
    kind: z.literal('memory'),
    max_mb: z
      .int()
      .min(16, told('is too little for logins', 'write 16 or more'))
      .max(16_384, told('is more than a process should hold', 'write 16384 or less, or use redis'))
      .default(512),
  }),
  block({ kind: z.literal('redis'), url: redisUrl, tls: tls.exactOptional() }),
  block({
    kind: z.literal('sentinel'),
    name: text,
    sentinels: addresses,
    ...user,
    sentinel_username: text.exactOptional(),
    sentinel_password: secretReference.exactOptional(),
    database: z
      .int()
      .min(0, told('is no database', 'write 0'))
      .max(15, told('is no database', 'write 0 to 15'))
      .default(0),
    tls: tls.exactOptional(),
  }),
  block({ kind: z.literal('cluster'), nodes: addresses, ...user, tls: tls.exactOptional() }),
] as const

export const store = z
  .preprocess(
    (value) => (value === 'memory' ? { kind: 'memory' } : value),
    z.discriminatedUnion('kind', kinds, {
      error: told(
        'is no store',
        'write memory, redis, sentinel or cluster, as { kind: redis, url: "redis://127.0.0.1:6379/0" }',
      ),
    }),
  )
  .meta({ shorthand: { const: 'memory' } })
