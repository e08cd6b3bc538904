import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createOutgoingFetch } from '../../../src/http/outgoing-fetch.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})
const serve = async (listener: RequestListener): Promise<number> => {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}
const loopback = { allowedNetworks: ['127.0.0.0/8', '::1/128'] }

describe('an outgoing call', () => {
  it('reads what an allowed network answers', async () => {
    const port = await serve((req, res) => res.setHeader('X-Seen', req.method ?? '').end('ciao'))
    const response = await createOutgoingFetch(loopback)(`http://127.0.0.1:${port}/x`, { method: 'POST', body: 'a' })
    expect([response.status, response.headers.get('x-seen'), await response.text()]).toEqual([200, 'POST', 'ciao'])
  })

  it.each([
    '127.0.0.1',
    '[::1]',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '169.254.169.254',
    '[fd00::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[fec0::1]',
    '0.0.0.0',
  ])('never reaches %s unless the configuration names its network', async (host) => {
    await expect(createOutgoingFetch({ allowedNetworks: [] })(`http://${host}:9/`)).rejects.toThrow(/allowed_networks/)
  })

  it('judges a name by the address behind it, not by the name', async () => {
    const port = await serve((_req, res) => res.end('secret'))
    await expect(createOutgoingFetch({ allowedNetworks: [] })(`http://localhost:${port}/`)).rejects.toThrow(
      /allowed_networks/,
    )
    expect(await (await createOutgoingFetch(loopback)(`http://localhost:${port}/`)).text()).toBe('secret')
  })

  it('follows no redirect', async () => {
    const port = await serve((_req, res) => res.writeHead(302, { Location: 'http://10.0.0.1/' }).end())
    expect((await createOutgoingFetch(loopback)(`http://127.0.0.1:${port}/`)).status).toBe(302)
  })

  it('stops reading after 8 MB', async () => {
    const port = await serve((_req, res) => res.end(Buffer.alloc(9 * 1024 * 1024)))
    await expect(createOutgoingFetch(loopback)(`http://127.0.0.1:${port}/`)).rejects.toThrow(/more than/)
  })

  it('gives up when the caller does', async () => {
    const port = await serve(() => undefined)
    const calling = createOutgoingFetch(loopback)(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(50) })
    await expect(calling).rejects.toThrow()
  })
})
