/** How every listener of a gateway begins and ends. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartError } from '../errors.ts'

/** The longest that a request under way may hold up the end, milliseconds. */
const DRAIN = 10_000

/** Binds now and fails now: a taken port ends the start, naming it and the option that chose it. */
export const listen = (
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  option: string,
): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message
      reject(
        new StartError(`cannot listen on ${host}:${port}: ${reason}; another one is set by \`${option}\``, { cause }),
      )
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })

/** Takes no new connection, lets the requests under way end, then closes the rest. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
