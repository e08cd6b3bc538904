/** The `varco` command: `varco help` lists what it can do. Started by bin/varco.mjs. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { look } from './cli/doctor/look.ts'
import { createNewFile } from './cli/new-file.ts'
import { runCommand } from './cli/run-command.ts'
import { createTrialWorld } from './cli/trial/world.ts'
import { diskReaders } from './config/disk.ts'
import { writeNewFile } from './keyring/new-file.ts'
import { replaceFile } from './keyring/replace-file.ts'

const code = await runCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  now: Date.now,
  randomUuid: randomUUID,
  user: userInfo().username,
  process: { host: hostname(), pid: process.pid },
  look,
  readers: diskReaders(process.env),
  writeFile: replaceFile,
  createFile: writeNewFile,
  readInput: () => textOf(process.stdin),
  newFile: createNewFile,
  trial: createTrialWorld({
    program: join(import.meta.dirname, '../sandbox/trial.ts'),
    exists: existsSync,
    start: async (config, write) => (await import('./main.ts')).startQuietly(config, write),
  }),
  // imported only here: every other command stays quick, and needs no server
  runGateway: async (config, options) => (await import('./main.ts')).runGateway(config, options),
})
// what a pipe has not taken yet would be lost
if (code !== 0) process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
