import { type Command, usageOf } from './command.ts'

export const helpText = (commands: readonly Command[]): string => {
  const entries = commands.map((command) => `  varco ${usageOf(command)}\n      ${command.summary}`)
  return `Varco, a regional authentication gateway.

${entries.join('\n')}

Exit codes: 0 done, 1 the configuration is invalid, 2 valid with warnings, 3 cannot run.
`
}
