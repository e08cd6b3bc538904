/** One /metrics for several processes: the primary adds up what each worker counted, as the `aggregator` of each metric says. */
import { AggregatorRegistry, Gauge, Registry } from 'prom-client'

/** In a worker: it answers the primary's questions from now on. */
export const answerPrimary = (registry: Registry): void => {
  AggregatorRegistry.setRegistries(registry)
  void new AggregatorRegistry()
}

/** In the primary. While a worker ends or starts it does not answer: then what all said last is said again. */
export const createWorkersMetrics = ({ wanted, running }: { wanted: number; running: () => number }) => {
  const asked = new AggregatorRegistry()
  const own = new Registry()
  const gauge = (name: string, help: string, value: () => number) => {
    const made: Gauge = new Gauge({ name, help, registers: [own], collect: () => made.set(value()) })
  }
  gauge('varco_workers_wanted', 'Processes that --workers asks for.', () => wanted)
  gauge('varco_workers_running', 'Processes that serve.', running)
  let last = ''
  return {
    text: async () => {
      last = await asked.clusterMetrics().catch(() => last)
      return `${last}\n${await own.metrics()}`
    },
    contentType: own.contentType,
  }
}
