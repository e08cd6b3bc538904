/**
 * Which browser began a login, and when. It stands in the library's own record of the login: one to write and one to
 * read, and gone together. docs/design/0003.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { AdapterPayload, Interaction } from 'oidc-provider'
import { GatewayError } from '../errors.ts'
import { recordsOfGrant } from './adapter.ts'
import type { Finished } from './logins.ts'
import type { ReadAhead } from './read-ahead.ts'
import { type Asked, askedIn } from './registered.ts'

interface Begun {
  /** SHA-256 of the browser's name. */
  readonly browser: string
  /** Milliseconds since 1970. */
  readonly at: number
}

type WithBegun = { begun?: Begun }

/** To be called before there is any interaction: the library looks once at which fields it keeps. */
export const keepBegun = ({ Interaction }: Provider): void => {
  const fields = [...Interaction.IN_PAYLOAD, 'begun' satisfies keyof WithBegun]
  Object.defineProperty(Interaction, 'IN_PAYLOAD', { value: fields })
}

export const createBegun = ({
  browserOf,
  now,
}: {
  browserOf: (req: IncomingMessage) => string | undefined
  now: () => number
}) => {
  const fingerprintOf = (req: IncomingMessage) =>
    createHash('sha256')
      .update(browserOf(req) ?? '')
      .digest('base64url')
  return {
    /** This browser begins it, now. */
    mark: (req: IncomingMessage, interaction: Interaction & WithBegun): void => {
      interaction.begun = { browser: fingerprintOf(req), at: now() }
    },
    /** When this browser began it; undefined where it did not. */
    at: (req: IncomingMessage, { begun }: (Interaction | AdapterPayload) & WithBegun): number | undefined =>
      browserOf(req) !== undefined && begun?.browser === fingerprintOf(req) ? begun.at : undefined,
  }
}
export type BegunBy = ReturnType<typeof createBegun>

/**
 * Whom the login is for that goes back to the library, where this is the browser that began it. Its cookies alone do not say
 * so: src/http/browser.ts.
 *
 * @throws GatewayError `login_browser_mismatch`, `interaction_expired`
 */
export const createResumedFor =
  ({
    provider,
    begun,
    browserOf,
    ahead: { records, give, ask },
  }: {
    provider: Provider
    begun: BegunBy
    browserOf: (req: IncomingMessage) => string | undefined
    ahead: ReadAhead
  }) =>
  async (req: IncomingMessage, res: ServerResponse, uid: string): Promise<Asked> => {
    const { cookies } = provider.createContext(req, res)
    const resumed = cookies.get(provider.cookieName('resume'), { signed: true })
    // the library goes by this cookie alone, and another host of the domain may have set it
    if (resumed !== undefined && resumed !== uid) throw new GatewayError('login_browser_mismatch')
    const interaction = await records.get<AdapterPayload>('Interaction', uid)
    // a browser that began anything has a name; whose it was that is over nobody can say
    if (interaction === undefined && browserOf(req)) throw new GatewayError('interaction_expired')
    if (interaction === undefined || begun.at(req, interaction) === undefined)
      throw new GatewayError('login_browser_mismatch')
    give(req, ['Interaction', uid], interaction)
    const { grantId } = (interaction.result as Finished | undefined)?.consent ?? {}
    if (grantId !== undefined) ask(req, recordsOfGrant(grantId))
    return askedIn(interaction.params ?? {})
  }
