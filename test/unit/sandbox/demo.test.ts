import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { authorityName, certificationAuthority, tlsIdentity } from '../../../sandbox/pki/profiles.ts'
import { movePorts, PortTaken, portsFrom, urlsOf } from '../../../sandbox/ports.ts'
import { startDemo } from '../../../sandbox/start-demo.ts'
import { openState } from '../../../sandbox/state.ts'
import { diskReaders } from '../../../src/config/disk.ts'
import { loadGatewayConfig } from '../../../src/config/load.ts'

const scratch = mkdtempSync(join(tmpdir(), 'varco-demo-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const now = new Date('2026-01-15T10:00:00Z')

describe('the ports of the demo', () => {
  it('are moved in every address, and nothing else is', () => {
    const ports = { gateway: 1, cns: 2, operations: 3, spid: 4, cie: 5, cards: 6, site: 7 }
    expect(
      movePorts(
        'http://localhost:7000 127.0.0.1:7002 http://comune.localhost:7006/ala/ :7003 c_7000 localhost:70001',
        ports,
      ),
    ).toBe('http://localhost:1 127.0.0.1:3 http://comune.localhost:7/ala/ :7003 c_7000 localhost:70001')
    expect(urlsOf(ports).cns).toBe('https://cns.localhost:2')
  })

  it('end the start with a sentence that names the taken port and the option', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const start = portsFrom(port)
    await expect(start).rejects.toThrow(PortTaken)
    await expect(start).rejects.toThrow(new RegExp(`^Port ${port} .*--port-base N.*\\.$`))
    other.close()
  })
})

describe('the state of the demo', () => {
  it('keeps keys and secrets over a restart, for their owner’s eyes only', async () => {
    const make = () => certificationAuthority('CA', now)
    const first = openState(join(scratch, 'keep'), now)
    const ca = await first.authority('ca', authorityName('CA'), make)
    const secret = first.secret('secrets/x')
    const again = openState(join(scratch, 'keep'), now)
    expect((await again.authority('ca', authorityName('CA'), make)).certificate).toBe(ca.certificate)
    expect(again.secret('secrets/x')).toBe(secret)
    expect(statSync(join(scratch, 'keep/keys/ca.key.pem')).mode & 0o777).toBe(0o600)
    expect(statSync(join(scratch, 'keep/secrets/x')).mode & 0o777).toBe(0o600)
  })

  it('makes a certificate again when its authority has changed, or when it has expired', async () => {
    const [ca, other] = await Promise.all([certificationAuthority('CA', now), certificationAuthority('CA', now)])
    const state = openState(join(scratch, 'renew'), now)
    const issued = await state.identity('tls', () => tlsIdentity(ca, 'cns.localhost', now), ca)
    expect((await state.identity('tls', () => tlsIdentity(ca, 'cns.localhost', now), ca)).certificate).toBe(
      issued.certificate,
    )
    const renewed = await state.identity('tls', () => tlsIdentity(other, 'cns.localhost', now), other)
    expect(renewed.certificate).not.toBe(issued.certificate)
    const later = new Date('2029-01-15T10:00:00Z')
    const late = await openState(join(scratch, 'renew'), later).identity(
      'tls',
      () => tlsIdentity(other, 'cns.localhost', later),
      other,
    )
    expect(late.certificate).not.toBe(renewed.certificate)
  })
})

describe('the demo without its gateway', () => {
  it('writes a configuration that the gateway accepts, and serves every sandbox page', async () => {
    const demo = await startDemo({ ports: 'free', stateDir: join(scratch, 'whole'), gateway: 'none' })
    try {
      const loaded = await loadGatewayConfig(demo.gateway.config, diskReaders(demo.gateway.env))
      expect('problems' in loaded ? loaded.problems : []).toEqual([])
      if (!('config' in loaded)) return
      expect(loaded.config.publicUrl).toBe(demo.urls.gateway)
      expect(loaded.config.tenants.map(({ spid }) => spid.entityId)).toEqual(
        demo.tenants.map(({ registrations }) => registrations.spid.entityId),
      )
      for (const [part, text] of [
        ['spid', 'Gestori SPID di prova'],
        ['cie', 'Carta di identità elettronica'],
        ['cards', 'Carte CNS di prova'],
        ['site', 'Comune di Ala'],
      ] as const) {
        const page = await fetch(`http://127.0.0.1:${demo.ports[part]}/`)
        expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(text)])
      }
      const node = await fetch(`http://127.0.0.1:${demo.ports.spid}/eidas/metadata`)
      expect(await node.text()).toContain(`entityID="${demo.idps.eidas.entityId}"`)
      expect(loaded.config.tenants.map(({ id, methods }) => [id, methods.eidas])).toEqual([
        ['ala', false],
        ['moena', true],
      ])
      expect(readFileSync(demo.files.card('ada')).length).toBeGreaterThan(2000)
    } finally {
      await demo.close()
    }
  })
})
