/**
 * More citizens than the processor can serve: who is under way goes first, and who begins now is asked to come back in a
 * moment, before everybody waits longer and longer. What is turned away must cost little: nothing is asked of the store.
 */
import { GatewayError } from '../errors.ts'
import type { Ctx, Handler } from './request-context.ts'

/** Requests at work in this process. At some 2 ms of processor each the last of them waits half a second. */
const MOST_FOR_NEW = 250
/** Nobody is served well any more: also those under way are told so, with a page that loses nothing. */
const MOST = 2000
/** The event loop's own delay, milliseconds: something else keeps the processor. */
const SLOWEST = 300
/** Seconds: soon enough for a person, and they do not all come back in the same one. */
const WAIT = { least: 4, more: 5 }

/** A login that begins: nothing is lost yet, and all its other requests follow. */
const begins = ({ method, state: { tenantPath } }: Ctx): boolean =>
  (method === 'GET' && tenantPath === '/authorize') || (method === 'POST' && tenantPath === '/par')

/** Comes after `tenantResolver`. `loopDelay`: milliseconds. Throws `gateway_busy`. */
export const overload = ({
  loopDelay,
  random = Math.random,
}: {
  loopDelay: () => number
  random?: () => number
}): Handler => {
  let atWork = 0
  return async (ctx, next) => {
    const isFull = atWork >= MOST || (begins(ctx) && (atWork >= MOST_FOR_NEW || loopDelay() > SLOWEST))
    if (isFull)
      throw new GatewayError('gateway_busy', `${atWork} requests at work, loop ${Math.round(loopDelay())} ms late`, {
        retryAfter: WAIT.least + Math.floor(random() * WAIT.more),
      })
    atWork += 1
    try {
      await next()
    } finally {
      atWork -= 1
    }
  }
}
