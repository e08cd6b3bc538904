/** What no reader of the code sees: whether V8 ever gets done with compiling it. */
import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

const tree = new URL('../../../../src/upstream/saml/tree.ts', import.meta.url).href
const program = `
  const { parseTree } = await import('${tree}')
  const xml = '<a xmlns="urn:a" ID="_1">' + '<b Name="n" Format="f"><c>text</c></b>'.repeat(30) + '</a>'
  for (let round = 0; round < 1500; round++) {
    parseTree(xml)
    // what was compiled beside is taken over between turns
    if (round % 10 === 0) await new Promise(setImmediate)
  }`

it('is compiled and kept: nothing that makes the nodes of an answer is compiled again and again', () => {
  const { status, stdout } = spawnSync(process.execPath, ['--trace-opt', '--input-type=module', '--eval', program], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  expect(status).toBe(0)
  expect(stdout).toMatch(/completed (compiling|optimizing)/)
  const thrownAway = stdout.split('\n').filter((line) => /aborted (compiling|optimizing)/.test(line))
  expect(thrownAway.length).toBeLessThan(20)
}, 30_000)
