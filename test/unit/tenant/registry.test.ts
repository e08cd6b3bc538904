import { expect, it } from 'vitest'
import { createTenantRegistry } from '../../../src/tenant/registry.ts'
import { configOf, edited, load, tenantYaml, validFiles } from '../config/files.ts'

const files = {
  ...validFiles(),
  '/etc/varco/tenants/altro.yaml': edited(
    tenantYaml,
    ['id: esempio', 'id: altro\nhost: accesso.altro.example:8443'],
    ['  ipa_code: c_x999\n  belfiore: X999', '  ipa_code: c_x998'],
  ),
}
const registry = createTenantRegistry(configOf(await load(files)).tenants)

it('finds a tenant by its id', () => {
  expect(registry.byId('esempio')?.ipaCode).toBe('c_x999')
  expect(registry.all()).toHaveLength(2)
})

it('finds a tenant by its own host, in any case of letters, only with its port', () => {
  expect(registry.byHost('Accesso.Altro.Example:8443')?.id).toBe('altro')
  expect(registry.byHost('accesso.altro.example')).toBeUndefined()
})

it.each(['', 'constructor', '__proto__', 'ESEMPIO', 'undefined'])('finds nothing for %j', (name) => {
  expect(registry.byId(name)).toBeUndefined()
  expect(registry.byHost(name)).toBeUndefined()
})
