/**
 * OpenTelemetry, where the configuration names a collector: one span a request, with the audit events that happened in
 * it. No personal data, as events have none; all spans of a login carry its fingerprint as `varco.login`. A trace that the browser or a site
 * proposes (`traceparent`) is not taken up: it is a stranger's.
 */
import { type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { lineOf } from '../audit/line.ts'
import type { Listener } from '../audit/log.ts'
import type { RequestObserver } from '../http/request-log.ts'
import { routeOf } from './metrics.ts'

export interface Tracing extends RequestObserver {
  readonly listener: Listener
  /** Sends what waits. */
  close(): Promise<void>
}

/** Of an event only what OpenTelemetry takes as it is. */
const attributesOf = (line: object): Record<string, string | number | boolean> =>
  Object.fromEntries(Object.entries(line).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)))

export const otlpProcessor = (url: string): SpanProcessor =>
  new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })

export const createTracing = ({
  processor,
  version,
  instance,
}: {
  processor: SpanProcessor
  version: string
  instance: string
}): Tracing => {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'varco',
      'service.version': version,
      'service.instance.id': instance,
    }),
    spanProcessors: [processor],
  })
  const tracer = provider.getTracer('varco', version)
  const spans = new Map<string, Span>()

  return {
    began: (requestId) => {
      spans.set(
        requestId,
        tracer.startSpan('request', { kind: SpanKind.SERVER, attributes: { 'varco.request': requestId } }),
      )
    },
    listener: (event, requestId) => {
      const span = requestId === undefined ? undefined : spans.get(requestId)
      if (span === undefined) return
      const { event: name, ...facts } = lineOf(event)
      const attributes = attributesOf(facts)
      span.addEvent(name, attributes)
      for (const key of ['login', 'tenant', 'client', 'upstream', 'idp']) {
        const value = attributes[key]
        if (value !== undefined) span.setAttribute(`varco.${key}`, value)
      }
    },
    answered: (requestId, { method, path, status }) => {
      const span = spans.get(requestId)
      if (span === undefined) return
      spans.delete(requestId)
      const route = routeOf(path)
      span.updateName(`${method} ${route}`)
      span.setAttributes({ 'http.request.method': method, 'http.route': route, 'http.response.status_code': status })
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
    close: () => provider.shutdown(),
  }
}
