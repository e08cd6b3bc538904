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
    /**
     * `life`: seconds from now that what hangs on the grant may live. Resolves with what there was no room for, which must
     * end: else somebody could log in until the one that he wants to keep is forgotten.
     */
    async remember(sub: string, { uid, grantId }: Omit<Opened, 'until'>, life: number): Promise<readonly Opened[]> {
      const opened: Opened = { uid, grantId, until: seconds() + life }
      let all: readonly Opened[] = []
      const added = (known: readonly Opened[]) => {
        all = [...known.filter((one) => one.until > seconds() && one.grantId !== grantId), opened]
        return all.slice(-MOST)
      }
      // in this order: few come again within the life of a login
      for (;;) {
        if (await records.add(MODEL, sub, [opened], longest)) return []
        if ((await records.update(MODEL, sub, added, longest)) !== undefined) return all.slice(0, -MOST)
      }
    },
    of: (sub: string) => openedBy(records, sub),
    forget: (sub: string) => records.delete(MODEL, sub),
  }
}
export type PersonLogins = ReturnType<typeof personLogins>
