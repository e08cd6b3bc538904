import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exportLines } from '../../../../src/audit/register/export.ts'
import { type Finding, findingText } from '../../../../src/audit/register/finding.ts'
import { createTree, leafOf } from '../../../../src/audit/register/hashes.ts'
import { chainsIn, segmentPath } from '../../../../src/audit/register/layout.ts'
import { openSegment } from '../../../../src/audit/register/read-segment.ts'
import { scanRegister, searchRegister } from '../../../../src/audit/register/search.ts'
import { createTermHash, type Term } from '../../../../src/audit/register/terms.ts'
import {
  createTestRegister,
  DAY,
  editLines,
  response,
  TEN,
  type TestRegister,
} from '../../../fixtures/register/register.ts'

let test: TestRegister
beforeEach(async () => {
  test = await createTestRegister()
})
afterEach(() => test.remove())

const where = async () => ({
  folder: test.folder,
  keys: await test.keys(),
  find: () => expect.unreachable('a finding'),
})

/** Two closed days and an open one; each third record is of Moena. */
const filled = async (logins = 150) => {
  const register = test.open()
  for (const day of [0, 1, 2]) {
    test.clock.now = TEN + day * DAY
    await register.housekeep()
    const numbers = Array.from({ length: logins }, (_, index) => 1000 * day + index)
    await Promise.all(
      numbers.map((number) => {
        const tenant = number % 3 === 0 ? 'moena' : 'ala'
        return register.write(response(number, { tenant, person: `TINIT-PERSON${number % 50}` }))
      }),
    )
  }
  await register.close()
}

describe('search', () => {
  const search = async (term: Term) =>
    (await searchRegister(await where(), [term])).map(({ record }) => ('requestId' in record ? record.requestId : ''))

  it.each([
    ['assertionId', '_assertion1007', ['_request1007']],
    ['requestId', '_request2149', ['_request2149']],
    ['support', 'supp-ort0-0003', ['_request3']],
    ['person', 'TINIT-PERSON7', [7, 57, 107, 1007, 1057, 1107, 2007, 2057, 2107].map((number) => `_request${number}`)],
    ['person', 'TINIT-NOBODY', []],
  ] as const)('finds by %s %s, in closed and in open days', async (name, value, requests) => {
    await filled()
    expect(await search({ name, value })).toEqual(requests)
  })

  it('finds what else belongs to the login: its request, the code, the tokens, also of the next day', async () => {
    const register = test.open()
    const of = { support: 's', clientAddress: '192.0.2.1', tenant: 'ala', client: 'sito', result: 'success' }
    await register.write(response(1))
    await register.write(response(2))
    await register.write({ kind: 'oidc.authorization', ...of, login: 'login1', grant: 'g1', code: 'c1' })
    await register.write({ kind: 'oidc.authorization', ...of, login: 'login2', grant: 'g2', code: 'c2' })
    test.clock.now += DAY
    await register.housekeep()
    await register.write({ kind: 'oidc.token', ...of, grant: 'g1', code: 'c1' })
    await register.write({ kind: 'oidc.token', ...of, code: 'c1', result: 'invalid_grant' })
    await register.write({ kind: 'oidc.userinfo', ...of, grant: 'g1' })
    await register.write({ kind: 'oidc.userinfo', ...of, grant: 'g2' })
    const found = await searchRegister(await where(), [{ name: 'assertionId', value: '_assertion1' }])
    expect(found.map(({ record }) => record.kind)).toEqual([
      'login.response',
      'oidc.authorization',
      'oidc.token',
      'oidc.token',
      'oidc.userinfo',
    ])
  })

  it('is told by the index which of the blocks to read', async () => {
    const register = test.open()
    await Promise.all(Array.from({ length: 2560 }, (_, number) => register.write(response(number))))
    await register.close()
    test.clock.now += DAY
    await register.housekeep()
    const [day, [chain = '']] = ['2026-01-15', await chainsIn(test.folder, '2026-01-15')]
    const keys = await test.keys()
    const segment = await openSegment(segmentPath(test.folder, { day, chain }), { day, chain }, keys)
    const hashOf = createTermHash(segment.key)
    const blocksOf = (value: string) => segment.blocksOf([hashOf({ name: 'requestId', value })])
    expect(segment.table?.blocks).toHaveLength(41)
    // the chain's own first record shifts them by one
    expect(await blocksOf('_request1300')).toEqual([Math.floor(1301 / 64)])
    expect(await blocksOf('_request9999')).toEqual([])
    await segment.close()
  })

  it('says when lines that it reads were changed', async () => {
    const register = test.open()
    for (const number of [1, 2]) await register.write(response(number))
    await editLines(await test.fileOf('2026-01-15'), (lines) => lines.with(2, `${lines[2]?.slice(0, -9)}AAAAAAAAA`))
    const texts: string[] = []
    const at = { ...(await where()), find: (finding: Finding) => void texts.push(findingText(finding)) }
    await searchRegister(at, [{ name: 'requestId', value: '_request1' }])
    expect(new Set(texts)).toEqual(new Set(['2026-01-15/gw1-101-00000001-1: unreadable (1 of its lines were changed)']))
  })
})

describe('an export', () => {
  const script = fileURLToPath(new URL('../../../../bin/verify-export.mjs', import.meta.url))
  const check = (file: string, ...fingerprints: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, file, ...fingerprints], {
      encoding: 'utf8',
    })
    return { status, text: stdout + stderr }
  }

  const exported = async (wanted = (tenant: string) => tenant === 'moena') => {
    await filled()
    const at = await where()
    const head = { madeAt: '2026-01-18T10:00:00.000Z', by: 'anna', reason: 'inquiry 7', of: 'tenant moena' }
    const file = join(test.stateDir, 'export.jsonl')
    let text = ''
    const found = scanRegister(at, (record) => 'tenant' in record && wanted(String(record.tenant)))
    for await (const line of exportLines(at, head, found)) text += line
    await writeFile(file, text)
    return { file, lines: text.trimEnd().split('\n'), fingerprint: at.keys[0]?.fingerprint ?? '' }
  }

  it('verifies without anything of Varco, and has only what was asked for', async () => {
    const { file, lines, fingerprint } = await exported()
    const { status, text } = check(file, fingerprint)
    expect(text).toBe('150 records, 2 closed days up to 2026-01-16\nAll of it is as it was signed.\n')
    expect(status).toBe(0)
    const records = lines.map((line) => JSON.parse(line)).filter((line) => line.record !== undefined)
    expect(records.map((line) => JSON.parse(line.record).tenant)).toEqual(Array(150).fill('moena'))
    expect(lines.join('')).not.toContain('"ala"')
  })

  it('is read by the script alone: it imports nothing but Node, and is short enough to be read by anybody', async () => {
    const text = await readFile(script, 'utf8')
    expect([...text.matchAll(/from '([^']+)'/g)].every(([, name = '']) => name.startsWith('node:'))).toBe(true)
    expect(text.split('\n').length).toBeLessThan(120)
  })

  it('says who signed where no fingerprint is given, and refuses a signer that is not trusted', async () => {
    const { file, fingerprint } = await exported()
    expect(check(file)).toMatchObject({ status: 0, text: expect.stringContaining(`signed with ${fingerprint}`) })
    expect(check(file, 'f'.repeat(64))).toMatchObject({ status: 1, text: expect.stringContaining('none of the keys') })
  })

  it.each<[string, (lines: string[]) => string[]]>([
    ['a record was changed', (lines) => lines.map((line) => line.replace('_request3\\"', '_request4\\"'))],
    ['a record was left out', (lines) => lines.toSpliced(10, 1)],
    ['a record was put in', (lines) => lines.toSpliced(10, 0, lines[10] ?? '')],
    [
      'a record stands at another place',
      (lines) => lines.map((line) => line.replace('"position":4,', '"position":7,')),
    ],
    [
      'two records were exchanged',
      (lines) => [...lines.slice(0, 9), lines[10] ?? '', lines[9] ?? '', ...lines.slice(11)],
    ],
    ['a proof was cut', (lines) => lines.map((line) => line.replace(/"path":\["[^"]+",/, '"path":['))],
    ['an anchor was changed', (lines) => lines.map((line) => line.replace('\\"records\\":151', '\\"records\\":152'))],
    ['an anchor was left out', (lines) => lines.toSpliced(2, 1)],
    [
      'another key was put in',
      (lines) =>
        lines.map((line) => line.replace(/("key":".{40})(.)/, (_, head, one) => head + (one === 'x' ? 'y' : 'x'))),
    ],
    ['the end was cut off', (lines) => lines.slice(0, -1)],
    ['something was added', (lines) => [...lines, lines[9] ?? '']],
    ['its head says something else', (lines) => lines.map((line) => line.replace('inquiry 7', 'inquiry 8'))],
  ])('is refused when %s', async (_, edit) => {
    const { file, lines } = await exported()
    const edited = edit(lines)
    expect(edited).not.toEqual(lines)
    await writeFile(file, edited.map((line) => `${line}\n`).join(''))
    expect(check(file)).toMatchObject({ status: 1, text: expect.stringMatching(/line \d+: /) })
  })
})

describe('the tree', () => {
  /** RFC 9162 2.1.1, as it is written there. */
  const root = (leaves: readonly Buffer[]): Buffer => {
    if (leaves.length === 1) return leaves[0] as Buffer
    let half = 1
    while (2 * half < leaves.length) half *= 2
    const [left, right] = [root(leaves.slice(0, half)), root(leaves.slice(half))]
    return leafOf(Buffer.concat([Buffer.of(1), left, right]))
  }

  it('has the root of RFC 9162 for every number of leaves', () => {
    const leaves = Array.from({ length: 70 }, (_, index) => leafOf(Buffer.of(0, index)))
    for (let count = 1; count <= leaves.length; count++)
      expect(createTree(leaves.slice(0, count)).root, `${count}`).toEqual(root(leaves.slice(0, count)))
  })
})
