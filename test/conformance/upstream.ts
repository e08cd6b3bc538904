/** What every upstream keeps, whatever national system stands behind it: the suite that each of them runs. */
import { describe, expect, it } from 'vitest'
import { runStrategy } from '../../src/upstream/run-strategy.ts'
import type { Pending, ServiceProvider, Upstream, UpstreamRequest } from '../../src/upstream/upstream.ts'

export interface UpstreamWorld {
  readonly upstream: Upstream
  /** A login of level 2 under way by this upstream. */
  readonly pending: Pending
  readonly sp: ServiceProvider
  /** Milliseconds since 1970 of the answer. */
  readonly now: number
  /** The provider's good answer to that login. */
  readonly good: () => UpstreamRequest
  /** Answers that must not be believed, by what is wrong with them. */
  readonly bad: Readonly<Record<string, () => UpstreamRequest>>
  /** The identity provider as the citizen names it: `Citizen.idp`. */
  readonly idp: string
}

/** `make` once for the suite; strategies are made anew for each run. */
export const upstreamConformance = (name: string, make: () => UpstreamWorld): void => {
  describe(`${name} as an upstream`, () => {
    const world = make()
    const { upstream, pending, sp, now } = world
    const run = (request: UpstreamRequest) => runStrategy(upstream.strategy(pending, sp), request)

    it('names its levels from the lowest, and offers a way in at each', () => {
      expect(upstream.levels.length).toBeGreaterThan(0)
      expect([...upstream.levels].sort()).toEqual(upstream.levels)
      for (const level of upstream.levels) expect(upstream.choices({ level })).not.toHaveLength(0)
    })

    it('finds each way in that it offers again, and no other', () => {
      for (const choice of upstream.choices({ level: pending.level })) {
        expect(choice.upstream).toBe(upstream.id)
        expect(choice.name).not.toMatch(/^$|^https?:/)
        const resolved = upstream.resolve(choice.idp)
        expect(resolved).toBeDefined()
        if (choice.idp !== undefined) expect(resolved?.idp?.entityId).toBe(choice.idp)
      }
      expect(upstream.resolve('https://nobody.example')).toBeUndefined()
    })

    it('begins by sending the browser away, with the RelayState and nothing about the service', async () => {
      const outcome = await run({ step: 'begin', now })
      if (outcome.kind !== 'redirect' && outcome.kind !== 'form') throw new Error(outcome.kind)
      const sent = outcome.kind === 'redirect' ? outcome.url : JSON.stringify(outcome.fields)
      expect(sent).toContain(pending.relayState)
      expect(sent).not.toContain(pending.clientId)
      expect(sent).not.toContain(pending.uid)
    })

    it('gives the certified person of a good answer, at no lower level than asked', async () => {
      const outcome = await run(world.good())
      if (outcome.kind !== 'verified') throw new Error(`${outcome.kind} ${JSON.stringify(outcome)}`)
      const { citizen, evidence } = outcome
      expect(citizen).toMatchObject({ upstream: upstream.id, idp: world.idp, authTime: Math.floor(now / 1000) })
      expect(citizen.level).toBeGreaterThanOrEqual(pending.level)
      expect(citizen.fiscalNumber ?? citizen.spidCode).toMatch(/^TINIT-[A-Z0-9]{16}$|^[A-Z]{2}\/[A-Z]{2}\//)
      expect(Object.values(citizen)).not.toContain('')
      expect(evidence.response).toBeTruthy()
    })

    it('says the same of the same answer, however many run at once', async () => {
      const answer = world.good()
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => run(answer)))
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
    })

    it.each(Object.keys(world.bad))('refuses %s, and does not throw', async (what) => {
      const outcome = await run((world.bad[what] as () => UpstreamRequest)())
      expect(outcome.kind).toBe('refused')
    })

    it('refuses an answer of the wrong kind, and it uses nothing up', async () => {
      const answer = await run(
        upstream.answer === 'form' ? { step: 'certificate', now, chain: [] } : { step: 'form', now, fields: {} },
      )
      expect(answer).toMatchObject({ kind: 'refused', authenticated: false })
    })
  })
}
