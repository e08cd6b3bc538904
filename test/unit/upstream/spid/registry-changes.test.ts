import { expect, it } from 'vitest'
import type { IdpMetadata } from '../../../../src/upstream/saml/idp-metadata.ts'
import { changesBetween, isUnchanged } from '../../../../src/upstream/spid/registry-changes.ts'

const url = 'https://idp.example/slo'
const idp = (changes: Partial<IdpMetadata> = {}): IdpMetadata => ({
  entityId: 'https://idp.example',
  sso: [{ binding: 'redirect', url: 'https://idp.example/sso' }],
  certificates: [],
  expiredCertificates: [],
  ...changes,
})

it('names the binding where only that changed', () => {
  expect(
    changesBetween([idp()], [idp({ sso: [{ binding: 'post', url: 'https://idp.example/sso' }] })]).changed,
  ).toEqual([
    {
      idp: 'https://idp.example',
      addresses: { added: ['post https://idp.example/sso'], removed: ['redirect https://idp.example/sso'] },
    },
  ])
})

it('counts the addresses of logout', () => {
  const before = idp({ slo: [{ binding: 'post', url }] })
  const after = idp({ slo: [{ binding: 'post', url, responseUrl: `${url}/answer` }] })
  expect(changesBetween([before], [after]).changed).toEqual([
    {
      idp: 'https://idp.example',
      addresses: { added: [`logout post ${url} ${url}/answer`], removed: [`logout post ${url}`] },
    },
  ])
})

it('finds nothing in another order or another name', () => {
  const other = idp({ entityId: 'https://other.example' })
  const changes = changesBetween([idp(), other], [other, idp({ organizationName: 'Ente' })])
  expect([changes, isUnchanged(changes)]).toEqual([{ added: [], removed: [], changed: [] }, true])
})
