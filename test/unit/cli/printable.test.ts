import { describe, expect, it } from 'vitest'
import { printable } from '../../../src/cli/printable.ts'

describe('what came from outside, on a terminal', () => {
  it.each([
    ['moves no cursor and sets no title', '\u001b[2J\u001b]0;x\u0007\u009b1m', '\\u001b[2J\\u001b]0;x\\u0007\\u009b1m'],
    ['does not turn the direction of writing', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    [
      'makes up no line of its own',
      'a\n2026-01-15T10:00:00Z  login.response\r\nb\u2028c',
      'a\n    2026-01-15T10:00:00Z  login.response\n    b\\u2028c',
    ],
    ['stays as it is otherwise', 'Città di Bolzano – Stadt ① €', 'Città di Bolzano – Stadt ① €'],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })
})
