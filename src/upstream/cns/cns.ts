/** CNS and TS-CNS: the health card with a chip, by TLS client certificate. docs/rules/cns.md. */
import type { Level } from '../../citizen/assurance.ts'
import type { Upstream } from '../upstream.ts'
import type { RevocationCheck } from './revocation.ts'
import { CnsStrategy } from './strategy.ts'
import type { TrustStore } from './trust.ts'

/**
 * @param trust the card CAs of this moment: the national list changes while the gateway runs.
 * @param revocation absent: a revoked card is not noticed.
 * @param startUrl origin (and path, if any) where `/t/{tenant}/cns?ticket=…` leads to the card listener.
 * @param name what citizens call the card here.
 * @param leastKeyBits the shortest RSA key of a card: 1024 had those until about 2018.
 * @param level what card and PIN are worth. No public rule says; section 5 proposes 3.
 */
export const createCns = ({
  trust,
  startUrl,
  name,
  level = 3,
  leastKeyBits = 1024,
  revocation,
}: {
  trust: () => TrustStore
  startUrl: string
  name: string
  level?: Level
  leastKeyBits?: number
  revocation?: RevocationCheck
}): Upstream => {
  return {
    id: 'cns',
    levels: [level],
    choices: (asked) => (asked.level <= level ? [{ upstream: 'cns', name }] : []),
    resolve: (idp) => (idp === undefined ? {} : undefined),
    answer: 'certificate',
    strategy: ({ tenant, relayState }) =>
      new CnsStrategy({
        trust: trust(),
        // The ticket is the RelayState: random, for this login only, and no name of anybody (section 6.3).
        url: `${startUrl}/t/${encodeURIComponent(tenant)}/cns?ticket=${encodeURIComponent(relayState)}`,
        level,
        leastKeyBits,
        ...(revocation !== undefined && { revocation }),
      }),
  }
}
