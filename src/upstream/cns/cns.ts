/** CNS and TS-CNS: the health card with a chip, by TLS client certificate. docs/rules/cns.md. */
import type { Level } from '../../citizen/assurance.ts'
import type { Upstream } from '../upstream.ts'
import { CnsStrategy } from './strategy.ts'
import { createTrustStore } from './trust.ts'

/**
 * @param trust PEM certificates of the card CAs; throws when one cannot be read.
 * @param startUrl origin (and path, if any) where `/t/{tenant}/cns?ticket=…` leads to the card listener.
 * @param name what citizens call the card here.
 * @param level what card and PIN are worth. No public rule says; section 5 proposes 3.
 */
export const createCns = ({
  trust,
  startUrl,
  name,
  level = 3,
}: {
  trust: readonly string[]
  startUrl: string
  name: string
  level?: Level
}): Upstream => {
  const store = createTrustStore(trust)
  return {
    id: 'cns',
    levels: [level],
    choices: (asked) => (asked.level <= level ? [{ upstream: 'cns', name }] : []),
    resolve: (idp) => (idp === undefined ? {} : undefined),
    answer: 'certificate',
    strategy: ({ tenant, relayState }) =>
      new CnsStrategy({
        trust: store,
        // The ticket is the RelayState: random, for this login only, and no name of anybody (section 6.3).
        url: `${startUrl}/t/${encodeURIComponent(tenant)}/cns?ticket=${encodeURIComponent(relayState)}`,
        level,
      }),
  }
}
