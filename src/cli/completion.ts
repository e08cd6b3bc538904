/** Words for the shell: of commands and options, made from what help lists, so that they cannot fall behind. */
import { type Command, UsageError } from './command.ts'

/** @param all every command, known only once all of them exist. */
export const completionFor = (all: () => readonly Command[]): Command => ({
  name: 'completion',
  operands: ['SHELL'],
  options: '',
  summary: 'prints what makes bash complete commands and options: source <(varco completion bash)',
  run: async ({ operands: [shell] }, { out }) => {
    if (shell !== 'bash') throw new UsageError(`There is no completion for ${shell}. Type: varco completion bash.`)
    out(bash(all()))
    return 0
  },
})

const optionsOf = ({ options }: Command): string => [...new Set(options.match(/--[\w-]+/g) ?? [])].join(' ')

const bash = (commands: readonly Command[]): string => {
  const next = new Map<string, Set<string>>()
  for (const { name } of commands) {
    const words = name.split(' ')
    words.forEach((word, index) => {
      const before = words.slice(0, index).join(' ')
      next.set(before, (next.get(before) ?? new Set()).add(word))
    })
  }
  const words = [...next].map(([before, after]) => `    "${before}") words="${[...after].join(' ')}" ;;\n`)
  const options = commands.map((command) => `    "${command.name}"*) options="${optionsOf(command)}" ;;\n`)
  return `# bash completion for varco
_varco() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[*]:1:COMP_CWORD-1}" words="" options=""
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --config|--from|--out) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$before" in
${words.join('')}  esac
  case "$before" in
${options.join('')}  esac
  COMPREPLY=($(compgen -W "$words $options" -- "$current"))
}
complete -F _varco varco
`
}
