/** Runs a Passport strategy once, without Passport's sessions, middleware or global instance: design decision 2. */
import type { Strategy } from 'passport'
import { GatewayError } from '../errors.ts'
import type { Outcome, StrategyActions, UpstreamRequest } from './upstream.ts'

type Running = StrategyActions & { authenticate(request: UpstreamRequest): unknown }

/**
 * Resolves with what the strategy said. A `GatewayError` that it threw becomes an unauthenticated refusal; anything
 * else that it threw or gave to `error` rejects.
 */
export const runStrategy = (strategy: Strategy, request: UpstreamRequest): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const failed = (err: unknown) => {
      if (err instanceof GatewayError) resolve({ kind: 'refused', error: err, authenticated: false, evidence: {} })
      else reject(err)
    }
    const actions: StrategyActions = {
      redirect: (url, evidence) => resolve({ kind: 'redirect', url, evidence }),
      form: (action, fields, evidence) => resolve({ kind: 'form', action, fields, evidence }),
      success: (verified) => resolve({ kind: 'verified', ...verified }),
      fail: (refusal) => resolve({ kind: 'refused', ...refusal }),
      error: failed,
    }
    // a fresh object for each run, as Passport does: the actions of two requests never meet
    const running: Running = Object.assign(Object.create(strategy), actions)
    new Promise((done) => done(running.authenticate(request))).catch(failed)
  })
