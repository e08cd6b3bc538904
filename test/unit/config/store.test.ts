import { describe, expect, it } from 'vitest'
import { configOf, edited, GATEWAY, load, problemsOf, validEnv, validFiles } from './files.ts'

const loadStore = (store: string) => {
  const files = validFiles()
  files[GATEWAY] = edited(files[GATEWAY] ?? '', [
    'store: { kind: redis, url: "redis://127.0.0.1:6379/0" }',
    `store: ${store}`,
  ])
  return load(files, {
    ...validEnv,
    REDIS: 'rediss://varco:secret@redis.example:6379/2',
    PASSWORD: 'a password\n',
    SENTINELS: 'another',
  })
}
const storeOf = async (store: string) => configOf(await loadStore(store)).store
const pem = validFiles()

describe('store', () => {
  it('is memory with a limit', async () => {
    expect(await storeOf('memory')).toEqual({ kind: 'memory', maxBytes: 512 * 1024 ** 2 })
    expect(await storeOf('{ kind: memory, max_mb: 64 }')).toEqual({ kind: 'memory', maxBytes: 64 * 1024 ** 2 })
  })

  it('is one Redis server, whose address may be a secret', async () => {
    const url = 'rediss://varco:secret@redis.example:6379/2'
    expect(await storeOf('{ kind: redis, url: env:REDIS }')).toEqual({ kind: 'redis', url })
    expect(await storeOf('{ kind: redis, url: env:REDIS, tls: { ca: ca.pem } }')).toEqual({
      kind: 'redis',
      url,
      tls: { ca: pem['/etc/varco/ca.pem'] },
    })
  })

  it('is the master that sentinels name', async () => {
    expect(await storeOf('{ kind: sentinel, name: varco, sentinels: [a.example:26379, "[fd00::7]:26380"] }')).toEqual({
      kind: 'sentinel',
      name: 'varco',
      sentinels: [
        { host: 'a.example', port: 26379 },
        { host: 'fd00::7', port: 26380 },
      ],
      database: 0,
    })
    const secured = `{ kind: sentinel, name: varco, sentinels: [a.example:26379], username: varco, password: env:PASSWORD,
      sentinel_username: watch, sentinel_password: env:SENTINELS, database: 3, tls: {} }`
    expect(await storeOf(secured)).toMatchObject({
      username: 'varco',
      password: 'a password',
      sentinelUsername: 'watch',
      sentinelPassword: 'another',
      database: 3,
      tls: {},
    })
  })

  it('is a Cluster, with a client certificate where the servers want one', async () => {
    const block = `{ kind: cluster, nodes: ["10.0.0.1:6379", b.example:6379], password: env:PASSWORD,
      tls: { ca: ca.pem, client: { key: file:spid.key, certificate: spid.pem } } }`
    expect(await storeOf(block)).toEqual({
      kind: 'cluster',
      nodes: [
        { host: '10.0.0.1', port: 6379 },
        { host: 'b.example', port: 6379 },
      ],
      password: 'a password',
      tls: {
        ca: pem['/etc/varco/ca.pem'],
        cert: pem['/etc/varco/spid.pem']?.trim(),
        key: pem['/etc/varco/spid.key']?.trim(),
      },
    })
  })

  it.each([
    ['paper', 'store', 'is no store'],
    ['{ kind: memory, max_mb: 8 }', 'store.max_mb', 'too little'],
    ['{ kind: memory, url: env:REDIS }', 'store.url', 'not a key'],
    ['{ kind: redis, url: env:PASSWORD }', 'store.url', 'is no Redis address'],
    ['{ kind: redis, url: "redis://a.example:6379", tls: {} }', 'store.tls', 'without TLS'],
    ['{ kind: sentinel, sentinels: [a.example:26379] }', 'store.name', 'is missing'],
    ['{ kind: sentinel, name: varco, sentinels: [] }', 'store.sentinels', 'is empty'],
    ['{ kind: sentinel, name: varco, sentinels: [a.example] }', 'store.sentinels[0]', 'is not the address'],
    ['{ kind: sentinel, name: varco, sentinels: ["a:0"] }', 'store.sentinels[0]', 'is not the address'],
    ['{ kind: sentinel, name: varco, sentinels: [a:1], database: 16 }', 'store.database', 'is no database'],
    ['{ kind: cluster, nodes: [a:1], database: 1 }', 'store.database', 'not a key'],
    ['{ kind: cluster, nodes: [a:1], password: hunter2 }', 'store.password', 'neither env:NAME'],
    ['{ kind: cluster, nodes: [a:1], tls: { ca: spid.key } }', 'store.tls.ca', 'holds no certificates'],
    [
      '{ kind: cluster, nodes: [a:1], tls: { client: { key: file:cie.key, certificate: spid.pem } } }',
      'store.tls.client.certificate',
      'does not belong',
    ],
  ])('%s is a problem at %s', async (store, path, reason) => {
    expect(problemsOf(await loadStore(store))).toMatchObject([{ path, reason: expect.stringContaining(reason) }])
  })
})
