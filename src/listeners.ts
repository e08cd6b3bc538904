/** Where a gateway listens: for the region's citizens and services, for cards, and for who operates it. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GatewayConfig } from './config/gateway-config.ts'
import { createCardServer, createProxiedCardServer } from './http/card-server.ts'
import { closeServer, listen } from './http/listening.ts'
import type { NationalSystems } from './national-systems.ts'

/** Where each really listens (a configured port 0 is any). */
export interface Addresses {
  readonly regional: AddressInfo
  readonly operations?: AddressInfo
  readonly cns?: AddressInfo
}

export interface Listeners {
  /** Throws a StartError where a port is taken. */
  open(): Promise<Addresses>
  /** Takes no new connection, lets the requests under way end, then closes the rest. */
  close(): Promise<void>
}

/** Milliseconds for a whole request: a form of 256 KB takes no quarter of a minute. */
const LONGEST_REQUEST = 15_000

/** `operations`: absent where another process answers for it. */
export const createListeners = (
  config: Pick<GatewayConfig, 'listen' | 'cns' | 'operations'>,
  {
    regional: answerRegional,
    card: answerCard,
    authorities,
    operations,
  }: {
    readonly regional: RequestListener
    readonly card: RequestListener
    readonly authorities: NationalSystems['authorities']
    readonly operations?: Server | undefined
  },
): Listeners => {
  const { cns } = config
  const regional = createServer(answerRegional)
  const card =
    cns &&
    (cns.handshake.by === 'varco'
      ? createCardServer(cns.handshake, authorities, answerCard)
      : createProxiedCardServer(cns.handshake.tls, answerCard))
  for (const server of [regional, ...(card ? [card] : [])]) server.requestTimeout = LONGEST_REQUEST
  return {
    open: async () => ({
      regional: await listen(regional, config.listen, 'listen'),
      ...(cns && card ? { cns: await listen(card, cns.listen, 'cns.listen') } : {}),
      ...(operations && { operations: await listen(operations, config.operations, 'operations.listen') }),
    }),
    close: async () => {
      await Promise.all([regional, ...(card ? [card] : []), ...(operations ? [operations] : [])].map(closeServer))
    },
  }
}
