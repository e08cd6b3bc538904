import { expect, it } from 'vitest'
import { createTrustStore } from '../../../src/upstream/cns/trust.ts'
import { createUpstreams } from '../../../src/upstream/index.ts'

const idp = { entityId: 'https://idp.example', sso: [], certificates: [], expiredCertificates: [] }

it('has the upstreams that are configured, under their ids', () => {
  const upstreams = createUpstreams({
    spid: { idps: () => [idp], names: {} },
    cie: { idp, comparison: 'minimum' },
    cns: { trust: () => createTrustStore([]), startUrl: 'https://cns.example', name: 'CNS' },
  })
  expect([...upstreams.entries()].map(([id, upstream]) => [id, upstream.id, upstream.answer])).toEqual([
    ['spid', 'spid', 'form'],
    ['cie', 'cie', 'form'],
    ['cns', 'cns', 'certificate'],
  ])
  expect([...createUpstreams({ cie: { idp, comparison: 'minimum' } }).keys()]).toEqual(['cie'])
})
