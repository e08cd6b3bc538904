/**
 * `npm test` and its kin: run.ts core | all | system. Runs vitest on the suites whose system packages are there, installs
 * missing packages where it may, and otherwise fails at the end with the line to type. The last line counts the tests.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { canInstall, install, installCommand, locate, readPackages } from './system-packages.ts'

const suites: Readonly<Record<string, readonly string[]>> = {
  core: ['unit'],
  all: ['unit', 'e2e', 'browser'],
  system: ['system'],
}

const root = dirname(import.meta.dirname)
const [name = '', ...filters] = process.argv.slice(2)
const chosen = suites[name]
if (chosen === undefined) {
  console.error(`Which tests? One of: ${Object.keys(suites).join(', ')}.`)
  process.exit(3)
}

// the runtime that runs this file also runs whatever a test starts as `node`
const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
}

const needed = readPackages().filter(({ neededBy }) => neededBy.some((path) => chosen.includes(suiteOf(path))))
const absent = () => needed.filter((one) => locate(one, env) === undefined)
// where a variable names a command that does not run, no package helps
const installable = absent().filter(({ variable }) => variable === undefined || !env[variable])
if (installable.length > 0 && canInstall(env)) install(installable)
const missing = absent()
for (const one of needed) Object.assign(env, locate(one, env))

const leftOut = new Set(missing.flatMap(({ neededBy }) => neededBy))
const run = chosen.filter((suite) => !leftOut.has(suite))
const { passed, failed } = run.length > 0 ? vitest(run, [...leftOut]) : { passed: 0, failed: 0 }

if (missing.length > 0) {
  console.error(
    `\nNot run: ${[...leftOut].map((path) => `test/${path}`).join(', ')}. They need ${missing.map((one) => one.name).join(', ')}:`,
  )
  console.error(`  ${installCommand(missing)}`)
  for (const { commands, variable } of missing) {
    if (variable !== undefined) console.error(`  or set ${variable} to the path of ${commands[0]}`)
  }
  console.error('')
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || missing.length > 0 ? 1 : 0)

function vitest(folders: readonly string[], without: readonly string[]): { passed: number; failed: number } {
  const scratch = mkdtempSync(join(tmpdir(), 'varco-test-'))
  const report = join(scratch, 'report.json')
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--passWithNoTests',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...without.map((path) => `--exclude=test/${path}**`),
        ...(filters.length > 0 ? filters : folders.map((folder) => `test/${folder}/`)),
      ],
      { cwd: root, env, stdio: 'inherit' },
    )
    const counts = existsSync(report) ? countTests(report) : { passed: 0, failed: 0 }
    // an error outside of every test fails the run too
    return status === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function countTests(report: string): { passed: number; failed: number } {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly numPassedTests: number
    readonly numFailedTests: number
    readonly testResults: readonly {
      readonly status: string
      readonly assertionResults: readonly { readonly status: string }[]
    }[]
  }
  // a file that cannot even be loaded has no tests that could fail
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  return { passed: numPassedTests, failed: numFailedTests + broken.length }
}

function suiteOf(path: string): string {
  return path.split('/', 1)[0] ?? path
}
