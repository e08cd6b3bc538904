/** The verified person of one login, kept beside its grant: a later login never changes what an earlier token says (design 5). */
import type { Citizen } from '../citizen/citizen.ts'
import type { Records } from '../store/sealed.ts'

export interface LoginRecord {
  readonly sub: string
  readonly citizen: Citizen
  /** What the client declared when the person logged in. */
  readonly declared: readonly string[]
}

export const loginRecords = (records: Records) => ({
  put: (grantId: string, login: LoginRecord, ttl: number) => records.put('Login', grantId, login, ttl),
  get: (grantId: string) => records.get<LoginRecord>('Login', grantId),
})
