/** Which browser began which login, and for whom: the interaction cookie alone says neither (src/http/browser.ts). */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Records } from '../store/sealed.ts'
import type { Asked } from './registered.ts'

export interface Begun extends Asked {
  /** Milliseconds since 1970. */
  readonly at: number
}

const MODEL = 'Beginner'

/** `life`: seconds that a login may take. */
export const createBeginners = ({
  records,
  browserOf,
  now,
  life,
}: {
  records: Records
  browserOf: (req: IncomingMessage) => string | undefined
  now: () => number
  life: number
}) => {
  const fingerprintOf = (req: IncomingMessage) =>
    createHash('sha256')
      .update(browserOf(req) ?? '')
      .digest('base64url')
  return {
    put: (req: IncomingMessage, uid: string, asked: Asked): Promise<void> =>
      records.put(MODEL, uid, { ...asked, browser: fingerprintOf(req), at: now() }, life),

    /** Undefined where this browser did not begin it. */
    get: async (req: IncomingMessage, uid: string): Promise<Begun | undefined> => {
      const found = await records.get<Begun & { readonly browser: string }>(MODEL, uid)
      return browserOf(req) !== undefined && found?.browser === fingerprintOf(req) ? found : undefined
    },
  }
}
