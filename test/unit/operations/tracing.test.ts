import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { expect, it } from 'vitest'
import { createTracing } from '../../../src/operations/tracing.ts'

const started = () => {
  const exporter = new InMemorySpanExporter()
  const processor = new SimpleSpanProcessor({ exporter })
  return { exporter, tracing: createTracing({ processor, version: '1', instance: 'one' }) }
}
const answer = { method: 'POST', path: '/t/ala/saml/spid/acs', status: 303, ms: 12 }

it('makes one span a request, named by its route, with the events that happened in it', () => {
  const { exporter, tracing } = started()
  tracing.began?.('7k2m-x9dp-4trq')
  const step = { tenant: 'ala', client: 'sito', uid: 'secret-uid', upstream: 'spid', idp: 'https://alfa.example' }
  tracing.listener({ type: 'login.returned', ...step, level: 2 }, '7k2m-x9dp-4trq')
  tracing.answered('7k2m-x9dp-4trq', answer)
  const [span] = exporter.getFinishedSpans()
  expect(span?.name).toBe('POST saml')
  expect(span?.attributes).toMatchObject({ 'varco.request': '7k2m-x9dp-4trq', 'varco.tenant': 'ala' })
  expect(span?.events.map(({ name }) => name)).toEqual(['login.returned'])
  expect(JSON.stringify([span?.attributes, span?.events])).not.toContain('secret-uid')
})

it('leaves what happened outside of a request alone', () => {
  const { exporter, tracing } = started()
  tracing.listener({ type: 'header.stripped', header: 'forwarded' }, undefined)
  tracing.answered('never-began', answer)
  expect(exporter.getFinishedSpans()).toEqual([])
})
