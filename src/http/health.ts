/** The operations listener: is the process alive, can it serve. Never on a public address. */
import { createServer, type Server } from 'node:http'
import type { Store } from '../store/store.ts'

export const createHealthServer = ({ store, draining }: { store: Store; draining: () => boolean }): Server =>
  createServer(async (req, res) => {
    const answer = (status: number, body: object) =>
      res.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
    if (req.url === '/livez') return answer(200, { status: 'alive' })
    if (req.url !== '/readyz') return answer(404, { error: 'page_not_found' })
    if (draining()) return answer(503, { status: 'draining' })
    try {
      await store.ping()
      answer(200, { status: 'ready' })
    } catch {
      answer(503, { status: 'store_unavailable' })
    }
  })
