import Koa from 'koa'
import request from 'supertest'
import { expect, it } from 'vitest'
import { GatewayError } from '../../../src/errors.ts'
import { overload } from '../../../src/http/overload.ts'
import type { RequestState } from '../../../src/http/request-context.ts'

/** A gateway whose requests end when the test says so. */
const startBusy = ({ loopDelay = 0 } = {}) => {
  const waiting: (() => void)[] = []
  const koa = new Koa<RequestState>()
  koa.use(async (ctx, next) => {
    ctx.state.tenantPath = ctx.path
    try {
      await next()
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      ctx.status = error.row.status
      ctx.set('Retry-After', String(error.retryAfter))
      ctx.body = error.code
    }
  })
  koa.use(overload({ loopDelay: () => loopDelay, random: () => 0.99 }))
  koa.use(async (ctx) => {
    if (ctx.path === '/work') await new Promise<void>((resolve) => waiting.push(resolve))
    ctx.body = 'served'
  })
  const agent = request(koa.callback())
  const begin = async (count: number) => {
    const begun = waiting.length
    const answers = Array.from({ length: count }, () => agent.post('/work').then(({ status }) => status))
    while (waiting.length < begun + count) await new Promise((resolve) => setImmediate(resolve))
    return {
      end: async () => {
        for (const end of waiting.splice(0)) end()
        return Promise.all(answers)
      },
    }
  }
  return { agent, begin }
}

it('asks who begins a login to come back in seconds while 250 requests are at work, and serves who is under way', async () => {
  const { agent, begin } = startBusy()
  const work = await begin(250)
  await agent.get('/authorize').expect(503, 'gateway_busy').expect('Retry-After', '8')
  await agent.post('/par').expect(503, 'gateway_busy')
  await agent.post('/saml/spid/acs').expect(200)
  await agent.post('/token').expect(200)
  expect(new Set(await work.end())).toEqual(new Set([200]))
  await agent.get('/authorize').expect(200)
})

it('serves who begins while 249 are at work', async () => {
  const { agent, begin } = startBusy()
  const work = await begin(249)
  await agent.get('/authorize').expect(200)
  await work.end()
})

it('asks who begins to come back while the process is late with everything', async () => {
  const { agent } = startBusy({ loopDelay: 301 })
  await agent.get('/authorize').expect(503, 'gateway_busy')
  await agent.get('/login/x/finish').expect(200)
})
