/** What the register needs beside its records: repaired chains, closed days, days dropped at their time. */
import type { RegisterKey } from '../../keyring/register-keys.ts'
import type { ReportRegister } from '../events.ts'
import { type Anchor, anchoredDays, anchorPath, openStatement, readSigned } from './anchors.ts'
import { closeDay, dropLines } from './close-day.ts'
import { reasonOf } from './failure.ts'
import { closesAt, type Day, daysIn, folderOf, type Writer } from './layout.ts'
import type { Register } from './register.ts'
import { removeStaleDrafts, repairChains } from './repair.ts'
import { daysDue, dropDay } from './retention.ts'

export interface Housekeeping {
  /** Everything that is due now; where it runs already, resolves with that. Never rejects. */
  run(): Promise<void>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** Milliseconds. */
export const HOUSEKEEPING_EVERY = 5 * 60_000

/** A gateway that runs every day drops one day a day. More than a month at once: rather the clock than the calendar. */
const MOST_AT_ONCE = 31

export const createHousekeeping = ({
  stateDir,
  keys,
  register,
  retentionMonths,
  isGone,
  now,
  report,
}: {
  stateDir: string
  keys: () => Promise<readonly RegisterKey[]>
  register: Register
  retentionMonths: number
  /** Is the process that wrote a chain surely gone? */
  isGone: (writer: Writer) => boolean
  now: () => number
  report: ReportRegister
}): Housekeeping => {
  const folder = folderOf(stateDir)
  let held: string | undefined
  const told = new Set<string>()
  const reportOnce: ReportRegister = (event) => {
    const text = JSON.stringify(event)
    if (!told.has(text)) report(event)
    told.add(text)
  }

  const repair = async (days: readonly Day[], gone: typeof isGone): Promise<void> => {
    for (const one of await repairChains(folder, days, gone)) {
      report({ type: 'register.repaired', ...one })
      await register.write({ kind: 'chain.repaired', ...one })
    }
  }

  /** Days without an anchor: those that are over are closed. */
  const close = async (): Promise<void> => {
    const closed = new Set(await anchoredDays(folder))
    const open = (await daysIn(folder)).filter((day) => !closed.has(day))
    const over = open.filter((day) => closesAt(day) <= now())
    await repair(
      open.filter((day) => !over.includes(day)),
      isGone,
    )
    // nobody writes there any more, wherever they run
    await repair(over, () => true)
    for (const day of over) await closeDay({ folder, day, keys: await keys(), now, report })
  }

  /** A crash between anchor and end leaves lines beside their segments. */
  const tidy = async (): Promise<void> => {
    const [newest] = (await anchoredDays(folder)).slice(-1)
    if (newest === undefined) return
    const signed = await readSigned(anchorPath(folder, newest))
    await dropLines(folder, openStatement<Anchor>(signed, 'register anchor', await keys()), reportOnce)
  }

  const drop = async (): Promise<void> => {
    const due = await daysDue(folder, retentionMonths, now())
    const [oldest] = due
    if (oldest !== undefined && due.length > MOST_AT_ONCE) {
      const state = `${oldest} ${due.length}`
      if (held !== state) report({ type: 'register.retention_held', days: due.length, oldest })
      held = state
      return
    }
    for (const day of due) {
      const records = await dropDay({ folder, day, months: retentionMonths, keys: await keys(), now })
      report({ type: 'register.dropped', day, records })
    }
  }

  let failed: string | undefined
  const everything = async (): Promise<void> => {
    try {
      await register.endDay()
      await tidy()
      await close()
      await register.nameAnchor()
      await drop()
      await removeStaleDrafts(folder, now())
      failed = undefined
    } catch (error) {
      const reason = reasonOf(error)
      if (failed !== reason) report({ type: 'register.not_closed', reason })
      failed = reason
    }
  }

  let running: Promise<void> | undefined
  return {
    run: () => {
      running ??= everything().finally(() => {
        running = undefined
      })
      return running
    },
    idle: async () => running,
  }
}
