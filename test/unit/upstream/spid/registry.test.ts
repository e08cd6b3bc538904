import { X509Certificate } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../../../src/upstream/spid/aggregate.ts'
import { createIdpRegistry, type RegistryEvent } from '../../../../src/upstream/spid/registry.ts'
import { aggregate, type EntityOptions, entity, signAggregate } from '../../../fixtures/saml/aggregate.ts'
import { selfSigned } from '../../../fixtures/saml/certificate.ts'

const [agid, stranger, idpKey, newerKey] = [selfSigned(), selfSigned(), selfSigned(), selfSigned()]
const expired = selfSigned({ notAfter: '2024-02-19T00:00:00Z' })
const pins = [fingerprintOf(new X509Certificate(agid.certificate))]
const sha256 = ({ certificate }: typeof agid) => fingerprintOf(new X509Certificate(certificate))

const idp = (name: string, options: Partial<EntityOptions> = {}) =>
  entity(`https://${name}.example`, { certificates: [idpKey.certificate], ...options })
const many = (count: number) => Array.from({ length: count }, (_, index) => idp(`idp-${index}`))
const list = (entities: readonly string[], options = {}) => signAggregate(aggregate(entities, options), agid)
const three = list(many(3))

let events: RegistryEvent[] = []
let disk: { text?: string; fails?: string }
let now = 0
beforeEach(() => {
  events = []
  disk = {}
  now = Date.parse('2026-01-15T10:00:00Z')
})

/** `answers`: what the source says, one reading after the other; an Error is a source that fails. */
const registryWith = (...answers: readonly (string | Error)[]) => {
  const left = [...answers]
  return createIdpRegistry({
    source: async () => {
      const answer = left.length > 1 ? left.shift() : left[0]
      if (typeof answer === 'string') return answer
      throw answer ?? new Error('no answer')
    },
    lastGood: {
      read: async () => disk.text,
      write: async (text) => {
        if (disk.fails) throw new Error(disk.fails)
        disk.text = text
      },
    },
    pins,
    now: () => now,
    report: (event) => events.push(event),
  })
}
const namesOf = (registry: ReturnType<typeof registryWith>) =>
  registry.current().map(({ entityId }) => new URL(entityId).hostname.split('.')[0])
const eventsOf = (type: RegistryEvent['type']) => events.filter((event) => event.type === type)

describe('a list that AgID signed', () => {
  it('is used, kept and reported', async () => {
    const registry = registryWith(three)
    expect(await registry.refresh()).toMatchObject({ result: 'updated' })
    expect(namesOf(registry)).toEqual(['idp-0', 'idp-1', 'idp-2'])
    expect(disk.text).toBe(three)
    expect(events).toEqual([
      {
        type: 'registry.updated',
        origin: 'source',
        added: ['https://idp-0.example', 'https://idp-1.example', 'https://idp-2.example'],
        removed: [],
        changed: [],
      },
    ])
    expect(registry.status()).toMatchObject({ origin: 'source', readAt: now })
  })

  it('is not reported again as long as it stays the same', async () => {
    const registry = registryWith(three)
    await registry.refresh()
    expect(await registry.refresh()).toEqual({ result: 'unchanged' })
    expect(events).toHaveLength(1)
  })

  it('is not reported when it was only signed anew, and kept', async () => {
    const again = list(many(3), { createdAt: '2026-01-15T00:00:00Z' })
    const registry = registryWith(three, again)
    await registry.refresh()
    expect(await registry.refresh()).toEqual({ result: 'unchanged' })
    expect(events).toHaveLength(1)
    expect(disk.text).toBe(again)
  })

  it('reports what was added, removed and changed: certificates by fingerprint, addresses', async () => {
    const before = list([idp('a'), idp('b'), idp('c'), idp('d')])
    const after = list([
      idp('b', { certificates: [idpKey.certificate, newerKey.certificate] }),
      idp('c', { sso: 'https://c.example/new' }),
      idp('d'),
      idp('e'),
    ])
    const registry = registryWith(before, after)
    await registry.refresh()
    await registry.refresh()
    expect(events[1]).toEqual({
      type: 'registry.updated',
      origin: 'source',
      added: ['https://e.example'],
      removed: ['https://a.example'],
      changed: [
        { idp: 'https://b.example', certificates: { added: [sha256(newerKey)], removed: [] } },
        {
          idp: 'https://c.example',
          addresses: { added: ['redirect https://c.example/new'], removed: ['redirect https://c.example/sso'] },
        },
      ],
    })
    expect(registry.current()[0]?.certificates).toHaveLength(2)
  })

  it('gives every signing certificate, the expired ones too, and reports those once (spid-saml.md 5.4)', async () => {
    const registry = registryWith(list([idp('a', { certificates: [expired.certificate, idpKey.certificate] })]))
    await registry.refresh()
    await registry.refresh()
    expect(registry.current()[0]?.certificates).toEqual([expired.certificate, idpKey.certificate])
    expect(eventsOf('idp.certificate_expired')).toEqual([
      { type: 'idp.certificate_expired', idp: 'https://a.example', notAfter: '2024-02-19T00:00:00.000Z' },
    ])
  })

  it('reports a certificate on the day when it expires, though the list stays the same', async () => {
    const registry = registryWith(list([idp('a')]))
    await registry.refresh()
    expect(eventsOf('idp.certificate_expired')).toEqual([])
    now = Date.parse('2041-01-01T00:00:00Z')
    await registry.refresh()
    expect(eventsOf('idp.certificate_expired')).toHaveLength(1)
  })

  it('may be signed by any of several pinned certificates: AgID changes its own', async () => {
    const both = createIdpRegistry({
      source: async () => signAggregate(aggregate(many(2)), stranger),
      lastGood: { read: async () => undefined, write: async () => {} },
      pins: [...pins, sha256(stranger)],
      now: () => now,
      report: () => {},
    })
    expect(await both.refresh()).toMatchObject({ result: 'updated' })
  })

  it('leaves out a provider that is no longer valid, also once its day comes', async () => {
    const registry = registryWith(
      list([
        idp('a'),
        idp('past', { validUntil: '2026-01-15T09:59:59Z' }),
        idp('soon', { validUntil: '2026-01-16T00:00:00Z' }),
        idp('odd', { validUntil: 'tomorrow' }),
      ]),
    )
    await registry.refresh()
    expect(namesOf(registry)).toEqual(['a', 'soon'])
    now = Date.parse('2026-01-16T00:00:00Z')
    expect(namesOf(registry)).toEqual(['a'])
  })
})

describe('what is refused while the list in use stays', () => {
  const signedByStranger = signAggregate(aggregate(many(3)), stranger)
  const padding = `<!--${'x'.repeat(10 * 1024 * 1024)}-->`
  it.each<[what: string, answer: string | Error, reason: string]>([
    ['a list that was tampered with', three.replaceAll('idp-1.example', 'idp-9.example'), 'saml_signature_invalid'],
    ['a list without signature', aggregate(many(3)), 'it is not signed'],
    ['a certificate that is not pinned', signedByStranger, `not pinned: SHA-256 ${sha256(stranger)}`],
    [
      'the pinned certificate beside another key’s signature',
      signAggregate(aggregate(many(3)), stranger, agid.certificate),
      'saml_signature_invalid',
    ],
    [
      'the signature of the list inside another list',
      aggregate([three.replace(/^<\?xml.*?\?>/, ''), idp('evil')]).replace('ID="_list"', 'ID="_other"'),
      'it is not signed',
    ],
    ['one provider in place of the list', idp('idp-0'), 'no EntitiesDescriptor'],
    ['an empty list', list([]), 'names no provider'],
    ['an empty answer', '', 'saml_message_malformed'],
    ['a page in place of the list', '<!DOCTYPE html><html></html>', 'saml_doctype_forbidden'],
    [
      '10 MB',
      three.replace('</md:EntitiesDescriptor>', `${padding}</md:EntitiesDescriptor>`),
      'saml_message_too_large',
    ],
    [
      'a list of more elements than a signature engine gets through',
      three.replace('</md:EntitiesDescriptor>', `${'<a/>'.repeat(5000)}</md:EntitiesDescriptor>`),
      'saml_message_too_large',
    ],
    ['a list that is no longer valid', list(many(3), { validUntil: '2026-01-15T10:00:00Z' }), 'was valid until 2026'],
    ['a list whose end is no time', list(many(3), { validUntil: 'always' }), 'validUntil is no time'],
    [
      'a list made before the one in use',
      list(many(3), { createdAt: '2026-01-01T00:00:00Z' }),
      'before the list in use',
    ],
    ['a registry that is down', new Error('ECONNREFUSED'), 'ECONNREFUSED'],
  ])('%s', async (_what, answer, reason) => {
    const good = list(many(3), { createdAt: '2026-01-02T00:00:00Z' })
    const registry = registryWith(good, answer)
    await registry.refresh()
    expect(await registry.refresh()).toEqual({ result: 'refused', reason: expect.stringContaining(reason) })
    expect(namesOf(registry)).toEqual(['idp-0', 'idp-1', 'idp-2'])
    expect(disk.text).toBe(good)
    expect(events.slice(1)).toEqual([
      { type: 'registry.refused', origin: 'source', reason: expect.stringContaining(reason) },
    ])
    expect(registry.status()).toMatchObject({ origin: 'source', readAt: now, refusal: expect.any(String) })
  })

  it.each([
    [12, 7, 'refused'],
    [12, 8, 'updated'],
    [3, 2, 'updated'],
    [3, 1, 'refused'],
    [2, 1, 'refused'],
  ])('from %i providers to %i: %s (more than a third is too many)', async (before, after, result) => {
    const registry = registryWith(list(many(before)), list(many(after)))
    await registry.refresh()
    expect(await registry.refresh()).toMatchObject({ result })
    expect(registry.current()).toHaveLength(result === 'refused' ? before : after)
  })

  it('does not count the same provider twice', async () => {
    const registry = registryWith(list(many(3)), list([idp('a'), idp('a'), idp('a')]))
    await registry.refresh()
    expect(await registry.refresh()).toMatchObject({ reason: expect.stringContaining('from 3 providers to 1') })
  })

  it('a list in use that runs out stays in use: an alarm each day is better than no SPID', async () => {
    const registry = registryWith(list(many(3), { validUntil: '2026-01-20T00:00:00Z' }))
    await registry.refresh()
    now = Date.parse('2026-01-20T00:00:00Z')
    expect(await registry.refresh()).toMatchObject({ result: 'refused' })
    expect(registry.current()).toHaveLength(3)
  })
})

describe('the last good copy', () => {
  it('is used at the start, before the registry is asked', async () => {
    disk.text = three
    const registry = registryWith(new Error('down'))
    await registry.load()
    expect(namesOf(registry)).toEqual(['idp-0', 'idp-1', 'idp-2'])
    expect(registry.status()).toMatchObject({ origin: 'copy' })
    expect(await registry.refresh()).toMatchObject({ result: 'refused' })
    expect(registry.current()).toHaveLength(3)
  })

  it('is what the next list is measured by', async () => {
    disk.text = list(many(12))
    const registry = registryWith(list(many(7)))
    await registry.load()
    expect(await registry.refresh()).toMatchObject({ reason: expect.stringContaining('from 12 providers to 7') })
  })

  it('is refused when it was tampered with, and replaced by the next good list', async () => {
    disk.text = three.replaceAll('idp-1.example', 'idp-9.example')
    const registry = registryWith(three)
    await registry.load()
    expect(registry.current()).toEqual([])
    expect(events).toEqual([{ type: 'registry.refused', origin: 'copy', reason: 'saml_signature_invalid' }])
    await registry.refresh()
    expect(registry.current()).toHaveLength(3)
    expect(disk.text).toBe(three)
  })

  it('is refused when its certificate is no longer pinned', async () => {
    disk.text = signAggregate(aggregate(many(3)), stranger)
    const registry = registryWith(new Error('down'))
    await registry.load()
    expect(registry.current()).toEqual([])
  })

  it('is put back when it disappears', async () => {
    const registry = registryWith(three)
    await registry.refresh()
    delete disk.text
    await registry.refresh()
    expect(disk.text).toBe(three)
  })

  it('that another gateway or the command kept is taken up, though this gateway’s source fails', async () => {
    const four = list(many(4))
    const registry = registryWith(three, new Error('down'))
    await registry.refresh()
    disk.text = four
    await registry.refresh()
    expect(registry.current()).toHaveLength(4)
    expect(eventsOf('registry.updated')[1]).toMatchObject({ origin: 'copy', added: ['https://idp-3.example'] })
  })

  it('that is older than the list in use is not taken up', async () => {
    const newer = list(many(3), { createdAt: '2026-01-02T00:00:00Z' })
    const registry = registryWith(newer)
    await registry.refresh()
    disk.text = list(many(4), { createdAt: '2026-01-01T00:00:00Z' })
    await registry.refresh()
    expect(registry.current()).toHaveLength(3)
    expect(disk.text).toBe(newer)
  })

  it('that cannot be written is reported, and the list used all the same', async () => {
    disk.fails = 'no space left'
    const registry = registryWith(three)
    expect(await registry.refresh()).toMatchObject({ result: 'updated' })
    expect(registry.current()).toHaveLength(3)
    expect(eventsOf('registry.not_kept')).toEqual([{ type: 'registry.not_kept', reason: 'no space left' }])
    delete disk.fails
    await registry.refresh()
    expect(disk.text).toBe(three)
  })
})

describe('a gateway that never had a list', () => {
  it('has no provider and reports it, until the registry answers', async () => {
    const registry = registryWith(new Error('down'), three)
    await registry.load()
    await registry.refresh()
    expect(registry.current()).toEqual([])
    expect(events).toEqual([{ type: 'registry.refused', origin: 'source', reason: 'down' }])
    await registry.refresh()
    expect(registry.current()).toHaveLength(3)
    expect(registry.status().refusal).toBeUndefined()
  })
})

it('reads once when asked twice at the same time', async () => {
  let readings = 0
  const registry = createIdpRegistry({
    source: async () => {
      readings++
      return three
    },
    lastGood: { read: async () => undefined, write: async () => {} },
    pins,
    now: () => now,
    report: () => {},
  })
  await Promise.all([registry.refresh(), registry.refresh()])
  expect(readings).toBe(1)
})

it('believes by default the certificate of AgID alone', async () => {
  const registry = createIdpRegistry({
    source: async () => three,
    lastGood: { read: async () => undefined, write: async () => {} },
    now: () => now,
    report: () => {},
  })
  expect(await registry.refresh()).toMatchObject({ reason: expect.stringContaining('not pinned') })
})
