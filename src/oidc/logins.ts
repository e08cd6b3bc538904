/** The steps of a login that meet the library: who waits for whom, and what becomes of it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Interaction } from 'oidc-provider'
import { classOfLevel, type Level } from '../citizen/assurance.ts'
import { type Citizen, nameOf } from '../citizen/citizen.ts'
import { amrOf, requestedLevel } from '../claims/acr.ts'
import { claimsAsked } from '../claims/request.ts'
import { subjectOf, userKeyOf } from '../claims/subject.ts'
import { GatewayError } from '../errors.ts'
import type { Client, Tenant } from '../tenant/tenant.ts'
import type { BegunBy } from './begun.ts'
import { SESSION } from './configuration.ts'
import type { Grants } from './grants.ts'
import type { ProviderSession } from './provider-sessions.ts'
import { longestRenewal } from './refresh.ts'
import { askedIn, stillRegistered } from './registered.ts'
import type { SessionEnds } from './session-end.ts'
import type { Obstacle, SingleSignOn } from './single-sign-on.ts'

/** One authorization request that waits for its citizen. */
export interface LoginUnderWay {
  readonly uid: string
  readonly client: Client
  /** When the service asked, milliseconds since 1970. */
  readonly since: number
  readonly level: Level
  /** Declared names of what the client will receive. */
  readonly claims: readonly string[]
  readonly uiLocales: string | undefined
  readonly idpHint: string | undefined
  /** Seconds for which the service may renew this login without the citizen, where it asks for that and may. */
  readonly renewableFor?: number
  /** Who is logged in with this browser, where single sign-on is on. */
  readonly present?: Present
}

export interface Present {
  /** Absent where their card bears none. */
  readonly name?: string
  /** Why another login is needed; absent: they may go on as they are. */
  readonly obstacle?: Obstacle | 'again'
}

/** What a login leaves for the moment at which the library meets the browser again. */
export interface Finished {
  readonly consent?: { readonly grantId?: string }
  readonly providerSession?: ProviderSession
}

/** Where the browser goes next. */
export interface Completed {
  readonly next: string
  /** Somebody else was logged in with this browser: that session has ended. */
  readonly another: boolean
}

/** `login_hint` for programs that can send no parameter of ours: `idp:` and the hint. */
const hintIn = (loginHint: string | undefined): string | undefined =>
  loginHint?.startsWith('idp:') ? loginHint.slice('idp:'.length) : undefined

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

const obstacleIn = ({ name, reasons }: Interaction['prompt']): Present['obstacle'] => {
  if (name !== 'login') return undefined
  return reasons.find((reason) => reason === 'level' || reason === 'data') ?? 'again'
}

export const createLogins = ({
  provider,
  tenant,
  clientOf,
  subjectKey,
  grants,
  ends,
  singleSignOn,
  begun,
}: {
  provider: Provider
  tenant: Tenant
  clientOf: (id: string) => Client | undefined
  subjectKey: Buffer
  grants: Grants
  ends: SessionEnds
  singleSignOn: SingleSignOn
  begun: BegunBy
}) => {
  /** The library refuses a login whose session has ended meanwhile, in another tab: here it goes on without one. */
  const readInteraction = async (req: IncomingMessage, res: ServerResponse): Promise<Interaction | undefined> => {
    const { cookies } = provider.createContext(req, res)
    const uid = cookies.get(provider.cookieName('interaction'), { signed: true })
    const interaction = uid === undefined ? undefined : await provider.Interaction.find(uid)
    if (interaction?.session === undefined) return interaction
    const session = await provider.Session.findByUid(interaction.session.uid)
    if (session?.accountId !== interaction.session.accountId) {
      interaction.session = undefined
      await interaction.persist()
    }
    return interaction
  }

  const read = new WeakMap<IncomingMessage, ReturnType<typeof readInteraction>>()
  /** Read once in a request. */
  const interactionOf = (req: IncomingMessage, res: ServerResponse): ReturnType<typeof readInteraction> => {
    const known = read.get(req) ?? readInteraction(req, res)
    read.set(req, known)
    return known
  }

  /** What becomes of it; resolves with where the browser goes next. Throws `interaction_expired`. */
  const settle = async (req: IncomingMessage, res: ServerResponse, result: NonNullable<Interaction['result']>) => {
    const interaction = await interactionOf(req, res)
    if (interaction === undefined) throw new GatewayError('interaction_expired')
    interaction.result = result
    await interaction.persist()
    return interaction.returnTo
  }

  const presentIn = async (req: IncomingMessage, { session, prompt }: Interaction): Promise<Present | undefined> => {
    const login = session && (await singleSignOn.loginOf(req, session))
    if (login === undefined) return undefined
    const [name, obstacle] = [nameOf(login.citizen), obstacleIn(prompt)]
    return { ...(name !== undefined && { name }), ...(obstacle !== undefined && { obstacle }) }
  }

  const underWay = async (req: IncomingMessage, res: ServerResponse): Promise<LoginUnderWay | undefined> => {
    const interaction = await interactionOf(req, res)
    const since = interaction && begun.at(req, interaction)
    if (interaction === undefined || since === undefined) return undefined
    const { params, uid } = interaction
    const client = stillRegistered(askedIn(params), clientOf)
    const present = await presentIn(req, interaction)
    const level = requestedLevel({
      acrValues: text(params.acr_values),
      claims: text(params.claims),
      minLevel: client.minLevel,
    })
    // the library has taken the scope out where the client may not
    const offline = text(params.scope)?.split(' ').includes('offline_access')
    return {
      uid,
      client,
      since,
      level,
      claims: claimsAsked(client, params),
      uiLocales: text(params.ui_locales),
      idpHint: text(params.idp_hint) ?? hintIn(text(params.login_hint)),
      ...(offline && {
        renewableFor: longestRenewal(level, { most: tenant.lifetimes.refreshToken, session: SESSION }),
      }),
      ...(present && { present }),
    }
  }

  /**
   * Another person than the one of this browser's session: the library would show a form of its own. The old session
   * ends, the one that the login began with and the one that another tab has opened since. Resolves with whether one did.
   */
  const makeRoomFor = async (req: IncomingMessage, res: ServerResponse, interaction: Interaction, sub: string) => {
    const here = await provider.Session.get(provider.createContext(req, res))
    const earlier = interaction.session && (await provider.Session.findByUid(interaction.session.uid))
    const others = [here, ...(earlier && earlier.uid !== here.uid ? [earlier] : [])].filter(
      ({ accountId }) => accountId !== undefined && accountId !== sub,
    )
    for (const session of others) await ends.endHere(req, res, session, { why: 'other_person' })
    if (interaction.session !== undefined && interaction.session.accountId !== sub) {
      interaction.session = undefined
      await interaction.persist()
    }
    return others.length > 0
  }

  return {
    underWay,

    async complete(
      req: IncomingMessage,
      res: ServerResponse,
      citizen: Citizen,
      providerSession?: ProviderSession,
    ): Promise<Completed> {
      const userKey = userKeyOf(citizen)
      if (userKey === undefined) throw new GatewayError('saml_fiscal_number_invalid')
      const interaction = await interactionOf(req, res)
      if (interaction === undefined) throw new GatewayError('interaction_expired')
      const client = stillRegistered(askedIn(interaction.params), clientOf)
      // an empty claim would look like a mistake of ours: who has none is told before the service is
      if (citizen.fiscalNumber === undefined && client.claims.includes('fiscal_number')) {
        throw new GatewayError('eidas_fiscal_number_needed')
      }
      const sub = subjectOf(subjectKey, tenant.sector, userKey)
      const another = await makeRoomFor(req, res, interaction, sub)
      const grantId = await grants.create({ sub, citizen }, client, interaction.params.scope)
      const result = {
        login: {
          accountId: sub,
          acr: classOfLevel(citizen.level),
          amr: amrOf(citizen),
          ts: citizen.authTime,
          // the session ends with the browser too: the next person at a shared computer opens another
          remember: false,
        },
        consent: { grantId },
        select_account: {},
        providerSession,
      }
      return { next: await settle(req, res, result), another }
    },

    /** The person of the session goes on to the service. Whether they may is for the policy to say, again. */
    proceed: (req: IncomingMessage, res: ServerResponse): Promise<string> =>
      settle(req, res, { consent: {}, select_account: {} }),

    refuse: (req: IncomingMessage, res: ServerResponse, error: string): Promise<string> => settle(req, res, { error }),
  }
}
