/** The closed list of what Varco reports about itself. No personal data in any of them: that is the register's. */
import type { ErrorCode } from '../errors.ts'

interface Step {
  readonly tenant: string
  readonly client: string
  readonly uid: string
}

interface SingleLogout {
  readonly tenant: string
  readonly upstream: string
  readonly idp: string
}

interface BackchannelLogout {
  readonly tenant: string
  readonly client: string
  /** The first is 1. */
  readonly attempt: number
}

/** Who ended a session: its citizen, another person in the same browser, the identity provider, an operator. */
export type SessionEnd = 'logout' | 'other_person' | 'provider' | 'revoked'

/** Why a request for a card page was not taken for the proxy's. */
export type ProxyFault =
  | 'address'
  | 'secret'
  | 'header twice'
  | 'header too large'
  | 'header malformed'
  | 'no handshake'

/** What a neighbourhood did too often: src/http/rate-limit.ts. */
export type LimitedUse = 'login' | 'choice' | 'pushed' | 'answer' | 'card' | 'client'

/** What the register reports about itself. */
export type RegisterEvent =
  /** Nothing can be written; told once, and again when the reason is another one. */
  | { readonly type: 'register.failed'; readonly reason: string; readonly logins: 'refused' | 'unrecorded' }
  | { readonly type: 'register.recovered'; readonly seconds: number; readonly lost: number }
  | { readonly type: 'register.repaired'; readonly day: string; readonly chain: string; readonly bytes: number }
  | {
      readonly type: 'register.anchored'
      readonly day: string
      readonly chains: number
      readonly records: number
      readonly sha256: string
    }
  /** A chain is not as it was written. `varco register verify` says more. */
  | { readonly type: 'register.damaged'; readonly day: string; readonly chain: string; readonly finding: string }
  | { readonly type: 'register.dropped'; readonly day: string; readonly records: number }
  /** So many days would be dropped at once that the clock may be wrong. */
  | { readonly type: 'register.retention_held'; readonly days: number; readonly oldest: string }
  /** Closing a day did not work; it is tried again. */
  | { readonly type: 'register.not_closed'; readonly reason: string }
  | { readonly type: 'register.key_created'; readonly id: string; readonly fingerprint: string }

export type AuditEvent =
  | RegisterEvent
  | ({ readonly type: 'login.started' } & Step & { readonly level: 1 | 2 | 3 })
  | ({ readonly type: 'login.sent' } & Step & {
        readonly upstream: string
        readonly idp?: string
        readonly level: 1 | 2 | 3
      })
  | ({ readonly type: 'login.returned' } & Step & {
        readonly upstream: string
        readonly idp?: string
        readonly level: 1 | 2 | 3
      })
  | ({ readonly type: 'login.refused' } & Partial<Step> & {
        readonly upstream?: string
        readonly idp?: string
        readonly code: ErrorCode
        /** `false`: anybody may have sent it. */
        readonly authenticated: boolean
        readonly detail?: string
      })
  | ({ readonly type: 'login.finished' } & Step & { readonly upstream: string; readonly level: 1 | 2 | 3 })
  | ({ readonly type: 'login.left' } & Step)
  | ({ readonly type: 'login.abandoned' } & Step & { readonly code?: ErrorCode })
  | { readonly type: 'login.cross_browser'; readonly tenant: string; readonly uid: string }
  | { readonly type: 'code.issued' | 'token.issued'; readonly tenant: string; readonly client?: string }
  /** Single sign-on: a service was let in by the session, without another login. */
  | { readonly type: 'session.used'; readonly tenant: string; readonly client: string; readonly level: 1 | 2 | 3 }
  | { readonly type: 'session.ended'; readonly tenant: string; readonly why: SessionEnd }
  /** `varco sessions end`: everything of one person at a tenant. */
  | { readonly type: 'person.revoked'; readonly tenant: string; readonly sessions: number; readonly grants: number }
  /** Back-channel logout of one client. `failed` comes again after `retryIn` seconds, `given_up` does not. */
  | ({ readonly type: 'backchannel.delivered' } & BackchannelLogout)
  | ({ readonly type: 'backchannel.failed' } & BackchannelLogout & {
        readonly reason: string
        readonly retryIn: number
      })
  | ({ readonly type: 'backchannel.given_up' } & BackchannelLogout & { readonly reason: string })
  /** Single logout with a provider: `sent` and `returned` are ours and its answer, `received` and `answered` a provider's and ours. */
  | ({ readonly type: 'logout.sent' | 'logout.answered' } & SingleLogout)
  | ({ readonly type: 'logout.received' } & SingleLogout & {
        /** How many sessions here it ended. */
        readonly ended: number
      })
  | ({ readonly type: 'logout.returned' } & SingleLogout & { readonly complete: boolean })
  | {
      readonly type: 'logout.refused'
      readonly tenant: string
      readonly upstream: string
      readonly code: ErrorCode
      readonly detail?: string
    }
  | {
      readonly type: 'code.replayed' | 'refresh_token.replayed'
      readonly tenant: string
      readonly client?: string
    }
  | {
      readonly type: 'oidc.refused'
      readonly tenant: string
      readonly client?: string
      readonly error: string
      /** Why a program was not let in: what its webmaster asks the help desk. */
      readonly detail?: string
    }
  /** A request that ended in an error page or JSON. The cause of a status of 500 or more is in the log beside it. */
  | ({ readonly type: 'request.refused' } & Partial<Step> & {
        readonly code: ErrorCode
        readonly status: number
        readonly detail?: string
      })
  | { readonly type: 'tenant.not_served'; readonly tenant: string; readonly reason: string }
  | { readonly type: 'tenant.keys_created'; readonly tenant: string; readonly kid: string }
  | { readonly type: 'tenant.keys_changed'; readonly tenant: string; readonly epoch: number; readonly kid: string }
  | { readonly type: 'tenant.keys_not_rotated'; readonly tenant: string; readonly reason: string }
  /** Without a tenant: nobody's. */
  | { readonly type: 'tenant.keys_unreadable'; readonly tenant?: string; readonly reason: string }
  /** Other tenants are served from now on; those not named are served on as they were. */
  | {
      readonly type: 'tenants.reloaded'
      /** Name of the operator's account, `signal` or `poll`. */
      readonly by: string
      /** Of all tenants, as `varco status` shows it. */
      readonly hash: string
      readonly added: readonly string[]
      readonly changed: readonly string[]
      readonly removed: readonly string[]
    }
  /** What an operator wants stands otherwise in the folder of this gateway: nothing was changed. */
  | { readonly type: 'tenants.differ'; readonly by: string; readonly tenants: readonly string[] }
  /** The folder or the region's file cannot be read, or state_dir not written: nothing was changed. */
  | { readonly type: 'tenants.not_reloaded'; readonly reason: string }
  /** `kept`: it is served as it last was. Otherwise it never was, and is not now. */
  | {
      readonly type: 'tenant.broken'
      readonly tenant?: string
      readonly file: string
      readonly reason: string
      readonly kept: boolean
    }
  | { readonly type: 'tenant.mended'; readonly file: string }
  /** Its last good version could not be written down: a restart would not find it. */
  | { readonly type: 'tenant.not_kept'; readonly tenant: string; readonly reason: string }
  | {
      readonly type: 'certificate.expiring'
      readonly use: 'spid' | 'cie' | 'cns'
      /** Absent for the region's. */
      readonly tenant?: string
      readonly sha256: string
      readonly notAfter: string
      /** Negative once it has expired. */
      readonly daysLeft: number
    }
  | { readonly type: 'idp.certificate_expired'; readonly idp: string; readonly notAfter: string }
  | {
      readonly type: 'registry.updated'
      readonly origin: 'source' | 'copy'
      /** EntityIDs. */
      readonly added: readonly string[]
      readonly removed: readonly string[]
      /** Certificates by their SHA-256, addresses with their binding. */
      readonly changed: readonly {
        readonly idp: string
        readonly certificates?: { readonly added: readonly string[]; readonly removed: readonly string[] }
        readonly addresses?: { readonly added: readonly string[]; readonly removed: readonly string[] }
      }[]
    }
  | { readonly type: 'registry.refused'; readonly origin: 'source' | 'copy'; readonly reason: string }
  | { readonly type: 'registry.not_kept'; readonly reason: string }
  | {
      readonly type: 'trust_list.updated'
      readonly origin: 'source' | 'copy'
      /** TSLSequenceNumber. */
      readonly sequence: number
      /** Card authorities, by name and the beginning of their SHA-256. */
      readonly added: readonly string[]
      readonly removed: readonly string[]
    }
  | { readonly type: 'trust_list.refused'; readonly origin: 'source' | 'copy'; readonly reason: string }
  | { readonly type: 'trust_list.outdated'; readonly sequence: number; readonly nextUpdate: string }
  | { readonly type: 'trust_list.not_kept'; readonly reason: string }
  | {
      readonly type: 'revocation.source_failed'
      readonly source: 'ocsp' | 'crl'
      readonly url: string
      readonly reason: string
    }
  | { readonly type: 'revocation.grace'; readonly url: string; readonly nextUpdate: string }
  /** An operator switched maintenance on, or paused a way in (`spid`) or one provider (its entityID); each gateway reports it when it sees it. */
  | {
      readonly type: 'switch.on'
      readonly target: string
      readonly until: string
      readonly reason: string
      /** Name of the operator's account on the machine. */
      readonly by: string
    }
  | { readonly type: 'switch.off'; readonly target: string }
  /** `saml.verification: both`: one engine accepts a signature that the other does not. The message is refused. */
  | {
      readonly type: 'signature.engines_disagree'
      /** Name of the element. */
      readonly element: string
      readonly fast: 'verified' | 'refused'
      readonly nodeSaml: 'verified' | 'refused'
    }
  | { readonly type: 'header.stripped'; readonly header: string }
  /** Once in a window for each neighbourhood; which one it is nobody is told. */
  | { readonly type: 'limit.reached'; readonly tenant: string; readonly limit: LimitedUse }
  | { readonly type: 'card_proxy.refused'; readonly reason: ProxyFault }

/** Events that a human must see: log level error (an alarm). */
export const alarms: ReadonlySet<AuditEvent['type']> = new Set([
  'tenant.not_served',
  'tenant.broken',
  'tenant.not_kept',
  'tenants.differ',
  'tenants.not_reloaded',
  'tenant.keys_not_rotated',
  'tenant.keys_unreadable',
  'code.replayed',
  'backchannel.given_up',
  'refresh_token.replayed',
  'registry.refused',
  'registry.not_kept',
  'trust_list.refused',
  'trust_list.outdated',
  'trust_list.not_kept',
  'revocation.grace',
  'card_proxy.refused',
  'signature.engines_disagree',
  'register.failed',
  'register.damaged',
  'register.retention_held',
  'register.not_closed',
])

export type Audit = (event: AuditEvent) => void
export type ReportRegister = (event: RegisterEvent) => void
