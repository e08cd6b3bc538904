/**
 * What site software wants and a person has not: a name to log in with, an address for their mail. Made from `sub` and the
 * client, so that they stay the same at one service, say nothing of the person, and lead from one service to no other.
 */
import { createHash } from 'node:crypto'

export interface Holder {
  readonly sub: string
  readonly client: string
  /** Its id. */
  readonly tenant: string
}

const opaque = (what: 'username' | 'email', { sub, client }: Holder, length: number): string =>
  createHash('sha256').update(`varco-${what}-v1\0${client}\0${sub}`).digest('hex').slice(0, length)

/** Site software shows it, also in addresses of pages: never a tax code, a name or a mail address. 80 bits. */
export const opaqueUsername = (holder: Holder): string => `utente-${opaque('username', holder, 20)}`

/** No mail can ever be delivered to `.invalid` (RFC 6761 6.4). Small letters only: many programs fold them. */
export const substituteEmail = (holder: Holder): string =>
  `${opaque('email', holder, 32)}@noreply.${holder.tenant}.invalid`
