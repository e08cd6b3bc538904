import { hash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../../src/audit/events.ts'
import { loadGatewayConfig } from '../../src/config/load.ts'
import type { LastGood } from '../../src/keyring/last-good.ts'
import { createReload, POLL } from '../../src/reload.ts'
import { hashOf } from '../../src/tenant/hash.ts'
import { pinOf } from '../../src/tenant/immutable.ts'
import { createTenantRegistry } from '../../src/tenant/registry.ts'
import type { Tenant } from '../../src/tenant/tenant.ts'
import { GATEWAY, readersOf, tenantYaml, validEnv, validFiles } from './config/files.ts'

const FOLDER = '/etc/varco/tenants'
const other = tenantYaml
  .replaceAll('esempio', 'altro')
  .replaceAll('Esempio', 'Altro')
  .replace('x999', 'y888')
  .replace('X999', 'Y888')

let files: Record<string, string>
let reads: string[]
let kept: Map<string, string>
let events: AuditEvent[]
let prepared: string[]
let refused: Record<string, string>
beforeEach(() => {
  files = { ...validFiles(), [`${FOLDER}/altro.yaml`]: other }
  reads = []
  kept = new Map()
  events = []
  prepared = []
  refused = {}
})

/** As on a disk, with an account of what is read. */
const readers = () => {
  const plain = readersOf(files, validEnv)
  return {
    ...plain,
    readFile: (path: string) => {
      reads.push(path)
      return plain.readFile(path)
    },
  }
}

const lastGood: LastGood = {
  hashes: async () => new Map([...kept].map(([tenant, entry]) => [tenant, entry.split(' ')[0] ?? ''])),
  outdated: async () => new Set(),
  read: async (tenant) => kept.get(tenant)?.split(' ').slice(1).join(' '),
  keep: async (tenant, hash, copy) => {
    kept.set(tenant, `${hash} ${copy}`)
  },
  drop: async (tenant) => {
    kept.delete(tenant)
  },
  reseal: async () => [],
}

const start = async () => {
  const loaded = await loadGatewayConfig(GATEWAY, readers())
  if (!('config' in loaded)) throw new Error(JSON.stringify(loaded.problems))
  const registry = createTenantRegistry(loaded.config.tenants)
  const pinned: string[] = []
  const reload = createReload({
    files: loaded,
    registry,
    prepare: async (tenants) => {
      prepared.push(...tenants.map(({ id }) => id))
      return {
        failed: new Map(Object.entries(refused).filter(([id]) => tenants.some((one) => one.id === id))),
        serve: () => undefined,
      }
    },
    pin: async (tenants) => {
      pinned.push(...tenants.filter(({ state }) => state === 'live').map(({ id }) => id))
    },
    lastGood,
    audit: (event) => events.push(event),
    changed: () => undefined,
  })
  await reload.settled()
  return { reload, registry, folder: loaded.folder, pinned }
}
const edit = (tenant: string, from: string, to: string) => {
  const path = `${FOLDER}/${tenant}.yaml`
  const text = files[path] ?? ''
  if (!text.includes(from)) throw new Error(`not in the file: ${from}`)
  files[path] = text.replace(from, to)
}
const of = <T extends AuditEvent['type']>(type: T) =>
  events.filter((event): event is Extract<AuditEvent, { type: T }> => event.type === type)

const live = ['state: test', 'state: live'] as const
const withFingerprint = () => {
  const fingerprint = hash('sha256', Buffer.alloc(32, 2))
  files[GATEWAY] = (files[GATEWAY] ?? '').replace(
    'value: env:SUBJECT_KEY',
    `value: env:SUBJECT_KEY\n  fingerprint: ${fingerprint}`,
  )
}

describe('a reload', () => {
  it('leaves the very same object where nothing changed, whatever was arranged otherwise', async () => {
    const { reload, registry } = await start()
    const before = registry.all()
    files[`${FOLDER}/esempio.yaml`] = `# a remark\n${tenantYaml.replace('state: test\n', '')}state: test\n`
    await reload.take('anna')
    expect(registry.all().map((tenant, index) => tenant === before[index])).toEqual([true, true])
    expect([prepared, events]).toEqual([[], []])
  })

  it('prepares and swaps the tenant that changed, and no other', async () => {
    const { reload, registry } = await start()
    const before = registry.byId('altro')
    edit('esempio', 'Comune di Esempio', 'Comune di Esempi')
    await reload.take('anna')
    expect([prepared, registry.byId('altro') === before]).toEqual([['esempio'], true])
    expect(registry.byId('esempio')?.names.it).toBe('Comune di Esempi')
    expect(of('tenants.reloaded')).toEqual([
      {
        type: 'tenants.reloaded',
        by: 'anna',
        hash: reload.standing().tenantsHash,
        added: [],
        changed: ['esempio'],
        removed: [],
      },
    ])
  })

  it('follows what tenants inherit from the region’s file', async () => {
    const { reload, registry } = await start()
    files['/etc/varco/region.yaml'] = (files['/etc/varco/region.yaml'] ?? '').replace('0461 000000', '0461 111111')
    await reload.take('anna')
    expect(registry.all().map(({ helpdesk }) => helpdesk.phone)).toEqual(['0461 111111', '0461 111111'])
  })

  it('sees that a picture or a certificate beside the file is another', async () => {
    files['/etc/varco/tenants/logo.svg'] = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    edit('esempio', 'site_url', 'branding: { logo: logo.svg }\nsite_url')
    const { reload, registry } = await start()
    files['/etc/varco/tenants/logo.svg'] = '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>'
    await reload.take('anna')
    expect(String(registry.byId('esempio')?.branding.logo?.body)).toContain('<g/>')
  })

  it('keeps what cannot be built, and names the entry as the reason', async () => {
    const { reload, registry } = await start()
    edit('esempio', 'Comune di Esempio', 'Comune di Esempi')
    refused = { esempio: 'redirect_uris must not be so' }
    await reload.take('anna')
    expect(registry.byId('esempio')?.names.it).toBe('Comune di Esempio')
    expect(of('tenant.broken')).toMatchObject([
      { tenant: 'esempio', kept: true, reason: expect.stringContaining('redirect_uris must not be so') },
    ])
  })

  it('changes nothing where folder or region cannot be read, and says so once', async () => {
    const { reload, registry } = await start()
    const before = registry.all()
    const region = files['/etc/varco/region.yaml'] ?? ''
    files['/etc/varco/region.yaml'] = 'name: ['
    await reload.take('anna')
    await reload.take('anna')
    files['/etc/varco/region.yaml'] = region
    for (const path of Object.keys(files)) if (path.startsWith(FOLDER)) delete files[path]
    await reload.take('anna')
    expect(registry.all()).toBe(before)
    expect(of('tenants.not_reloaded')).toHaveLength(2)
  })

  it('keeps what it has where what is wanted is not in its folder, and takes it once it is', async () => {
    const { reload, registry } = await start()
    edit('esempio', 'Comune di Esempio', 'Comune di Esempi')
    const wanted = {
      id: 'w',
      at: 0,
      by: 'anna',
      tenants: { esempio: 'another', altro: hashOf(registry.byId('altro') as Tenant) },
    }
    await reload.want(wanted)
    expect(reload.standing().differs).toEqual({ wanted: 'w', tenants: ['esempio'] })
    expect(registry.byId('esempio')?.names.it).toBe('Comune di Esempio')
    const { candidates } = (await (await start()).folder.read()) as {
      candidates: readonly { source?: { tenant: Tenant } }[]
    }
    const found = hashOf(candidates[1]?.source?.tenant as Tenant)
    await reload.want({ ...wanted, tenants: { esempio: found } })
    expect([reload.standing().differs, registry.byId('esempio')?.names.it]).toEqual([undefined, 'Comune di Esempi'])
  })

  it('says what one wish lacks here until another is about the same tenant', async () => {
    const { reload, registry } = await start()
    const hashNow = (id: string) => hashOf(registry.byId(id) as Tenant)
    const want = async (id: string, tenants: Record<string, string>) => {
      await reload.want({ id, at: 0, by: 'anna', tenants })
      return reload.standing().differs
    }
    expect(await want('1', { esempio: 'another' })).toEqual({ wanted: '1', tenants: ['esempio'] })
    expect(await want('2', { altro: hashNow('altro') })).toEqual({ wanted: '1', tenants: ['esempio'] })
    expect(await want('3', { altro: 'another' })).toEqual({ wanted: '3', tenants: ['esempio', 'altro'] })
    expect(await want('4', { esempio: hashNow('esempio') })).toEqual({ wanted: '3', tenants: ['altro'] })
    await reload.take('anna')
    expect(reload.standing().differs).toBeUndefined()
  })

  it('takes of all that changed only what is wanted', async () => {
    const { reload, registry } = await start()
    edit('altro', 'Comune di Altro', 'Comune di Altri')
    delete files[`${FOLDER}/esempio.yaml`]
    await reload.want({ id: 'w', at: 0, by: 'anna', tenants: { esempio: null } })
    expect(registry.all().map(({ id, names }) => [id, names.it])).toEqual([['altro', 'Comune di Altro']])
    expect(kept.has('esempio')).toBe(false)
  })

  it('lets no live tenant change what was registered, nor one go live that may not', async () => {
    const { reload, registry } = await start()
    edit('esempio', ...live)
    await reload.take('anna')
    expect(registry.byId('esempio')?.state).toBe('test')
    expect(of('tenant.broken').at(-1)?.reason).toContain('entity_id')
    edit(
      'esempio',
      'clients:',
      'federation:\n  spid: { entity_id: "https://login.regione.example/pub-ag-full/c_x999", acs_url: "https://login.regione.example/t/esempio/saml/spid/acs", attribute_sets: [{ index: 0, name: base, attributes: [fiscalNumber, name] }] }\n  cie: { entity_id: "https://login.regione.example/cie/c_x999", acs_url: "https://login.regione.example/t/esempio/saml/cie/acs", service_uuid: 4f108b63-6be5-45d6-a1ec-6095e03c2884 }\nmethods: { spid: true, cie: true, cns: false }\nclients:',
    )
    await reload.take('anna')
    expect(of('tenant.broken').at(-1)?.reason).toContain('fingerprint of the subject key')
    expect(registry.byId('esempio')?.state).toBe('test')

    withFingerprint()
    const second = await start()
    expect(second.registry.byId('esempio')?.state).toBe('live')
    files['/var/lib/varco/live/esempio.json'] = JSON.stringify(pinOf(second.registry.byId('esempio') as Tenant))
    edit('esempio', 'site_url', 'sector: nuovo\nsite_url')
    await second.reload.take('anna')
    expect(of('tenant.broken').at(-1)).toMatchObject({ tenant: 'esempio', kept: true })
    expect(of('tenant.broken').at(-1)?.reason).toContain('was esempio when the tenant went live')
    expect(second.registry.byId('esempio')?.sector).toBe('esempio')
  })

  describe('of a file whose tenant has another id now', () => {
    const path = `${FOLDER}/esempio.yaml`
    const renamed = (live: boolean) => async () => {
      const { reload, registry } = await start()
      if (live) files['/var/lib/varco/live/esempio.json'] = JSON.stringify(pinOf(registry.byId('esempio') as Tenant))
      edit('esempio', 'id: esempio', 'id: nuovo')
      await reload.take('anna')
      const ids = () => registry.all().map(({ id }) => id)
      return { reload, ids }
    }

    it('keeps the one that was live, and says what to write', async () => {
      const { reload, ids } = await renamed(true)()
      expect(ids()).toEqual(['altro', 'esempio'])
      const [told] = of('tenant.broken')
      expect(told).toMatchObject({ tenant: 'esempio', kept: true })
      expect(told?.reason).toMatch(
        /id {2}was esempio when the tenant went live, and is nuovo now: esempio would no longer be served +→ write esempio again/,
      )
      // told where only that is wanted, too
      await reload.want({ id: 'w', at: 0, by: 'anna', tenants: { esempio: null } })
      expect(ids()).toEqual(['altro', 'esempio'])
    })

    it('takes it where another file goes on as the one that was live', async () => {
      const { reload, ids } = await renamed(true)()
      files[`${FOLDER}/vecchio.yaml`] = tenantYaml
      files[path] = (files[path] ?? '').replace('x999', 'z777').replace('X999', 'Z777')
      await reload.take('anna')
      expect([ids(), of('tenant.broken').length]).toEqual([['altro', 'nuovo', 'esempio'], 1])
    })

    it('takes it where none was ever live', async () => {
      const { ids } = await renamed(false)()
      expect(ids()).toEqual(['altro', 'nuovo'])
    })
  })

  it('keeps what a file stood for that calls itself by another’s name', async () => {
    const { reload, registry } = await start()
    edit('esempio', 'id: esempio', 'id: altro')
    await reload.take('anna')
    expect(registry.all().map(({ id }) => id)).toEqual(['altro', 'esempio'])
    expect(of('tenant.broken')).toMatchObject([{ tenant: 'esempio', kept: true }])
  })

  it('writes every good version down, of which the same tenant is made again', async () => {
    const { reload, registry, folder } = await start()
    edit('esempio', 'Comune di Esempio', 'Comune di Esempi')
    await reload.take('anna')
    await reload.settled()
    const copy = (await lastGood.read('esempio')) ?? ''
    expect(copy).not.toContain(validEnv.SITE_SECRET)
    files = {}
    const again = await folder.restore(copy)
    expect(again && hashOf(again.tenant)).toBe(hashOf(registry.byId('esempio') as Tenant))
  })

  describe('that nobody asked for', () => {
    const look = async () => {
      const { reload, registry } = await start()
      await reload.take(POLL)
      return { poll: () => reload.take(POLL), name: () => registry.byId('esempio')?.names.it, registry }
    }
    const path = `${FOLDER}/esempio.yaml`

    it('believes a file that two looks found the same, and says nothing of one that is still being written', async () => {
      const { poll, name } = await look()
      const whole = (files[path] ?? '').replace('Comune di Esempio', 'Comune di Esempi')
      for (const half of [whole.replace('Comune di Esempi', 'Comune'), whole.slice(0, 300), 'schema: [', whole]) {
        files[path] = half
        await poll()
        expect([name(), events]).toEqual(['Comune di Esempio', []])
      }
      await poll()
      expect([name(), of('tenants.reloaded')[0]?.changed]).toEqual(['Comune di Esempi', ['esempio']])
    })

    it('tells of a broken file once, and that it is mended once it is', async () => {
      const { poll } = await look()
      const good = files[path] ?? ''
      for (const text of ['schema: [', 'schema: [', 'schema: 2', good]) {
        files[path] = text
        await poll()
      }
      expect(events.map(({ type }) => type)).toEqual(['tenant.broken'])
      await poll()
      expect(events.map(({ type }) => type)).toEqual(['tenant.broken', 'tenant.mended'])
    })

    it('takes a tenant whose file got another name along', async () => {
      const { poll, name } = await look()
      files[`${FOLDER}/nuovo.yaml`] = files[path] ?? ''
      delete files[path]
      for (const again of [0, 1, 2]) {
        files[`${FOLDER}/nuovo.yaml`] += again === 1 ? '# not yet' : ''
        await poll()
        expect(name()).toBe('Comune di Esempio')
      }
      expect(of('tenants.reloaded')).toEqual([])
    })

    it('gives a tenant whose file is away for a moment to no other that calls itself so', async () => {
      const { poll, name } = await look()
      files[`${FOLDER}/zz.yaml`] = tenantYaml.replace('Comune di Esempio', 'Comune del Male')
      await poll()
      await poll()
      const whole = files[path] ?? ''
      delete files[path]
      await poll()
      expect(name()).toBe('Comune di Esempio')
      files[path] = whole
      await poll()
      await poll()
      expect(name()).toBe('Comune di Esempio')
    })
  })

  it('reads at most once at a time where nobody asked', async () => {
    const { reload } = await start()
    reads = []
    await Promise.all([reload.take(POLL), reload.take(POLL), reload.take(POLL)])
    expect(reads.filter((path) => path.endsWith('region.yaml'))).toHaveLength(1)
  })
})
