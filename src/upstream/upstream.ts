/** The one interface behind which every national system stands: a folder and a line in index.ts each. */
import type { KeyObject } from 'node:crypto'
import type { Strategy } from 'passport'
import type { Level } from '../citizen/assurance.ts'
import type { Citizen, UpstreamId } from '../citizen/citizen.ts'
import type { GatewayError } from '../errors.ts'

/** A way in that the login page can offer: each SPID provider, CIE, CNS. */
export interface Choice {
  readonly upstream: UpstreamId
  /** EntityID of the identity provider; absent where the upstream is one only (CNS). */
  readonly idp?: string
  /** The name citizens know: config/idp/names.yaml. */
  readonly name: string
}

/** Types of identity, by the letters of Avviso 18: docs/rules/spid-saml.md 4.5. */
export type Purpose = 'P' | 'LP' | 'PG' | 'PF' | 'PX'

/** What is fixed when a login begins and must still be true when its answer comes. Stored under the RelayState. */
export interface Pending {
  readonly relayState: string
  readonly tenant: string
  readonly uid: string
  readonly clientId: string
  readonly upstream: UpstreamId
  /** The chosen provider as it was when the login began: entityID, where to send the request, certificates (PEM). */
  readonly idp?: {
    readonly entityId: string
    readonly binding: 'redirect' | 'post'
    readonly ssoUrl: string
    readonly certificates: readonly string[]
  }
  readonly entityId: string
  readonly acsUrl: string
  readonly level: Level
  readonly attributeSet: { readonly index: number; readonly attributes: readonly string[] }
  /** Which identities of professionals and companies the client wants; absent: citizens (docs/rules/spid-saml.md 4.5). */
  readonly purpose?: Purpose
  /** In which the citizen reads: what goes wrong on the way back is said in it too. */
  readonly language?: string
  /** ID of the AuthnRequest, an NCName. */
  readonly requestId: string
  /** Milliseconds since 1970 when the request was made. */
  readonly issuedAt: number
}

/** What the tenant is towards the upstream. */
export interface ServiceProvider {
  readonly entityId: string
  readonly acsUrl: string
  readonly attributeSet: Pending['attributeSet']
  /** Absent for an upstream that signs no requests (CNS). */
  readonly signing?: SigningIdentity
}

/** A private key (kept parsed: parsing a PEM costs more than signing) and its certificate. */
export interface SigningIdentity {
  readonly key: KeyObject
  /** PEM. */
  readonly certificate: string
}

/** What a strategy is given: never a cookie, a tenant or a store. `now` is milliseconds since 1970. */
export type UpstreamRequest =
  | { readonly step: 'begin'; readonly now: number }
  | { readonly step: 'form'; readonly now: number; readonly fields: Readonly<Record<string, string>> }
  | { readonly step: 'certificate'; readonly now: number; readonly chain: readonly Buffer[] }

/** The exact messages, for the register. XML as sent or received; for CNS the certificate (PEM). */
export interface Evidence {
  readonly request?: string
  readonly response?: string
  /** As the sender wrote them, verified or not. */
  readonly responseId?: string
  readonly responseIssueInstant?: string
  readonly responseIssuer?: string
  readonly assertionId?: string
  readonly subject?: string
  readonly subjectNameQualifier?: string
  /** NN of the provider's `ErrorCode nrNN`, 1 for success. */
  readonly anomaly?: number
  /** Of a card: each check by its name, with `passed` or why not. */
  readonly checks?: readonly string[]
}

/** What a SAML logout needs later (docs/rules/spid-saml.md section 6). */
export interface SamlSession {
  readonly idp: string
  readonly nameId: string
  readonly nameQualifier: string
  readonly sessionIndex: string
}

/** Where a message of ours goes: by a redirect, or by a page that posts itself. */
export type Sent = Extract<Outcome, { kind: 'redirect' | 'form' }>

/** A message that came to our logout address. `query` is raw, without its question mark: the signature is over its octets. */
export type ReceivedLogout =
  | { readonly binding: 'redirect'; readonly query: string }
  | { readonly binding: 'post'; readonly fields: Readonly<Record<string, string>> }

interface LogoutMessage {
  readonly id: string
  /** EntityID of the provider that signed it. */
  readonly idp: string
  /** The exact message, for the register. */
  readonly xml: string
}

/** The provider ends a session of ours. */
export interface LogoutRequest extends LogoutMessage {
  readonly kind: 'request'
  /** Whose: without indexes all sessions of that NameID. `undefined`: it names nobody that we can read. */
  readonly departure: { readonly nameId: string; readonly sessionIndexes: readonly string[] } | undefined
  readonly binding: 'redirect' | 'post'
  /** To be given back with the answer. */
  readonly relayState?: string
}

/** The provider answers a LogoutRequest of ours. */
export interface LogoutResponse extends LogoutMessage {
  readonly kind: 'response'
  readonly inResponseTo: string | undefined
  /** `false`: the citizen may still be connected at the provider. */
  readonly complete: boolean
}

/** How a message of ours is made. */
export interface LogoutSender {
  readonly entityId: string
  readonly signing: SigningIdentity
  /** An NCName. */
  readonly id: string
  readonly now: number
}

/** docs/rules/spid-saml.md section 6. */
export interface SingleLogout {
  /** Levels after which the provider keeps a session of its own, so that there is something to end. */
  readonly levels: readonly Level[]
  /** What came to `destination`, from verified bytes only. Throws GatewayError: nothing of it may be believed then. */
  read(
    received: ReceivedLogout,
    at: { readonly destination: string; readonly now: number },
  ): LogoutRequest | LogoutResponse
  /** Where our LogoutRequest for this session would go. */
  addressOf(session: SamlSession): string | undefined
  /** Our LogoutRequest; `undefined` when the provider is not ours any more or takes none. */
  request(session: SamlSession, sender: LogoutSender): Sent | undefined
  /** Our LogoutResponse, by the binding of the request where the provider offers it; `undefined` when it takes none. */
  respond(request: LogoutRequest, sender: LogoutSender): Sent | undefined
}

export type Outcome =
  | { readonly kind: 'redirect'; readonly url: string; readonly evidence: Evidence }
  | {
      readonly kind: 'form'
      readonly action: string
      readonly fields: Readonly<Record<string, string>>
      readonly evidence: Evidence
    }
  | {
      readonly kind: 'verified'
      readonly citizen: Citizen
      readonly evidence: Evidence
      /** Ids that must never be accepted again, and until when (milliseconds): the assertion's. */
      readonly replay: { readonly ids: readonly string[]; readonly until: number }
      readonly logout?: SamlSession
    }
  /** `authenticated`: the refusal itself was signed by the provider, so it uses up the pending login. */
  | {
      readonly kind: 'refused'
      readonly error: GatewayError
      readonly authenticated: boolean
      readonly evidence: Evidence
    }

export interface Upstream {
  readonly id: UpstreamId
  /** Levels that it can prove, lowest first. */
  readonly levels: readonly Level[]
  /** In the registry's order: the page shuffles. */
  choices(request: { readonly level: Level }): readonly Choice[]
  /** The provider part of a pending login, or undefined when `idp` names none of ours. */
  resolve(idp: string | undefined): { readonly idp?: Pending['idp'] } | undefined
  /** Where the answers come back, for SAML upstreams `form`, for CNS `certificate`. */
  readonly answer: 'form' | 'certificate'
  strategy(pending: Pending, sp: ServiceProvider): Strategy
  /** Absent where no logout is awaited: CNS, and CIE (docs/rules/cie.md A6). */
  readonly logout?: SingleLogout
}

/** What a strategy may do inside `authenticate`, Passport's way: attached to it by run-strategy.ts, exactly one of them is called. */
export interface StrategyActions {
  redirect(url: string, evidence: Evidence): void
  /** A page that posts itself to `action`. */
  form(action: string, fields: Readonly<Record<string, string>>, evidence: Evidence): void
  success(verified: Omit<Extract<Outcome, { kind: 'verified' }>, 'kind'>): void
  fail(refusal: Omit<Extract<Outcome, { kind: 'refused' }>, 'kind'>): void
  /** A defect of ours, never the citizen's or the provider's: it rejects the run. */
  error(err: unknown): void
}
