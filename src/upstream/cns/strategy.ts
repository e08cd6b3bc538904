/** The card as a Passport strategy: send the browser to the host that asks for a certificate, then judge what it shows. */
import passport from 'passport'
import type { Level } from '../../citizen/assurance.ts'
import { GatewayError } from '../../errors.ts'
import type { Evidence, StrategyActions, UpstreamRequest } from '../upstream.ts'
import { type Card, cardChecks, pathOf, readCard } from './checks.ts'
import { citizenOf } from './citizen.ts'
import type { RevocationCheck } from './revocation.ts'
import type { TrustStore } from './trust.ts'

export interface CnsOptions {
  readonly trust: TrustStore
  /** Where a card login starts, ticket included. */
  readonly url: string
  /** What a card login is worth. */
  readonly level: Level
  /** The shortest RSA key of a card, in bits. */
  readonly leastKeyBits: number
  /** Absent: a revoked card is not noticed. */
  readonly revocation?: RevocationCheck
}

export class CnsStrategy extends passport.Strategy {
  override readonly name = 'cns'
  readonly options: CnsOptions

  constructor(options: CnsOptions) {
    super()
    this.options = options
  }

  // The parameter is as wide as that of the class it overrides, which Passport's types tie to Express.
  override authenticate(request: unknown): void | Promise<void> {
    const actions = this as unknown as StrategyActions
    const given = request as UpstreamRequest
    if (given.step === 'begin') actions.redirect(this.options.url, {})
    else if (given.step === 'certificate') return this.judge(given.chain, given.now, actions)
    else throw new GatewayError('request_malformed', 'a card login is not answered by a form')
  }

  /** No card, or none that can be read, is thrown: nothing was proved, the login may go on with another try. */
  private async judge(chain: readonly Buffer[], now: number, actions: StrategyActions): Promise<void> {
    const { trust, level, leastKeyBits, revocation } = this.options
    const card = readCard(chain, { trust, leastKeyBits, now })
    const checks: string[] = []
    const error = await refusalOf(card, revocation, checks)
    const evidence: Evidence = { response: card.certificate.x509.toString(), checks }
    if (error) actions.fail({ error, authenticated: true, evidence })
    else actions.success({ citizen: citizenOf(card, level), evidence, replay: { ids: [], until: 0 } })
  }
}

/** Writes what it finds into `checks`. Revocation last: only a card that is right in all else makes the gateway call anybody. */
const refusalOf = async (
  card: Card,
  revocation: RevocationCheck | undefined,
  checks: string[],
): Promise<GatewayError | undefined> => {
  let current = ''
  try {
    for (const check of cardChecks) {
      current = check.name
      check(card)
      checks.push(`${current}: passed`)
    }
    current = 'revocation'
    const said = await revocation?.(card.certificate, pathOf(card), card.now)
    checks.push(`${current}: ${said?.join('; ') ?? 'not asked'}`)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    checks.push(`${current}: ${error.code}`)
    return error
  }
  return undefined
}
