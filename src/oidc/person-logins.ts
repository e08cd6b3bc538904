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

export const personLogins = (records: Records, now: () => number) => {
  const seconds = () => Math.floor(now() / 1000)
  return {
    /** `life`: seconds from now that what hangs on the grant may live. */
    async remember(sub: string, { uid, grantId }: Omit<Opened, 'until'>, life: number): Promise<void> {
      const opened: Opened = { uid, grantId, until: seconds() + life }
      const added = (known: readonly Opened[]) =>
        [...known.filter((one) => one.until > seconds() && one.grantId !== opened.grantId), opened].slice(-MOST)
      for (;;) {
        // the longest may be one of those before
        const known = await records.get<readonly Opened[]>('PersonLogins', sub)
        const until = Math.max(opened.until, ...(known ?? []).map((one) => one.until))
        const longest = Math.max(1, until - seconds())
        if ((await records.update<readonly Opened[]>('PersonLogins', sub, added, longest)) !== undefined) return
        if (await records.add('PersonLogins', sub, [opened], longest)) return
      }
    },
    of: async (sub: string): Promise<readonly Opened[]> =>
      (await records.get<readonly Opened[]>('PersonLogins', sub)) ?? [],
    forget: (sub: string) => records.delete('PersonLogins', sub),
  }
}
export type PersonLogins = ReturnType<typeof personLogins>
