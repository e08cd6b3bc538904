/** A real Redis in every state in which it answers, and the answer is no. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { clientAuth, extendedKeyUsage, issue } from '../../sandbox/pki/certificate.ts'
import { certificationAuthority, tlsIdentity } from '../../sandbox/pki/profiles.ts'
import type { RedisServers } from '../../src/store/redis/servers.ts'
import { createRedisStore } from '../../src/store/redis.ts'
import type { Store } from '../../src/store/store.ts'
import { documentedUser } from '../fixtures/redis-groups.ts'
import { freePort, type RedisSettings, startRedis } from '../fixtures/redis-server.ts'

const value = Buffer.from('value')
const unavailable = expect.objectContaining({ code: 'store_unavailable' })
/** Milliseconds: of a server that answers, the refusal comes at once. */
const AT_ONCE = 800

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const start = async (settings: RedisSettings = {}) => {
  const server = await startRedis(settings)
  undo.push(server.stop)
  const admin = new Redis(server.url, { lazyConnect: true, enableReadyCheck: false })
  admin.on('error', () => undefined)
  undo.push(() => admin.disconnect())
  return { server, admin }
}
const open = (servers: RedisServers, more: { onError?: (reason: string) => void } = {}): Store => {
  const store = createRedisStore({ servers, ...more })
  undo.push(() => store.close())
  return store
}

/** Each refused at once, with what Redis said as the reason. */
const refuses = async (store: Store, operations: readonly Promise<unknown>[], reason: string) => {
  const begin = performance.now()
  const results = await Promise.allSettled([...operations, store.ping()])
  expect(performance.now() - begin).toBeLessThan(AT_ONCE)
  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: unavailable })
    if (result.status === 'rejected') expect(result.reason.detail).toContain(reason)
  }
}
const recovers = async (store: Store) => {
  await expect.poll(() => store.ping().then(() => 'up', String), { timeout: 10_000 }).toBe('up')
  await store.put('after', value, 60)
  expect(await store.take('after')).toEqual(value)
}

describe('a Redis that says no', () => {
  it('because it follows another: what writes is refused, and works again when it no longer does', async () => {
    const { server: other } = await start()
    const { server, admin } = await start()
    const store = open({ kind: 'redis', url: server.url })
    await store.put('key', value, 60)
    await admin.replicaof('127.0.0.1', other.port)
    await refuses(store, [store.put('key', value, 60), store.take('key'), store.add('k', value, 60)], 'READONLY')
    await refuses(store, [store.replace('key', value, value), store.count('counter', 1, 60)], '')
    await admin.replicaof('NO', 'ONE')
    await recovers(store)
  })

  it('because it has lost its master', async () => {
    const { server, admin } = await start({ settings: ['--replica-serve-stale-data', 'no'] })
    const store = open({ kind: 'redis', url: server.url })
    await store.put('key', value, 60)
    await admin.replicaof('127.0.0.1', await freePort())
    await refuses(store, [store.put('key', value, 60), store.take('key')], 'READONLY')
    await expect(store.get('key')).rejects.toMatchObject({ detail: expect.stringContaining('MASTERDOWN') })
    await admin.replicaof('NO', 'ONE')
    await recovers(store)
  })

  it('because its memory is full: nothing new, what is there can be read and used up', async () => {
    const { server, admin } = await start()
    const store = open({ kind: 'redis', url: server.url })
    await store.put('key', value, 60)
    await admin.config('SET', 'maxmemory', '1')
    await refuses(store, [store.put('other', value, 60), store.add('new', value, 60)], 'OOM')
    expect(await store.get('key')).toEqual(value)
    expect(await store.take('key')).toEqual(value)
    await admin.config('SET', 'maxmemory', '0')
    await recovers(store)
  })

  it('because it is still loading', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varco-loading-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const { server: first, admin } = await start({ settings: ['--dir', folder] })
    const filler = admin.pipeline()
    for (let key = 0; key < 2000; key++) filler.set(`filler ${key}`, 'x'.repeat(100))
    await filler.exec()
    await admin.save()
    await first.stop()
    const slowly = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024']
    const { server } = await start({ settings: ['--dir', folder, ...slowly], says: 'Server initialized' })
    const store = open({ kind: 'redis', url: server.url })
    const begin = performance.now()
    await expect(store.put('key', value, 60)).rejects.toEqual(unavailable)
    expect(performance.now() - begin).toBeLessThan(2500)
    await recovers(store)
    expect(await store.get('after')).toBeUndefined()
  })

  it('because it belongs to a Cluster that is not well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varco-cluster-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const bus = String(await freePort())
    const cluster = ['--cluster-enabled', 'yes', '--dir', folder, '--cluster-port', bus]
    const { server, admin } = await start({ settings: cluster })
    const store = open({ kind: 'redis', url: server.url })
    await refuses(store, [store.get('key'), store.put('key', value, 60)], 'CLUSTERDOWN')
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383)
    await recovers(store)
  })

  it('because too few replicas follow it', async () => {
    const { server, admin } = await start({ settings: ['--min-replicas-to-write', '1'] })
    const store = open({ kind: 'redis', url: server.url })
    await refuses(store, [store.put('key', value, 60), store.take('key')], 'NOREPLICAS')
    await admin.config('SET', 'min-replicas-to-write', '0')
    await recovers(store)
  })

  it('because the password is another one now', async () => {
    const { server } = await start({ settings: ['--requirepass', 'old'] })
    const admin = new Redis(server.url.replace('//', '//:old@'))
    undo.push(() => admin.disconnect())
    const said: string[] = []
    const store = open(
      { kind: 'redis', url: server.url.replace('//', '//:new@') },
      { onError: (reason) => said.push(reason) },
    )
    await expect(store.get('key')).rejects.toEqual(unavailable)
    expect(said.join()).toContain('WRONGPASS')
    await admin.config('SET', 'requirepass', 'new')
    await recovers(store)
  })
})

describe('a Redis that was restarted empty', () => {
  it('has forgotten everything, and the scripts too', async () => {
    const { server } = await start()
    const store = open({ kind: 'redis', url: server.url })
    await store.put('key', value, 60)
    expect(await store.replace('key', value, Buffer.from('next'))).toBe(true)
    await server.stop()
    await start({ port: server.port })
    await recovers(store)
    expect(await store.get('key')).toBeUndefined()
    expect(await store.count('counter', 1, 60)).toMatchObject({ value: 1 })
    await store.put('key', value, 60)
    expect(await store.replace('key', value, Buffer.from('next'))).toBe(true)
  })
})

/** Stands between: can let commands through and keep what is answered, until the connection breaks. */
const startRelay = async (to: number) => {
  const state = { answers: true }
  const open = new Set<Socket>()
  const relay = createServer((client) => {
    const redis = connect(to, '127.0.0.1')
    for (const socket of [client, redis]) {
      open.add(socket)
      socket.on('error', () => undefined).on('close', () => open.delete(socket))
    }
    client.on('data', (chunk) => redis.write(chunk)).on('close', () => redis.destroy())
    redis.on('data', (chunk) => state.answers && client.write(chunk)).on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  undo.push(
    () => relay.close(),
    () => {
      for (const socket of open) socket.destroy()
    },
  )
  const { port } = relay.address() as { port: number }
  return {
    url: `redis://127.0.0.1:${port}`,
    /** What `during` sends is carried out and never answered. */
    loseAnswers: async <T>(during: () => Promise<T>) => {
      state.answers = false
      const work = during()
      await sleep(100)
      for (const socket of open) socket.destroy()
      state.answers = true
      return work
    },
  }
}

describe('a short interruption', () => {
  it('is waited through by what can be sent twice, and never by what uses something up', async () => {
    const { server, admin } = await start()
    const relay = await startRelay(server.port)
    const store = open({ kind: 'redis', url: relay.url })
    const keys = Array.from({ length: 50 }, (_, i) => `key ${i}`)
    for (const key of keys) await store.put(key, value, 60)
    const read = await relay.loseAnswers(() => Promise.all(keys.map((key) => store.get(key))))
    expect(read).toEqual(keys.map(() => value))
    await recovers(store)
    // each was carried out; nobody is told that he was second
    const taken = await relay.loseAnswers(() => Promise.allSettled(keys.map((key) => store.take(key))))
    for (const one of taken) expect(one).toMatchObject({ status: 'rejected', reason: unavailable })
    expect(await admin.exists(...keys.map((key) => `varco:${key}`))).toBe(0)
    await recovers(store)
    const added = await relay.loseAnswers(() => Promise.allSettled(keys.map((key) => store.add(key, value, 60))))
    for (const one of added) expect(one).toMatchObject({ status: 'rejected', reason: unavailable })
    await recovers(store)
    const next = Buffer.from('next')
    const replaced = await relay.loseAnswers(() =>
      Promise.allSettled(keys.map((key) => store.replace(key, value, next))),
    )
    for (const one of replaced) expect(one).toMatchObject({ status: 'rejected', reason: unavailable })
    expect(await store.get('key 0')).toEqual(next)
  })
})

describe('many commands without a server', () => {
  it('are refused without being kept, and make no more connections than one command would', async () => {
    let connections = 0
    // takes every connection and closes it: the worst of servers
    const broken = createServer((socket) => {
      connections += 1
      socket.on('error', () => undefined)
      socket.destroy()
    })
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve))
    undo.push(() => broken.close())
    const { port } = broken.address() as { port: number }
    const store = open({ kind: 'redis', url: `redis://127.0.0.1:${port}` })
    await sleep(1500)
    const begin = performance.now()
    let slowest = 0
    let refused = 0
    while (performance.now() - begin < 3000) {
      const sent = performance.now()
      const commands = Array.from({ length: 100 }, () => store.put('key', value, 60))
      refused += (await Promise.allSettled(commands)).filter(({ status }) => status === 'rejected').length
      if (sent - begin > 1100) slowest = Math.max(slowest, performance.now() - sent)
    }
    expect(refused).toBeGreaterThan(1000)
    // after the first second of waiting nobody waits any more
    expect(slowest).toBeLessThan(AT_ONCE)
    expect(connections).toBeLessThan(12)
  })
})

describe('access to Redis', () => {
  it('needs no more rights than the documented ones, and TLS with an authority and a client certificate', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varco-tls-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const now = new Date()
    const authority = await certificationAuthority('CA di Redis', now)
    const redis = await tlsIdentity(authority, 'localhost', now)
    const life = { notBefore: now, notAfter: new Date(now.getTime() + 3_600_000) }
    const extensions = [extendedKeyUsage(clientAuth)]
    const varco = await issue(authority, { subject: [['CN', 'varco']], ...life, extensions })
    const pem = (key: typeof redis.key) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
    await writeFile(join(folder, 'ca.pem'), authority.certificate)
    await writeFile(join(folder, 'redis.pem'), redis.certificate)
    await writeFile(join(folder, 'redis.key'), pem(redis.key))
    const port = await freePort()
    const settings = [
      ...['--port', '0', '--tls-port', String(port), '--tls-ca-cert-file', join(folder, 'ca.pem')],
      ...['--tls-cert-file', join(folder, 'redis.pem'), '--tls-key-file', join(folder, 'redis.key')],
      ...documentedUser('secret'),
      ...['--user', 'default', 'off'],
    ]
    await start({ port, settings })
    const url = `rediss://varco:secret@localhost:${port}`
    const tls = { ca: authority.certificate, cert: varco.certificate, key: pem(varco.key) }
    const said: string[] = []
    const store = open({ kind: 'redis', url, tls }, { onError: (reason) => said.push(reason) })
    await recovers(store)
    expect(await store.add('once', value, 60)).toBe(true)
    expect(await store.replace('once', value, Buffer.from('next'))).toBe(true)
    expect(await store.count('counter', 1, 60)).toMatchObject({ value: 1 })
    await store.delete('once')
    await store.schedule('queue', 'member', 1)
    expect(await store.claim('queue', { now: 1, until: 2, most: 1 })).toEqual(['member'])
    await store.unschedule('queue', 'member')
    expect(said).toEqual([])
    const stranger = open({ kind: 'redis', url, tls: { ca: authority.certificate } })
    await expect(stranger.get('once')).rejects.toEqual(unavailable)
    const elsewhere = open({ kind: 'redis', url, tls: { cert: varco.certificate, key: pem(varco.key) } })
    await expect(elsewhere.get('once')).rejects.toEqual(unavailable)
  })
})
