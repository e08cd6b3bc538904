import passport from 'passport'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../src/errors.ts'
import { runStrategy } from '../../../src/upstream/run-strategy.ts'
import type { StrategyActions } from '../../../src/upstream/upstream.ts'

const strategy = (act: (actions: StrategyActions, request: unknown) => unknown) => {
  class Probe extends passport.Strategy {
    override authenticate(request: unknown): unknown {
      return act(this as unknown as StrategyActions, request)
    }
  }
  return new Probe()
}
const begin = { step: 'begin', now: 1 } as const
const error = new GatewayError('idp_cancelled')

describe('a strategy', () => {
  it('answers by a redirect, a form or a refusal, with its evidence', async () => {
    const evidence = { request: '<a/>' }
    expect(
      await runStrategy(
        strategy((actions) => actions.redirect('https://idp.example', evidence)),
        begin,
      ),
    ).toEqual({
      kind: 'redirect',
      url: 'https://idp.example',
      evidence,
    })
    expect(
      await runStrategy(
        strategy((actions) => actions.form('https://idp.example', { a: 'b' }, evidence)),
        begin,
      ),
    ).toEqual({ kind: 'form', action: 'https://idp.example', fields: { a: 'b' }, evidence })
    expect(
      await runStrategy(
        strategy((actions) => actions.fail({ error, authenticated: true, evidence })),
        begin,
      ),
    ).toEqual({ kind: 'refused', error, authenticated: true, evidence })
  })

  it('is given the request, and a fresh object for each run', async () => {
    const seen: unknown[] = []
    const probe = strategy((actions, request) => {
      seen.push(request, actions)
      actions.redirect('', {})
    })
    await runStrategy(probe, begin)
    await runStrategy(probe, begin)
    expect(seen[0]).toBe(begin)
    expect(seen[1]).not.toBe(seen[3])
    expect(probe).not.toHaveProperty('redirect')
  })

  it('that throws a GatewayError, now or later, refuses without the provider’s word', async () => {
    const refused = { kind: 'refused', error, authenticated: false, evidence: {} }
    const throws = strategy(() => {
      throw error
    })
    expect(await runStrategy(throws, begin)).toEqual(refused)
    expect(
      await runStrategy(
        strategy(() => Promise.reject(error)),
        begin,
      ),
    ).toEqual(refused)
    expect(
      await runStrategy(
        strategy((actions) => actions.error(error)),
        begin,
      ),
    ).toEqual(refused)
  })

  it('that fails otherwise rejects: a defect is never shown as a refusal', async () => {
    const defect = new TypeError('x')
    await expect(
      runStrategy(
        strategy(() => Promise.reject(defect)),
        begin,
      ),
    ).rejects.toBe(defect)
    await expect(
      runStrategy(
        strategy((actions) => actions.error(defect)),
        begin,
      ),
    ).rejects.toBe(defect)
  })
})
