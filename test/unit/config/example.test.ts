import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadGatewayConfig } from '../../../src/config/load.ts'
import { cieMetadataOf } from '../../../src/service-provider/cie-metadata.ts'
import { metadataFindings } from '../../../src/upstream/cie/metadata-checks.ts'
import { configOf, validEnv, validFiles } from './files.ts'

const root = dirname(dirname(dirname(import.meta.dirname)))
const pem = validFiles()

/** The files that every region makes for itself: not in the repository. */
const ownFiles: Readonly<Record<string, string | undefined>> = {
  'config/secrets/spid.key': pem['/etc/varco/spid.key'],
  'config/secrets/cie.key': pem['/etc/varco/cie.key'],
  'config/secrets/cns.key': pem['/etc/varco/cie.key'],
  'config/trust/spid.pem': pem['/etc/varco/spid.pem'],
  'config/trust/cie.pem': pem['/etc/varco/cie.pem'],
  'config/trust/cns.pem': pem['/etc/varco/cie.pem'],
  'config/trust/tsl-signers.pem': pem['/etc/varco/ca.pem'],
  'config/idp/cie-production.xml': '<md:EntityDescriptor/>',
  'config/idp/eidas-node.xml': '<md:EntityDescriptor/>',
}

const loadExample = async () =>
  configOf(
    await loadGatewayConfig(join(root, 'config/gateway.yaml'), {
      env: {
        VARCO_REDIS_URL: 'redis://user:password@127.0.0.1:6379/0',
        VARCO_MASTER_KEY: validEnv.MASTER_KEY,
        VARCO_SUBJECT_KEY: validEnv.SUBJECT_KEY,
        VARCO_DEMO_CLIENT_SECRET: validEnv.SITE_SECRET,
      },
      readFile: async (path) => ownFiles[path.slice(root.length + 1)] ?? (await readFile(path, 'utf8')),
      readBytes: (path) => readFile(path),
      readDir: (path) => readdir(path),
      realPath: async (path) => path,
    }),
  )

describe('the examples in config/ and tenants/', () => {
  it('are valid', async () => {
    const { tenants, spid } = await loadExample()
    expect(tenants.map(({ id, ipaCode, names }) => [id, ipaCode, names.it])).toEqual([
      ['ala', 'c_a116', 'Comune di Ala'],
      ['moena', 'c_f263', 'Comune di Moena'],
    ])
    expect(Object.keys(spid.names)).toHaveLength(12)
  })

  it('have all that the Ministry asks for', async () => {
    const config = await loadExample()
    for (const tenant of config.tenants) {
      const made = cieMetadataOf(config, tenant)
      expect('xml' in made ? metadataFindings(made.xml, Date.parse('2026-01-15')) : made).toEqual([])
    }
  })

  it('ask level 2 of the nursery and level 1 of the library', async () => {
    const ala = (await loadExample()).tenants[0]
    expect(ala?.clients.map(({ id, minLevel }) => [id, minLevel])).toEqual([
      ['sito', 2],
      ['biblioteca', 1],
    ])
  })

  const aggregate = join(process.env.VARCO_DATA ?? 'no-data', 'spid-idps-all-2025-11-25.xml')
  it.runIf(existsSync(aggregate))('name every provider of the AgID aggregate, and no other', async () => {
    const xml = await readFile(aggregate, 'utf8')
    const entityIds = Array.from(xml.matchAll(/entityID="([^"]+)"/g), ([, id]) => id)
    expect(Object.keys((await loadExample()).spid.names).toSorted()).toEqual(entityIds.toSorted())
  })
})
