/**
 * `npm run evidence:cie`: the four screens that the Ministry wants to see before a service goes live (docs/rules/cie.md A7):
 * success, and the errors 21, 22 and 25, each told apart by the citizen. As PNG into `evidence/cie` or the folder named.
 */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openDemo, type WatchedPerson } from './fixtures/browser/demo.ts'

const [folder = 'evidence/cie'] = process.argv.slice(2)

const screens: Readonly<Record<string, (person: WatchedPerson) => Promise<unknown>>> = {
  '1-success': async (person) => {
    await person.entersWithCie('Procedi')
    await person.profile()
  },
  '21-timeout': async (person) => {
    await person.ends(/^nr21 /, 'Simula una risposta')
    await person.alert()
  },
  '22-refused': async (person) => {
    await person.cie.byMessage()
    await person.ends('Annulla')
    await person.alert()
  },
  '25-cancelled': async (person) => {
    await person.ends('Torna al servizio')
    await person.alert()
  },
}

const world = await openDemo()
try {
  await mkdir(folder, { recursive: true })
  for (const [name, goes] of Object.entries(screens)) {
    const person = await world.person()
    await person.wantsIn()
    await person.choosesCie()
    await goes(person)
    const path = resolve(join(folder, `cie-${name}.png`))
    await person.page.screenshot({ path, fullPage: true })
    console.log(path)
    await person.leave()
  }
} finally {
  await world.close()
}
