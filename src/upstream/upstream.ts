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
  readonly responseId?: string
  readonly assertionId?: string
}

/** What a SAML logout needs later (docs/rules/spid-saml.md section 6). */
export interface SamlSession {
  readonly idp: string
  readonly nameId: string
  readonly nameQualifier: string
  readonly sessionIndex: string
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
