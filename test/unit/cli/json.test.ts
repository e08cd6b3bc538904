/** What programs read: one document, also of what is wrong; never what is meant for people. */
import { expect, it } from 'vitest'
import { edited, GATEWAY, tenantYaml } from '../config/files.ts'
import { createRegion } from './region-world.ts'

const config = ['--config', GATEWAY] as const
const FILE = '/etc/varco/tenants/esempio.yaml'

it('start --check: tenants, or every problem with its place', async () => {
  const line = ['start', '--check', '--json', ...config]
  const { code, out } = await createRegion().run(...line)
  expect([code, JSON.parse(out)]).toEqual([
    0,
    { file: GATEWAY, valid: true, tenants: ['esempio'], problems: [], certificates: [] },
  ])
  const broken = await createRegion({ [FILE]: edited(tenantYaml, ['state: test', 'state: on']) }).run(...line)
  expect([broken.code, broken.err, JSON.parse(broken.out)]).toEqual([
    1,
    '',
    { file: GATEWAY, valid: false, problems: [expect.objectContaining({ file: FILE, line: 3, path: 'state' })] },
  ])
  expect((await createRegion().run('start', '--json', ...config)).code).toBe(3)
})

it('version', async () => {
  expect(JSON.parse((await createRegion().run('version', '--json')).out)).toEqual({
    varco: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.versions.node,
  })
})

it.each(['spid', 'cie'])('%s metadata: what is missing', async (way) => {
  const { code, out, err } = await createRegion().run(way, 'metadata', 'esempio', '--json', ...config)
  const { tenant, missing } = JSON.parse(out)
  expect([code, err, tenant, missing.length > 0]).toEqual([1, '', 'esempio', true])
})

it('every command has it, but the two that print what a person or a shell reads', async () => {
  const { out } = await createRegion().run('help')
  const usages = out.split('\n').filter((line) => line.startsWith('  varco '))
  expect(usages.length).toBeGreaterThan(45)
  expect(usages.filter((line) => !line.includes('[--json]')).map((line) => line.trim())).toEqual([
    expect.stringMatching(/^varco completion /),
    expect.stringMatching(/^varco help/),
  ])
})

it('a command that has no such answer says so instead of another', async () => {
  const { code, out, err } = await createRegion().run('completion', 'bash', '--json')
  expect([code, out, err]).toEqual([3, '', 'varco completion has no --json: leave it out.\n'])
})
