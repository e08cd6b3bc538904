import { type Command, UsageError, usageOf } from './command.ts'
import { topics } from './topics.ts'

/** @param all every command, known only once all of them exist. */
export const helpFor = (all: () => readonly Command[]): Command => ({
  name: 'help',
  operands: ['[TOPIC]', '[MORE]', '[WORDS]'],
  options: '',
  summary: `this text; about a command, or one of: ${Object.keys(topics).join(', ')}`,
  run: async ({ operands }, { out }) => {
    out(operands.length === 0 ? helpText(all()) : about(operands.join(' '), all()))
    return 0
  },
})

/** A topic, or the commands whose names begin so. */
const about = (asked: string, commands: readonly Command[]): string => {
  const topic = topics[asked]
  if (topic !== undefined) return topic
  const found = commands.filter(({ name }) => name === asked || name.startsWith(`${asked} `))
  if (found.length > 0) return found.map((one) => `varco ${usageOf(one)}\n    ${one.summary}\n`).join('\n')
  throw new UsageError(
    `There is no help about "${asked}". Type: varco help, or varco help ${Object.keys(topics).join(' | ')}.`,
  )
}

const helpText = (commands: readonly Command[]): string => {
  const entries = commands.map((command) => `  varco ${usageOf(command)}\n      ${command.summary}`)
  return `Varco, a regional authentication gateway.

${entries.join('\n')}

Exit codes: 0 done, 1 the configuration is invalid, 2 valid with warnings, 3 cannot run.
`
}
