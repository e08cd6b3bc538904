/** How long what a login makes may live. Written in seconds, in the region's file for all Comuni or in a tenant's own. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { block } from '../config/rules.ts'

/** Seconds. */
export interface Lifetimes {
  readonly code: number
  readonly accessToken: number
  readonly idToken: number
  /** From the authorization request to the code: the citizen may look for a telephone. */
  readonly interaction: number
  /** From the login, however often it is renewed. After level 1; after a higher one also never longer than a session. */
  readonly refreshToken: number
}

const defaultLifetimes: Lifetimes = {
  code: 60,
  accessToken: 600,
  idToken: 3600,
  interaction: 1800,
  refreshToken: 8 * 3600,
}

const between = (least: number, most: number) =>
  z
    .int(told('is not a whole number of seconds', `write ${least} to ${most}`))
    .min(least, told('is too short', `write ${least} to ${most} seconds`))
    .max(most, told('is too long', `write ${least} to ${most} seconds`))
    .exactOptional()

export const lifetimesSchema = block({
  code: between(30, 300),
  access_token: between(60, 3600),
  id_token: between(300, 8 * 3600),
  interaction: between(300, 3600),
  refresh_token: between(3600, 30 * 24 * 3600),
}).default({})
type LifetimesFile = z.output<typeof lifetimesSchema>

/** What a file leaves out is as the file above it says: the tenant's, the region's, Varco. */
export const lifetimesOf = (file: LifetimesFile, above: Lifetimes = defaultLifetimes): Lifetimes => ({
  code: file.code ?? above.code,
  accessToken: file.access_token ?? above.accessToken,
  idToken: file.id_token ?? above.idToken,
  interaction: file.interaction ?? above.interaction,
  refreshToken: file.refresh_token ?? above.refreshToken,
})
