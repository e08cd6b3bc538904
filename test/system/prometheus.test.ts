import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startGateway } from '../fixtures/gateway/start.ts'

const examples = join(import.meta.dirname, '../../docs/examples')
const rules = join(examples, 'prometheus-rules.yml')
const promtool = (...words: string[]) => spawnSync('promtool', words, { encoding: 'utf8' })

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly runbook: string }
}
const alerts: readonly Alert[] = parse(readFileSync(rules, 'utf8')).groups[0].rules
const dashboard = JSON.parse(readFileSync(join(examples, 'grafana-dashboard.json'), 'utf8'))
const panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[] =
  dashboard.panels
/** Without what Prometheus and Node say by themselves. */
const metricsIn = (expr: string) => [...expr.matchAll(/\bvarco_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''))

describe('the alarms for Prometheus', () => {
  let known: readonly string[]
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'varco-prometheus-'))
    const gateway = await startGateway()
    const text = await (await fetch(`${gateway.operations}/metrics`)).text()
    await gateway.close()
    known = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are rules that promtool accepts', () => {
    const { status, stdout, stderr } = promtool('check', 'rules', rules)
    expect(stdout + stderr).toContain(`${alerts.length} rules found`)
    expect(status).toBe(0)
  })

  it.each(alerts.map(({ alert, expr }) => [alert, expr]))('%s asks for metrics that a gateway has', (_, expr) => {
    expect(metricsIn(expr).filter((name) => !known.includes(name))).toEqual([])
  })

  it.each(panels.map(({ title, targets }) => [title, targets.map(({ expr }) => expr).join(' ')]))(
    'the dashboard’s panel "%s" asks for metrics that a gateway has',
    (_, expr) => {
      expect(metricsIn(expr).filter((name) => !known.includes(name))).toEqual([])
    },
  )

  it('each have a runbook line under their own heading of docs/operations.md', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(
      ([, title = '']) =>
        `operations.md#${title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    )
    expect(alerts.filter(({ annotations }) => !headings.includes(annotations.runbook))).toEqual([])
  })

  it('ring when they should and not before', () => {
    const tests = `rule_files: [${rules}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'varco_store_up{instance="a"}', values: '1x10 0x10' }
      - { series: 'varco_list_last_read_timestamp_seconds{list="spid_registry"}', values: '1x6000' }
      - { series: 'varco_logins_sent_total{upstream="spid",idp="quiet"}', values: '0+1x100' }
      - { series: 'varco_logins_returned_total{upstream="spid",idp="quiet",level="2"}', values: '7x100' }
      - { series: 'varco_logins_sent_total{upstream="spid",idp="well"}', values: '0+1x100' }
      - { series: 'varco_logins_returned_total{upstream="spid",idp="well",level="2"}', values: '0+1x100' }
    alert_rule_test:
      - { eval_time: 9m, alertname: VarcoStoreDown, exp_alerts: [] }
      - eval_time: 13m
        alertname: VarcoStoreDown
        exp_alerts:
          - exp_labels: { severity: critical, instance: a }
            exp_annotations: { summary: "The store does not answer a: nobody can log in", runbook: "operations.md#the-store-is-down" }
      - eval_time: 60m
        alertname: VarcoProviderSilent
        exp_alerts:
          - exp_labels: { severity: warning, upstream: spid, idp: quiet }
            exp_annotations: { summary: "Citizens go to spid quiet and nobody comes back", runbook: "operations.md#a-provider-fails" }
      - { eval_time: 60m, alertname: VarcoListOld, exp_alerts: [] }
`
    const file = join(folder, 'tests.yml')
    writeFileSync(file, tests)
    const { status, stdout, stderr } = promtool('test', 'rules', file)
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')])
  })
})
