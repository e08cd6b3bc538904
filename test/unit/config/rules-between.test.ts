import { expect, it } from 'vitest'
import { rulesBetween } from '../../../src/config/rules-between.ts'
import { parseYaml } from '../../../src/config/yaml-file.ts'
import { pinOf } from '../../../src/tenant/immutable.ts'
import { configOf, load, readersOf } from './files.ts'

it.each(['live', 'test', 'suspended'] as const)(
  'what was registered while a tenant was live stays, also in a file that calls it %s',
  async (state) => {
    const config = configOf(await load())
    const [tenant] = config.tenants
    if (tenant === undefined) throw new Error('no tenant')
    const pinned = JSON.stringify(pinOf({ ...tenant, state: 'live' }))
    const { changedSinceLive } = rulesBetween(
      { ...config, fingerprintOfSubjectKey: '', stateDir: '/state' },
      readersOf({ '/state/live/esempio.json': pinned }, {}),
    )
    const yaml = parseYaml('esempio.yaml', 'id: esempio\n')
    expect(await changedSinceLive({ yaml, tenant: { ...tenant, state } })).toEqual([])
    expect(await changedSinceLive({ yaml, tenant: { ...tenant, state, sector: 'other' } })).toMatchObject([
      { path: 'sector' },
    ])
  },
)
