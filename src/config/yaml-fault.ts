/** What the YAML of a file has wrong, in the words of whoever wrote it: the parser's own speak of flow collections and tokens. */
import type { YAMLError } from 'yaml'

type Told = readonly [reason: string, fix: string]

const TWO_COLONS: Told = [
  'there is a second ": " on the line, or the next line is indented too far',
  'put a text with ": " in it in quotes, or mend the indentation',
]

const faults: Readonly<Record<string, Told>> = {
  TAB_AS_INDENT: ['the line begins with a tab', 'indent it with blanks'],
  BAD_INDENT: ['the line is indented unlike those around it', 'let it begin exactly below its neighbours'],
  BLOCK_AS_IMPLICIT_KEY: TWO_COLONS,
  MULTILINE_IMPLICIT_KEY: TWO_COLONS,
  BLOCK_IN_FLOW: TWO_COLONS,
  MISSING_CHAR: ['there is a key without ": " and a value', 'write key: value, with a blank behind the colon'],
  BAD_SCALAR_START: ['a text cannot begin with this character', 'put it in quotes'],
}

export const yamlFault = ({ code, message }: YAMLError): Told => {
  const [, end] = /end with a ([\]}])/.exec(message) ?? []
  if (end !== undefined) {
    const begin = end === ']' ? '[' : '{'
    return [`is not YAML: a ${begin} above is never closed`, `write the ${end}; put what has a # in it in quotes`]
  }
  if (/closing .quote/.test(message)) return ['is not YAML: a quote above is never closed', 'write the closing quote']
  const [reason, fix] = faults[code] ?? [message.split('\n')[0], 'mend the line, or the indentation just above it']
  return [`is not YAML: ${reason}`, fix]
}
