import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/config/problem.ts'
import { parseYaml } from '../../../src/config/yaml-file.ts'
import { accept } from '../../../src/tenant/accept.ts'
import { sharedBetween, type TenantSource } from '../../../src/tenant/between.ts'
import type { Tenant } from '../../../src/tenant/tenant.ts'

const source = (file: string, id: string, extra: Partial<Tenant> = {}): TenantSource => ({
  yaml: parseYaml(`tenants/${file}.yaml`, `id: ${id}\n`),
  tenant: {
    id,
    sector: id,
    spid: { entityId: `s/${id}` },
    cie: { entityId: `c/${id}`, attributeSets: [] },
    ...extra,
  } as unknown as Tenant,
})
const good = (one: TenantSource) => ({ file: one.yaml.file, id: one.tenant.id, problems: [], source: one })
const bad = (file: string, id?: string) => ({
  file: `tenants/${file}.yaml`,
  id,
  problems: [{ file, reason: 'is wrong' } as Problem],
})
const running = (...all: readonly TenantSource[]) => new Map(all.map((one) => [one.tenant.id, one]))
const idsAndHosts = ({ sources }: { sources: readonly TenantSource[] }) =>
  sources.map(({ tenant: { id, host } }) => [id, host])

const ala = source('ala', 'ala', { host: 'a' })
const moena = source('moena', 'moena')

describe('what shall run', () => {
  it('is the very same source where nothing changed', () => {
    const { sources, broken } = accept(
      [good(source('ala', 'ala', { host: 'a' })), good(moena)],
      running(ala, moena),
      sharedBetween,
    )
    expect([sources[0] === ala, sources[1] === moena, broken]).toEqual([true, true, []])
  })

  it('keeps what a broken file stood for, known by its id, or by its name where that cannot be read', () => {
    const { sources, broken } = accept(
      [bad('ala'), bad('moena', 'moena'), bad('nuovo', 'nuovo')],
      running(ala, moena),
      sharedBetween,
    )
    expect(sources).toEqual([ala, moena])
    expect(broken.map(({ id, kept }) => [id, kept])).toEqual([
      ['ala', true],
      ['moena', true],
      ['nuovo', false],
    ])
  })

  it('lets the new one give way of two that do not go together, whatever it is called', () => {
    const thief = source('aaa', 'aaa', { host: 'a' })
    const double = source('aab', 'ala')
    const { sources, broken } = accept([good(thief), good(double), good(ala)], running(ala), sharedBetween)
    expect(sources).toEqual([ala])
    expect(broken.map(({ file }) => file)).toEqual(['tenants/aaa.yaml', 'tenants/aab.yaml'])
  })

  it('lets two change what they have with each other', () => {
    const was = source('moena', 'moena', { host: 'm' })
    const swapped = [good(source('ala', 'ala', { host: 'm' })), good(source('moena', 'moena', { host: 'a' }))]
    const result = accept(swapped, running(ala, was), sharedBetween)
    expect([idsAndHosts(result), result.broken]).toEqual([
      [
        ['ala', 'm'],
        ['moena', 'a'],
      ],
      [],
    ])
  })

  it('takes back a change that does not go with what is kept for another', () => {
    const was = source('moena', 'moena', { host: 'm' })
    const result = accept(
      [good(source('ala', 'ala', { host: 'm' })), bad('moena', 'moena')],
      running(ala, was),
      sharedBetween,
    )
    expect(idsAndHosts(result)).toEqual([
      ['ala', 'a'],
      ['moena', 'm'],
    ])
    expect(result.broken.map(({ id, kept }) => [id, kept])).toEqual([
      ['ala', true],
      ['moena', true],
    ])
  })

  it('keeps a tenant whose successor is gone', () => {
    const merged = source('ala', 'ala', { succeededBy: 'moena' })
    const { sources, broken } = accept([good(merged)], running(merged, moena), sharedBetween)
    expect(sources).toEqual([merged])
    expect(broken).toMatchObject([{ id: 'ala', kept: true }])
  })
})
