import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOutgoingFetch } from '../../../../src/http/outgoing-fetch.ts'
import { createIdpRegistry, type RegistryEvent } from '../../../../src/upstream/spid/registry.ts'
import { lastGoodFile, lastGoodPath, registrySource } from '../../../../src/upstream/spid/registry-source.ts'

let folder = ''
let server: Server | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varco-registry-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

const fetch = createOutgoingFetch({ allowedNetworks: ['127.0.0.0/8'] })
const never = new AbortController().signal
const serve = async (listener: RequestListener) => {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/idps.xml`
}

describe('the source', () => {
  it('is a file, read anew each time', async () => {
    const file = join(folder, 'idps.xml')
    const read = registrySource({ file }, fetch)
    await expect(read(never)).rejects.toThrow(/ENOENT.*idps\.xml/)
    writeFileSync(file, 'the list')
    expect(await read(never)).toBe('the list')
  })

  it('is an address', async () => {
    const url = await serve((_, response) => response.end('the list'))
    expect(await registrySource({ url }, fetch)(never)).toBe('the list')
  })

  it.each([204, 301, 404, 503])('fails when the address answers %i', async (status) => {
    const url = await serve((_, response) => response.writeHead(status, { Location: '/other' }).end())
    await expect(registrySource({ url }, fetch)(never)).rejects.toThrow(`${url} answered ${status}`)
  })

  it('fails on more than the outgoing limit', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(10 * 1024 * 1024, 'x')))
    await expect(registrySource({ url }, fetch)(never)).rejects.toThrow(/cannot be read: .*more than/)
  })

  it('names the address when nobody listens there', async () => {
    const url = await serve((_, response) => response.end())
    await new Promise((resolve) => server?.close(resolve))
    await expect(registrySource({ url }, fetch)(never)).rejects.toThrow(`${url} cannot be read: connect ECONNREFUSED`)
  })

  it('lets go of an answer under way when the gateway stops, without a report', async () => {
    const url = await serve((_, response) => response.write('<'))
    const events: RegistryEvent[] = []
    const registry = createIdpRegistry({
      source: registrySource({ url }, fetch),
      lastGood: lastGoodFile(folder),
      now: Date.now,
      report: (event) => events.push(event),
    })
    const asked = new Promise((resolve) => server?.once('request', resolve))
    const refreshing = registry.refresh()
    await asked
    registry.close()
    expect(await refreshing).toMatchObject({ result: 'refused' })
    expect(events).toEqual([])
  })
})

describe('the last good copy', () => {
  it('is not there at first, then what was written last, for the gateway alone to read', async () => {
    const copy = lastGoodFile(folder)
    expect(await copy.read()).toBeUndefined()
    await copy.write('first')
    await copy.write('second')
    expect(await copy.read()).toBe('second')
    expect(statSync(lastGoodPath(folder)).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'registry')).mode & 0o777).toBe(0o700)
  })

  it('is always whole, also with several writers, and leaves no drafts', async () => {
    const copy = lastGoodFile(folder)
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(100_000))
    await Promise.all(texts.map((text) => copy.write(text)))
    expect(texts).toContain(await copy.read())
    expect(readdirSync(join(folder, 'registry'))).toEqual(['spid-idps.xml'])
  })
})
