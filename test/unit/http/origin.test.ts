import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import Koa from 'koa'
import { afterEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../../src/audit/events.ts'
import type { GatewayError } from '../../../src/errors.ts'
import { origin } from '../../../src/http/origin.ts'
import type { RequestState } from '../../../src/http/request-context.ts'
import { originForm } from '../../../src/http/request-target.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Sends raw bytes, as an attacker would; answers with what the application saw. */
const send = async (head: string, { trustedProxies = [] as string[] } = {}) => {
  const events: AuditEvent[] = []
  const koa = new Koa<RequestState>()
  koa.proxy = true
  koa.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      ctx.status = (error as GatewayError).row.status
      ctx.body = { error: (error as GatewayError).code }
    }
  })
  koa.use(
    origin({
      originOf: (host) => (host === 'login.example' ? 'https://login.example' : undefined),
      trustedProxies,
      audit: (event) => events.push(event),
    }),
  )
  koa.use((ctx) => {
    ctx.body = { href: ctx.href, ip: ctx.ip, address: ctx.state.clientAddress, headers: ctx.headers }
  })
  const server = createServer(originForm(koa.callback()))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const text = await new Promise<string>((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}\r\nConnection: close\r\n\r\n`))
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('end', () => resolve(received))
    socket.on('error', reject)
  })
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  return { status: Number(text.slice(9, 12)), seen: body.startsWith('{') ? JSON.parse(body) : {}, events }
}

describe('origin', () => {
  it('takes host and protocol from the configuration', async () => {
    const { seen } = await send('GET /t/ala HTTP/1.1\r\nHost: login.example')
    expect(seen.href).toBe('https://login.example/t/ala')
  })
  it('answers 421 to a host that is not configured', async () => {
    const { status, seen } = await send('GET / HTTP/1.1\r\nHost: evil.example')
    expect([status, seen.error]).toEqual([421, 'host_unknown'])
  })
  it('does not believe forwarded headers of anybody', async () => {
    const { seen, events } = await send(
      'GET /x HTTP/1.1\r\nHost: login.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: http\r\nForwarded: host=evil.example\r\nX-Forwarded-For: 203.0.113.9',
    )
    expect(seen.href).toBe('https://login.example/x')
    expect(seen.ip).toBe('127.0.0.1')
    expect(seen.headers).not.toHaveProperty('x-forwarded-host')
    expect(seen.headers).not.toHaveProperty('forwarded')
    expect(events).toContainEqual({
      type: 'header.stripped',
      header: 'x-forwarded-host x-forwarded-proto forwarded x-forwarded-for',
    })
  })
  it('drops a client certificate that the request claims to have', async () => {
    const { seen } = await send('GET /x HTTP/1.1\r\nHost: login.example\r\nClient-Cert: :AAAA:\r\nX-SSL-Client-Cert: x')
    expect(Object.keys(seen.headers).filter((name) => name.includes('cert'))).toEqual([])
  })
  it('drops them under an underscore too', async () => {
    const { seen, events } = await send(
      'GET /x HTTP/1.1\r\nHost: login.example\r\nX_SSL_Client_Cert: x\r\nX_Forwarded_For: 203.0.113.9',
    )
    expect(Object.keys(seen.headers).filter((name) => name.includes('_'))).toEqual([])
    expect(events).toEqual([{ type: 'header.stripped', header: 'x_ssl_client_cert x_forwarded_for' }])
  })
  it('reads the client address that a configured proxy adds, and nothing left of it', async () => {
    const { seen } = await send(
      'GET /x HTTP/1.1\r\nHost: login.example\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.9',
      {
        trustedProxies: ['127.0.0.0/8'],
      },
    )
    expect(seen.address).toBe('203.0.113.9')
  })
  it('takes the host of an absolute-form request for its host', async () => {
    const { status } = await send('GET http://evil.example/t/ala HTTP/1.1\r\nHost: login.example')
    expect(status).toBe(421)
  })
  it('answers an absolute-form request for our host as any other', async () => {
    const { seen } = await send('GET http://login.example/t/ala?a=1 HTTP/1.1\r\nHost: login.example')
    expect(seen.href).toBe('https://login.example/t/ala?a=1')
  })
  it('refuses two Host headers', async () => {
    const { status } = await send('GET / HTTP/1.1\r\nHost: login.example\r\nHost: evil.example')
    expect([400, 421]).toContain(status)
  })
})
