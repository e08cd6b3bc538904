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

/** The commands whose names begin with as many of these words as possible: `tenant show ala` is `tenant show`, `tenant` all of it. */
export const familyOf = (words: readonly string[], commands: readonly Command[]): readonly Command[] => {
  if (words.length === 0) return []
  const asked = words.join(' ')
  const found = commands.filter(({ name }) => name === asked || name.startsWith(`${asked} `))
  return found.length > 0 ? found : familyOf(words.slice(0, -1), commands)
}

export const usagesOf = (commands: readonly Command[]): string =>
  commands.map((one) => `varco ${usageOf(one)}\n    ${one.summary}\n`).join('\n')

/** A topic, or the commands whose names begin so. */
const about = (asked: string, commands: readonly Command[]): string => {
  if (Object.hasOwn(topics, asked)) return topics[asked] ?? ''
  const found = familyOf(asked.split(' '), commands)
  if (found.length > 0) return usagesOf(found)
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
