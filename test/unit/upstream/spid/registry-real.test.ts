/** The real aggregates: the newer is signed with the pinned certificate of AgID, the older with one of before. */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../../../src/upstream/spid/aggregate.ts'
import { agidPins } from '../../../../src/upstream/spid/agid.ts'
import { createIdpRegistry, type RegistryEvent } from '../../../../src/upstream/spid/registry.ts'

const folder = process.env.VARCO_DATA ?? ''
const newerFile = join(folder, 'spid-idps-all-2025-11-25.xml')
const olderFile = join(folder, 'spid-idps-all-older.xml')
const absent = !existsSync(newerFile) || !existsSync(olderFile)
const why = absent ? ' (skipped: VARCO_DATA does not name the folder with both real aggregates)' : ''

describe.skipIf(absent)(`AgID’s aggregates${why}`, () => {
  const newer = absent ? '' : readFileSync(newerFile, 'utf8')
  const older = absent ? '' : readFileSync(olderFile, 'utf8')

  /** Never a default: the first certificate in it is the one of the list's own signature. */
  const pinOf = (aggregate: string) => {
    const [, base64 = ''] = /<ds:X509Certificate>([^<]+)</.exec(aggregate) ?? []
    return fingerprintOf(new X509Certificate(Buffer.from(base64, 'base64')))
  }

  const reading = (answers: readonly string[], pins?: readonly string[]) => {
    const left = [...answers]
    const events: RegistryEvent[] = []
    const registry = createIdpRegistry({
      source: async () => left.shift() ?? '',
      lastGood: { read: async () => undefined, write: async () => {} },
      ...(pins && { pins }),
      now: () => Date.parse('2025-11-25T16:00:00Z'),
      report: (event) => events.push(event),
    })
    return { registry, events }
  }

  it('the newer one verifies with the default pin, three nested signatures that do not verify notwithstanding', async () => {
    const { registry } = reading([newer])
    expect(await registry.refresh()).toMatchObject({ result: 'updated' })
    expect(registry.current()).toHaveLength(12)
    expect(registry.status().signer?.subject).toContain('CN=AgID')
  })

  it('the older one verifies with a pin of its own', async () => {
    const { registry } = reading([older], [pinOf(older)])
    expect(await registry.refresh()).toMatchObject({ result: 'updated' })
    expect(registry.current()).toHaveLength(12)
  })

  it('the older one is refused by default', async () => {
    const { registry } = reading([older])
    expect(await registry.refresh()).toEqual({
      result: 'refused',
      reason: `it is signed with a certificate that is not pinned: SHA-256 ${pinOf(older)}`,
    })
  })

  it('the newer one with one letter of one certificate changed is refused', async () => {
    const at = newer.lastIndexOf('</ds:X509Certificate>') - 200
    const letter = newer[at] === 'A' ? 'B' : 'A'
    const { registry } = reading([newer.slice(0, at) + letter + newer.slice(at + 1)])
    expect(await registry.refresh()).toEqual({ result: 'refused', reason: 'saml_signature_invalid' })
  })

  it('from the older to the newer five providers have other certificates, and nothing else changed', async () => {
    const { registry, events } = reading([older, newer], [...agidPins, pinOf(older)])
    await registry.refresh()
    await registry.refresh()
    expect(events.filter(({ type }) => type === 'registry.updated')[1]).toEqual({
      type: 'registry.updated',
      origin: 'source',
      added: [],
      removed: [],
      changed: [
        {
          idp: 'https://identity.sieltecloud.it',
          certificates: { added: ['1c66d82ca38ebdb8bbe17863f53850f18cb0c0af134c912569d23c90a0d29265'], removed: [] },
        },
        {
          idp: 'https://login.id.tim.it/affwebservices/public/saml2sso',
          certificates: { added: ['cfefe5cc10c5dba8a1d8288883292fa165ad169f1a6be2532e316a1b2da272b0'], removed: [] },
        },
        {
          idp: 'https://loginspid.aruba.it',
          certificates: {
            added: ['7ad61bf230ff1e36a671993d2491a6566e63a965febf628bf1839481a92cef59'],
            removed: ['03ee0b51f6ae17f1b2ae76ec52e959b4abc1d17e5ece87e6e26a2c3c7026e06a'],
          },
        },
        {
          idp: 'https://identity.infocert.it',
          certificates: {
            added: ['32e79ad83d470d37a7f852be638a5ca320922c3dcba351f42fac01ba16565dd8'],
            removed: ['b15e11c2b2951c5ba37216ef2c7054f02cf65aeeebd116f6b370d1f88f7c7082'],
          },
        },
        {
          idp: 'https://posteid.poste.it',
          certificates: { added: ['91b35383077b33edd90313222851318c7cc64175541db3211149572f5273aec3'], removed: [] },
        },
      ],
    })
  })

  it('the expired certificate of Poste is reported, and among those that a login is begun with', async () => {
    const { registry, events } = reading([newer])
    await registry.refresh()
    expect(events).toContainEqual({
      type: 'idp.certificate_expired',
      idp: 'https://posteid.poste.it',
      notAfter: '2024-02-19T11:46:31.000Z',
    })
    const poste = registry.current().find(({ entityId }) => entityId === 'https://posteid.poste.it')
    const ends = poste?.certificates.map((pem) => new X509Certificate(pem).validToDate.getUTCFullYear())
    expect(ends).toContain(2024)
    expect(poste?.certificates.length).toBeGreaterThan(1)
  })
})
