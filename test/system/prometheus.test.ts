import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createWorkersMetrics } from '../../src/operations/workers-metrics.ts'
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
    const ofWorkers = await createWorkersMetrics({ wanted: 2, running: () => 2 }).text()
    known = [...`${text}${ofWorkers}`.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)
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

  const resultOf = (tests: string) => {
    const file = join(folder, 'tests.yml')
    writeFileSync(file, tests)
    const { status, stdout, stderr } = promtool('test', 'rules', file)
    return [status, stdout + stderr]
  }

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
      - { series: 'varco_list_last_read_timestamp_seconds{list="trust_list",instance="a"}', values: '0x6000' }
      - { series: 'varco_register_up{instance="a"}', values: '1x10 0x100' }
      # counters that are there only with their first event
      - { series: 'varco_alarms_total{event="tenant.not_served"}', values: '_x10 1x100' }
      - { series: 'varco_alarms_total{event="register.damaged"}', values: '_x10 1x100' }
      - { series: 'varco_alarms_total{event="revocation.grace"}', values: '_x10 1x100' }
      - { series: 'varco_logins_refused_total{upstream="spid",idp="strict",code="idp_request_rejected",authenticated="true"}', values: '_x10 1x100' }
      - { series: 'varco_logins_refused_total{upstream="spid",idp="one",code="saml_conditions_invalid",authenticated="true"}', values: '_x10 1x100' }
      - { series: 'varco_logins_refused_total{upstream="spid",idp="two",code="saml_conditions_invalid",authenticated="true"}', values: '_x10 1x100' }
      - { series: 'varco_logins_sent_total{upstream="spid",idp="first"}', values: '0+1x100' }
      - { series: 'varco_logins_returned_total{upstream="spid",idp="first",level="2"}', values: '_x50 1x100' }
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
      - eval_time: 61m
        alertname: VarcoListNeverRead
        exp_alerts:
          - exp_labels: { severity: warning, list: trust_list, instance: a }
            exp_annotations: { summary: "trust_list could not be read since a started: an older copy is in use, or none", runbook: "operations.md#a-national-list-is-old" }
      - { eval_time: 9m, alertname: VarcoRegisterFails, exp_alerts: [] }
      - eval_time: 60m
        alertname: VarcoRegisterFails
        exp_alerts:
          - exp_labels: { severity: critical, instance: a }
            exp_annotations: { summary: "The register cannot be written: logins are refused, or go unrecorded where the configuration says so", runbook: "operations.md#the-register-cannot-be-written" }
      - { eval_time: 9m, alertname: VarcoTenantNotServed, exp_alerts: [] }
      - eval_time: 15m
        alertname: VarcoTenantNotServed
        exp_alerts:
          - exp_labels: { severity: critical, event: tenant.not_served }
            exp_annotations: { summary: "A tenant is not served: its keys are missing or its file is wrong", runbook: "operations.md#a-tenant-is-not-served" }
      - { eval_time: 30m, alertname: VarcoTenantNotServed, exp_alerts: [] }
      - eval_time: 60m
        alertname: VarcoAlarm
        exp_alerts:
          - exp_labels: { severity: warning, event: revocation.grace }
            exp_annotations: { summary: "revocation.grace: see docs/events.md", runbook: "operations.md#another-alarm" }
      - eval_time: 60m
        alertname: VarcoRegisterDamaged
        exp_alerts:
          - exp_labels: { severity: critical, event: register.damaged }
            exp_annotations: { summary: "The register is not as it was written, or a day cannot be closed: register.damaged", runbook: "operations.md#the-register-is-damaged" }
      - eval_time: 15m
        alertname: VarcoRequestsRejected
        exp_alerts:
          - exp_labels: { severity: critical, upstream: spid, idp: strict, code: idp_request_rejected, authenticated: "true" }
            exp_annotations: { summary: "strict refuses our requests (codes 8 to 18)", runbook: "operations.md#a-provider-refuses-our-requests" }
      - eval_time: 15m
        alertname: VarcoClockDrift
        exp_alerts:
          - exp_labels: { severity: critical }
            exp_annotations: { summary: "Several providers' answers are from the wrong time: it is our clock", runbook: "operations.md#the-clock-is-wrong" }
`
    expect(resultOf(tests)).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('ring when nobody logs in by day, and by night do not', () => {
    // the last login was on Monday, the 5th of January 1970, at 8 o'clock; then it is 8:30, 9:30 and 20:00
    const tests = `rule_files: [${rules}]
evaluation_interval: 10m
tests:
  - interval: 5m
    input_series:
      - { series: 'varco_last_login_timestamp_seconds{instance="a"}', values: '374400x1500' }
    alert_rule_test:
      - { eval_time: 6270m, alertname: VarcoNobodyLogsIn, exp_alerts: [] }
      - eval_time: 6330m
        alertname: VarcoNobodyLogsIn
        exp_alerts:
          - exp_labels: { severity: critical }
            exp_annotations: { summary: "Nobody has logged in for an hour of a working day", runbook: "operations.md#nobody-logs-in" }
      - { eval_time: 6960m, alertname: VarcoNobodyLogsIn, exp_alerts: [] }
`
    expect(resultOf(tests)).toEqual([0, expect.stringContaining('SUCCESS')])
  })
})
