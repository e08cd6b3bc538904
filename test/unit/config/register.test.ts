import { describe, expect, it } from 'vitest'
import { configOf, GATEWAY, load, problemsOf, validFiles } from './files.ts'

const loadRegister = (register: string) => {
  const files = validFiles()
  files[GATEWAY] = `${files[GATEWAY] ?? ''}\nregister: ${register}\n`
  return load(files)
}

describe('register', () => {
  it('keeps 24 months and lets nobody in without a record, unless it is told otherwise', async () => {
    expect(configOf(await load(validFiles())).register).toEqual({ retentionMonths: 24, onFailure: 'refuse' })
    expect(configOf(await loadRegister('{ retention_months: 36 }')).register.retentionMonths).toBe(36)
  })

  it.each([
    ['{ retention_months: 23 }', 'retention_months', 'is less than 24'],
    ['{ retention_months: 1200 }', 'retention_months', 'is more than ten years'],
    ['{ on_failure: ignore }', 'on_failure', 'must be one of refuse, continue'],
    ['{ retention: 24 }', 'retention', 'is not a key that is known here'],
  ])('is refused with %s', async (text, key, reason) => {
    expect(problemsOf(await loadRegister(text))).toMatchObject([{ path: `register.${key}`, reason }])
  })

  it('warns where people are let in without a record', async () => {
    const loaded = await loadRegister('{ on_failure: continue }')
    expect(configOf(loaded).register.onFailure).toBe('continue')
    expect('warnings' in loaded && loaded.warnings.map(({ path }) => path)).toContain('register.on_failure')
  })
})
