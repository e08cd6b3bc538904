/** `npm run check`: what can be said of the program without running it. One line each; what fails says why below. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { isConformityPageInStep } from './docs-conformity.ts'
import { isErrorsPageInStep } from './docs-errors.ts'
import { isHelpPageInStep } from './docs-help.ts'
import { isConformancePageInStep } from './docs-oidc-conformance.ts'
import { areSchemasInStep } from './docs-schema.ts'

const root = dirname(import.meta.dirname)
const module = (path: string) => join(root, 'node_modules', path)

/** Empty when all is well, else what is to be read. */
type Check = () => string

const program =
  (path: string, ...args: readonly string[]): Check =>
  () => {
    const { status, stdout, stderr, error } = spawnSync(process.execPath, [module(path), ...args], {
      cwd: root,
      encoding: 'utf8',
    })
    return status === 0 ? '' : `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` || `ended with ${status}`
  }

const checks: Readonly<Record<string, Check>> = {
  'types (tsc)': program('typescript/bin/tsc', '--noEmit'),
  'lint and format (biome)': program('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  'imports between folders': program('vitest/vitest.mjs', 'run', 'test/unit/import-rules.test.ts'),
  'docs/conformity.md in step': () =>
    isConformityPageInStep() ? '' : 'Run: npx varco run test/docs-conformity.ts --write\n',
  'docs/errors.md in step': () => (isErrorsPageInStep() ? '' : 'Run: npx varco run test/docs-errors.ts --write\n'),
  'docs/help.md in step': () => (isHelpPageInStep() ? '' : 'Run: npx varco run test/docs-help.ts --write\n'),
  'docs/oidc-conformance.md in step': () =>
    isConformancePageInStep() ? '' : 'Run: npx varco run test/docs-oidc-conformance.ts --write\n',
  'docs/schema in step': () => (areSchemasInStep() ? '' : 'Run: npx varco run test/docs-schema.ts --write\n'),
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  const message = check()
  console.log(`${message === '' ? '✓' : '✗'} ${name}`)
  if (message === '') continue
  failed += 1
  console.log(message)
}
process.exit(failed > 0 ? 1 : 0)
