/** All that one person opened at a tenant, for the day on which somebody must end it: a stolen telephone, a card that was lost. */
import type { Records } from '../store/sealed.ts'

export interface Opened {
  /** Of the session. */
  readonly uid: string
  readonly grantId: string
  /** Seconds since 1970: nothing of it lives longer. */
  readonly until: number
}

/** Per person; who logs in more often within the life of a login is a machine. */
const MOST = 200

const MODEL = 'PersonLogins'

/** What a person opened, the newest last. */
export const openedBy = async (records: Records, sub: string): Promise<readonly Opened[]> =>
  (await records.get<readonly Opened[]>(MODEL, sub)) ?? []

/** `longest`: seconds that anything of a login can live. */
export const personLogins = (records: Records, { now, longest }: { now: () => number; longest: number }) => {
  const seconds = () => Math.floor(now() / 1000)
  return {
    /** `life`: seconds from now that what hangs on the grant may live. */
    async remember(sub: string, { uid, grantId }: Omit<Opened, 'until'>, life: number): Promise<void> {
      const opened: Opened = { uid, grantId, until: seconds() + life }
      const added = (known: readonly Opened[]) =>
        [...known.filter((one) => one.until > seconds() && one.grantId !== grantId), opened].slice(-MOST)
      for (;;) {
        if ((await records.update(MODEL, sub, added, longest)) !== undefined) return
        if (await records.add(MODEL, sub, [opened], longest)) return
      }
    },
    of: (sub: string) => openedBy(records, sub),
    forget: (sub: string) => records.delete(MODEL, sub),
  }
}
export type PersonLogins = ReturnType<typeof personLogins>
