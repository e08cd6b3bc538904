import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { installCommand, locate, parsePackages, readPackages } from '../system-packages.ts'

const folder = mkdtempSync(join(tmpdir(), 'varco-packages-'))
afterAll(() => rmSync(folder, { recursive: true }))
const command = (name: string, mode: number): string => {
  const path = join(folder, name)
  writeFileSync(path, '')
  chmodSync(path, mode)
  return path
}
const [one, two] = [command('one', 0o755), command('two', 0o755)]
const plain = command('plain', 0o644)
const env = { PATH: folder }

describe('a package of the system', () => {
  it('is there when all its commands are in PATH', () => {
    expect(locate({ name: 'p', commands: ['one', 'two'], neededBy: [] }, env)).toEqual({})
    expect(locate({ name: 'p', commands: ['one', 'three'], neededBy: [] }, env)).toBeUndefined()
    expect(locate({ name: 'p', commands: ['plain'], neededBy: [] }, env)).toBeUndefined()
  })

  it('may be a file instead of a command', () => {
    expect(locate({ name: 'p', commands: [plain], neededBy: [] }, env)).toEqual({})
    expect(locate({ name: 'p', commands: [`${plain}.xsd`], neededBy: [] }, env)).toBeUndefined()
  })

  it('tells the tests by its variable where its command is', () => {
    expect(locate({ name: 'p', commands: ['one'], variable: 'P', neededBy: [] }, env)).toEqual({ P: one })
  })

  it('is the one that the variable names, and no other', () => {
    const named = { name: 'p', commands: ['one'], variable: 'P', neededBy: [] }
    expect(locate(named, { ...env, P: two })).toEqual({ P: two })
    expect(locate(named, { ...env, P: plain })).toBeUndefined()
  })
})

describe('test/system-packages', () => {
  it('names tests that exist', () => {
    const here = dirname(import.meta.dirname)
    for (const path of readPackages().flatMap(({ neededBy }) => neededBy)) {
      expect(
        [path, `${path}.test.ts`].some((candidate) => existsSync(join(here, candidate))),
        path,
      ).toBe(true)
    }
  })

  it('is refused with a line that lacks a column', () => {
    expect(() => parsePackages('redis-server redis-server e2e')).toThrow('four columns')
  })

  it('gives the line to type', () => {
    expect(installCommand(parsePackages('# comment\n\na a - e2e\nb b,c B e2e,browser\n'))).toBe(
      'sudo apt-get install --no-install-recommends a b',
    )
  })
})
