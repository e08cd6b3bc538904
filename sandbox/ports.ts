/** Seven ports on the loopback address, one for each part of the demo. */

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

/** In this order from the base on. */
const parts = ['gateway', 'cns', 'operations', 'spid', 'cie', 'cards', 'site'] as const
export type Ports = Readonly<Record<(typeof parts)[number], number>>

export const DEFAULT_PORT_BASE = 7000

/** The message is one sentence for who typed the command. */
export class PortTaken extends Error {}

/** Listens for a moment. 0: any. Rejects when the port is taken. */
const probe = (port: number): Promise<{ port: number; close: () => Promise<void> }> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => new Promise((done) => server.close(() => done())),
      }),
    )
  })

const named = (ports: readonly number[]): Ports =>
  Object.fromEntries(parts.map((part, at) => [part, ports[at] ?? 0])) as Ports

export const portsFrom = async (base: number): Promise<Ports> => {
  const ports = parts.map((_, at) => base + at)
  for (const port of ports) {
    try {
      await (await probe(port)).close()
    } catch (cause) {
      throw new PortTaken(
        `Port ${port} on 127.0.0.1 cannot be used (${(cause as NodeJS.ErrnoException).code}): choose seven others in a row with --port-base N, for example npm run demo -- --port-base ${base + 100}.`,
        { cause },
      )
    }
  }
  return named(ports)
}

/** Held together until all are known, so that they differ. */
export const freePorts = async (): Promise<Ports> => {
  const probes = await Promise.all(parts.map(() => probe(0)))
  await Promise.all(probes.map(({ close }) => close()))
  return named(probes.map(({ port }) => port))
}

/** Every address of the demo in a text that was written for ports 7000 to 7006. */
export const movePorts = (text: string, ports: Ports): string =>
  text.replace(
    /(localhost|127\.0\.0\.1):700([0-6])\b/g,
    (_, host: string, at: string) => `${host}:${ports[parts[Number(at)] ?? 'gateway']}`,
  )

export interface Urls {
  readonly gateway: string
  readonly cns: string
  readonly operations: string
  readonly spid: string
  readonly cie: string
  readonly cards: string
  readonly site: string
}

/** Different sites for a browser, so that SameSite means what it means in production. Node reaches them as 127.0.0.1. */
export const urlsOf = (ports: Ports): Urls => ({
  gateway: `http://localhost:${ports.gateway}`,
  cns: `https://cns.localhost:${ports.cns}`,
  operations: `http://127.0.0.1:${ports.operations}`,
  spid: `http://spid.localhost:${ports.spid}`,
  cie: `http://cie.localhost:${ports.cie}`,
  cards: `http://cards.localhost:${ports.cards}`,
  site: `http://comune.localhost:${ports.site}`,
})
