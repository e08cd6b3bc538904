import { describe, expect, it } from 'vitest'
import { configOf, edited, load, problemsOf, tenantYaml, validFiles } from '../config/files.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'
const REGION = '/etc/varco/region.yaml'
const written = ({ region = '', tenant = '' }: { region?: string; tenant?: string }) => {
  const files = validFiles()
  if (region) files[REGION] += `lifetimes: ${region}\n`
  if (tenant) files[FILE] = edited(tenantYaml, ['clients:', `lifetimes: ${tenant}\nclients:`])
  return load(files)
}
const lifetimesIn = async (where: Parameters<typeof written>[0]) => configOf(await written(where)).tenants[0]?.lifetimes

describe('lifetimes', () => {
  it('are those of Varco where nobody says otherwise', async () => {
    expect(await lifetimesIn({})).toEqual({
      code: 60,
      accessToken: 600,
      idToken: 3600,
      interaction: 1800,
      refreshToken: 28_800,
    })
  })

  it("are the region's for every Comune, and a Comune's own before them", async () => {
    const region = '{ code: 30, interaction: 900 }'
    expect(await lifetimesIn({ region })).toMatchObject({ code: 30, interaction: 900, accessToken: 600 })
    expect(await lifetimesIn({ region, tenant: '{ code: 120 }' })).toMatchObject({ code: 120, interaction: 900 })
  })

  it.each([
    ['code', 29, 301],
    ['access_token', 59, 3601],
    ['id_token', 299, 28_801],
    ['interaction', 299, 3601],
    ['refresh_token', 3599, 2_592_001],
  ])('of %s have bounds, in either file', async (key, short, long) => {
    for (const where of ['region', 'tenant'] as const) {
      for (const [value, reason] of [
        [short, 'is too short'],
        [long, 'is too long'],
      ] as const) {
        const problems = problemsOf(await written({ [where]: `{ ${key}: ${value} }` }))
        expect(problems).toMatchObject([{ file: where === 'region' ? REGION : FILE, path: `lifetimes.${key}`, reason }])
        expect(problems[0]?.fix).toMatch(/^write \d+ to \d+ seconds$/)
      }
      const good = { [where]: `{ ${key}: ${short + 1} }` }
      expect(problemsOf(await written(good))).toEqual([])
    }
  })

  it('are whole numbers, and no others than these', async () => {
    const problems = problemsOf(await written({ tenant: '{ code: 1.5e2.5, session: 60 }' }))
    expect(problems.map(({ path }) => path)).toEqual(['lifetimes.code', 'lifetimes.session'])
  })
})
