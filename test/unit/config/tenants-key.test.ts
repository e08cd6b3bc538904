import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configOf, edited, GATEWAY, load, problemsOf, validFiles } from './files.ts'

const withTenants = (value: string) =>
  load({ ...validFiles(), [GATEWAY]: edited(validFiles()[GATEWAY] ?? '', ['tenants: tenants', `tenants: ${value}`]) })

describe('where the tenants’ files are, and when they count', () => {
  it('is a folder whose files count when somebody says so', async () => {
    expect(configOf(await load()).reload).toBe('apply')
    expect(configOf(await withTenants('{ folder: tenants }')).reload).toBe('apply')
  })

  it('may be a folder that is looked at every few seconds, as in the demo', async () => {
    const { reload, tenants } = configOf(await withTenants('{ folder: tenants, reload: poll }'))
    expect([reload, tenants.length]).toEqual(['poll', 1])
    const demo = parse(readFileSync(new URL('../../../config/demo.yaml', import.meta.url), 'utf8'))
    expect(demo.tenants).toEqual({ folder: '../tenants', reload: 'poll' })
  })

  it.each([
    ['another moment', '{ folder: tenants, reload: always }', 'tenants.reload', 'is not apply or poll'],
    ['another key', '{ folder: tenants, every: 5 }', 'tenants.every', 'is not a key that is known here'],
    ['no folder', '{ reload: poll }', 'tenants.folder', 'is missing'],
  ])('is refused with %s', async (_, value, path, reason) => {
    expect(problemsOf(await withTenants(value))).toMatchObject([{ path, reason: expect.stringContaining(reason) }])
  })
})
