/** What came from outside, for a terminal: no control character of a stranger's moves the cursor or makes up a line. */

// C0 and C1 without the line break, what turns the direction of writing, and line breaks of other standards
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Line breaks stay, and what follows them begins with `indent`. */
export const printable = (text: string, indent = '    '): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(UNSAFE, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('\n', `\n${indent}`)
