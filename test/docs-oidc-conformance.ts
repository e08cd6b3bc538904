/** docs/oidc-conformance.md, made from the list of modules. `--write` writes it; test/check.ts compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Module, plans } from './conformance/oidc/modules.ts'

const file = new URL('../docs/oidc-conformance.md', import.meta.url)

const row = ([name, { verdict, note = '' }]: [string, Module]) => `| \`${name}\` | ${verdict} | ${note} |`

const section = ({ certification, plan, tests, modules }: (typeof plans)[number]) => {
  const rows = Object.entries<Module>(modules)
  return `## ${certification}

\`${plan}\`, ${rows.length} ${rows.length === 1 ? 'module' : 'modules'}: [${tests}](../${tests})

| Module | Result | |
| --- | --- | --- |
${rows.map(row).join('\n')}
`
}

export const conformancePage = (): string => `# OpenID Connect conformance

Made from \`test/conformance/oidc/modules.ts\` by \`varco run test/docs-oidc-conformance.ts --write\`.

The OpenID Foundation certifies providers with its conformance suite. **Varco is not certified, and the suite itself has not been run
against it.** For each of its modules that a provider without dynamic registration must pass there is a test of the same name, which
sends what the module sends and asserts what the module asserts: read from the suite's source
(github.com/openid-certification/conformance-suite). Each runs at two Comuni with single sign-on, for clients that may leave PKCE
out. Where a module waits, the test moves the clock.

*passed* and *warning* are what the suite would say of this behaviour; *refused* is the documented refusal of what Varco does not
offer, which the suite takes for a skip; *not for static clients* are modules that the suite runs only where clients register
themselves.

${plans.map(section).join('\n')}`

export const isConformancePageInStep = (): boolean => {
  try {
    return readFileSync(file, 'utf8') === conformancePage()
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write'))
  writeFileSync(file, conformancePage())
