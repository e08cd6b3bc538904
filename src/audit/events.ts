/** The closed list of what Varco reports about itself. No personal data in any of them: that is the register's. */
import type { ErrorCode } from '../errors.ts'

interface Step {
  readonly tenant: string
  readonly client: string
  readonly uid: string
}

export type AuditEvent =
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
        readonly detail?: string
      })
  | ({ readonly type: 'login.finished' } & Step & { readonly upstream: string; readonly level: 1 | 2 | 3 })
  | ({ readonly type: 'login.abandoned' } & Step & { readonly code?: ErrorCode })
  | { readonly type: 'login.cross_browser'; readonly tenant: string; readonly uid: string }
  | {
      readonly type: 'code.issued' | 'token.issued' | 'userinfo.read' | 'session.ended'
      readonly tenant: string
      readonly client?: string
    }
  | { readonly type: 'code.replayed'; readonly tenant: string }
  | { readonly type: 'oidc.refused'; readonly tenant: string; readonly client?: string; readonly error: string }
  | { readonly type: 'tenant.not_served'; readonly tenant: string; readonly reason: string }
  | { readonly type: 'tenant.keys_created'; readonly tenant: string; readonly kid: string }
  | { readonly type: 'idp.certificate_expired'; readonly idp: string; readonly notAfter: string }
  | { readonly type: 'header.stripped'; readonly header: string; readonly peer: string }

/** Events that a human must see: log level error (an alarm). */
export const alarms: ReadonlySet<AuditEvent['type']> = new Set(['tenant.not_served', 'code.replayed'])

export type Audit = (event: AuditEvent) => void
