import { type Command, usageOf } from './command.ts'

export const helpText = (commands: readonly Command[]): string => {
  const width = Math.max(...commands.map((command) => usageOf(command).length))
  const lines = commands.map((command) => `  varco ${usageOf(command).padEnd(width)}  ${command.summary}`)
  return `Varco, a regional authentication gateway.

${lines.join('\n')}

Exit codes: 0 done, 1 the configuration is invalid, 2 valid with warnings, 3 cannot run.
`
}
