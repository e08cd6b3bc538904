/** Brings commands to their server: soon, or not at all. */
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { GatewayError } from '../../errors.ts'
import type { Connections } from './servers.ts'

/** Milliseconds between two looks at a connection that is being made. */
const GLANCE = 20

const held = new WeakSet<Writable>()
/** What is sent in one turn of the event loop leaves in one write: under load a system call costs as much as a command. */
const inOneWrite = ({ stream }: Redis): void => {
  if (held.has(stream)) return
  held.add(stream)
  stream.cork()
  setImmediate(() => {
    held.delete(stream)
    stream.uncork()
  })
}

/** Of a command that never left, because the connection broke just then. */
const isUnsent = ({ message }: Error): boolean => message.endsWith('enableOfflineQueue options is false')

/** Of one that was on its way: nobody knows whether it was carried out. */
const isLost = ({ name, message }: Error): boolean =>
  name === 'MaxRetriesPerRequestError' || message === 'Connection is closed.'

export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown reason'
  if (isLost(error)) return 'the connection broke'
  return error.message || (error as NodeJS.ErrnoException).code || error.name
}

/**
 * @param timeout milliseconds until a command has succeeded or failed, whatever happens.
 * @param patience milliseconds that commands wait for a connection, counted from when one first waited: a short
 *   interruption goes unnoticed, and in a long one everybody is refused at once. Nothing is queued.
 */
export const createDelivery = (
  { redis, of }: Connections,
  { timeout, patience }: { timeout: number; patience: number },
) => {
  const nobody = {}
  const givenUp = new WeakSet<object>()

  const connected = async (key: string, deadline: number): Promise<Redis> => {
    const start = performance.now()
    for (;;) {
      const connection = of(key)
      if (redis.status === 'end' || performance.now() >= deadline) throw new Error('not connected')
      if (connection?.status === 'ready') {
        givenUp.delete(connection)
        givenUp.delete(nobody)
        return connection
      }
      if (connection?.status === 'wait') connection.connect().catch(() => undefined)
      const whom = connection ?? nobody
      if (performance.now() - start >= patience) givenUp.add(whom)
      if (givenUp.has(whom)) throw new Error('not connected')
      await sleep(GLANCE)
    }
  }

  /**
   * @param safe whether to send it once more when its answer got lost: of a command that uses something up, the second
   *   would find the first one's work and take it for somebody else's.
   */
  return async <T>(
    key: string,
    command: (to: Connections['redis'], connection: Redis) => Promise<T>,
    { safe = false } = {},
  ): Promise<T> => {
    const deadline = performance.now() + timeout
    const send = async (again: boolean): Promise<T> => {
      const connection = await connected(key, deadline)
      try {
        inOneWrite(connection)
        return await command(redis, connection)
      } catch (error) {
        if (error instanceof Error && isUnsent(error)) {
          await sleep(GLANCE)
          return send(again)
        }
        if (again && error instanceof Error && isLost(error)) return send(false)
        throw error
      }
    }
    const late = Promise.withResolvers<never>()
    // timers come before sockets: in a process that was busy the answer may lie there already, and is read first
    const tooLate = () => setImmediate(() => late.reject(new Error('no answer in time')))
    const timer = setTimeout(tooLate, timeout)
    try {
      return await Promise.race([send(safe), late.promise])
    } catch (error) {
      // not as `cause`: ioredis hangs the command with its arguments on the error, AUTH's password among them
      throw new GatewayError('store_unavailable', reasonOf(error))
    } finally {
      clearTimeout(timer)
    }
  }
}
