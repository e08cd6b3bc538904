/** The register of a running gateway, and what looks after it. */
import { createRegisterKeyring } from '../../keyring/register-keys.ts'
import type { MasterKey } from '../../sealing.ts'
import type { ReportRegister } from '../events.ts'
import { assertRegisterKey } from './first-key.ts'
import { createHousekeeping, HOUSEKEEPING_EVERY } from './housekeeping.ts'
import { isGoneFrom } from './layout.ts'
import { createRegister, type Register, type RegisterOptions } from './register.ts'

export interface RunningRegister extends Register {
  /** Once the gateway serves: what a killed process left behind is repaired, days that are over are closed. */
  look(): void
}

/** @throws StartError where its keys are missing, cannot be opened, or cannot be made. */
export const startRegister = async ({
  stateDir,
  masterKeys,
  process,
  retentionMonths,
  onFailure,
  randomBytes,
  now,
  report,
}: {
  stateDir: string
  masterKeys: readonly MasterKey[]
  process: { readonly host: string; readonly pid: number; readonly isRunning: (pid: number) => boolean }
  retentionMonths: number
  onFailure: NonNullable<RegisterOptions['onFailure']>
  randomBytes: (size: number) => Buffer
  now: () => number
  report: ReportRegister
}): Promise<RunningRegister> => {
  const keyring = createRegisterKeyring({ stateDir, masterKeys, now })
  await assertRegisterKey(stateDir, keyring, report)
  const { isRunning, ...place } = process
  const writer = { ...place, tag: randomBytes(4).toString('hex') }
  const about = { stateDir, keys: keyring.load, now, report }
  const register = createRegister({ ...about, writer, onFailure, randomBytes })
  const isGone = isGoneFrom(writer, isRunning)
  const housekeeping = createHousekeeping({ ...about, register, retentionMonths, isGone })
  const timer = setInterval(() => void housekeeping.run(), HOUSEKEEPING_EVERY).unref()
  return {
    ...register,
    look: () => void housekeeping.run(),
    close: async () => {
      clearInterval(timer)
      await housekeeping.idle()
      await register.close()
    },
  }
}
