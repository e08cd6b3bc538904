/** The operations listener: is the process alive, can it serve, what has it done. Never on a public address. */
import { createServer, type Server } from 'node:http'

export const createOperationsServer = ({
  storePing,
  draining,
  metrics,
}: {
  /** Rejects when the store does not answer. */
  storePing: () => Promise<void>
  draining: () => boolean
  metrics: { text(): Promise<string>; readonly contentType: string }
}): Server =>
  createServer(async (req, res) => {
    const answer = (status: number, body: object) =>
      res.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
    if (req.url === '/livez') return answer(200, { status: 'alive' })
    if (req.url === '/metrics') {
      // whoever asks must not end the process
      const text = await metrics.text().catch((error: Error) => error)
      if (text instanceof Error) return answer(500, { error: text.message })
      return res.writeHead(200, { 'Content-Type': metrics.contentType }).end(text)
    }
    if (req.url !== '/readyz') return answer(404, { error: 'page_not_found' })
    if (draining()) return answer(503, { status: 'draining' })
    try {
      await storePing()
      answer(200, { status: 'ready' })
    } catch {
      answer(503, { status: 'store_unavailable' })
    }
  })
