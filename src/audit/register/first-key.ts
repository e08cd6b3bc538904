/** The register has a key before the first login. */
import { StartError } from '../../errors.ts'
import type { RegisterKeyring } from '../../keyring/register-keys.ts'
import type { ReportRegister } from '../events.ts'
import { daysIn, folderOf } from './layout.ts'

/** Makes the first key of a register that has no records yet. Throws StartError where there are records and no key. */
export const assertRegisterKey = async (
  stateDir: string,
  keyring: RegisterKeyring,
  report: ReportRegister,
): Promise<void> => {
  if ((await keyring.load()).length > 0) return
  const folder = folderOf(stateDir)
  if ((await daysIn(folder)).length > 0) {
    throw new StartError(
      `${folder} holds records, and ${stateDir}/keyring/register has no key to read them with. Restore the keys from the ` +
        'backup; where they are lost for good, move the folder away and keep it.',
    )
  }
  const { id, fingerprint } = await keyring.create()
  report({ type: 'register.key_created', id, fingerprint })
}
