/**
 * Some software forgets after a while that it asked (`state_lifetime`), and refuses who comes back then, after all the trouble
 * of a login. So who has stayed too long is told before they set out, once; whether it is true only the service knows.
 */
import type { LoginUnderWay } from '../oidc/logins.ts'

/** `now`: milliseconds since 1970. */
export const isForgotten = ({ client, since }: Pick<LoginUnderWay, 'client' | 'since'>, now: number): boolean =>
  client.stateLifetime !== undefined && now > since + client.stateLifetime * 1000
