/**
 * Records that a request is known to need, asked for together instead of one after the other: the way to the store and back
 * costs more than the record. Each answer is given to the next `get` of this request, once, and to nobody where the request
 * itself has written that record since. So what is checked is as it was when the request was already here, as it is
 * without: a revocation that was over before a request came is seen by it. Compare-and-set reads for itself.
 */
import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Records } from '../store/sealed.ts'

/** Model and id. */
export type RecordName = readonly [model: string, id: string]

export interface ReadAhead {
  /** The records, as this request asks for them. */
  readonly records: Records
  /** A token or a code was found: where its session, grant and person are looked for next, they are asked for now. */
  expect(names: readonly RecordName[]): void
  /** Asks for them now. */
  ask(req: IncomingMessage, names: readonly RecordName[]): void
  /** What was read already is read. */
  give(req: IncomingMessage, name: RecordName, value: unknown): void
}

/** Elsewhere tokens are only shown or ended. */
const USED_AT: ReadonlySet<string | undefined> = new Set(['token', 'userinfo'])

/** `current`: what the library is at work on, in the code that it calls. */
export const createReadAhead = (records: Records, current: () => KoaContextWithOIDC | undefined): ReadAhead => {
  const answers = new WeakMap<IncomingMessage, Map<string, Promise<unknown>>>()

  const keep = (req: IncomingMessage, [model, id]: RecordName, answer: Promise<unknown>) => {
    const known = answers.get(req) ?? new Map<string, Promise<unknown>>()
    answers.set(req, known.set(`${model}\0${id}`, answer))
    // whoever needs it is told; perhaps nobody does
    answer.catch(() => undefined)
  }
  const use = (model: string, id: string): Promise<unknown> | undefined => {
    const req = current()?.req
    const known = req && answers.get(req)
    const name = `${model}\0${id}`
    const answer = known?.get(name)
    known?.delete(name)
    return answer
  }
  /** The operation, after which what was read before is of no use. */
  const fresh =
    <A extends [model: string, id: string, ...rest: never[]], R>(operation: (...args: A) => R) =>
    (...args: A): R => {
      use(args[0], args[1])
      return operation(...args)
    }

  const ask = (req: IncomingMessage, names: readonly RecordName[]) => {
    for (const name of names) keep(req, name, records.get(...name))
  }

  return {
    records: {
      get: <T>(model: string, id: string) => (use(model, id) as Promise<T> | undefined) ?? records.get<T>(model, id),
      put: fresh(records.put) as Records['put'],
      take: fresh(records.take) as Records['take'],
      add: fresh(records.add) as Records['add'],
      update: fresh(records.update) as Records['update'],
      delete: fresh(records.delete),
    },
    ask,
    expect: (names) => {
      const ctx = current()
      if (ctx && USED_AT.has(ctx.oidc.route)) ask(ctx.req, names)
    },
    give: (req, name, value) => keep(req, name, Promise.resolve(value)),
  }
}
