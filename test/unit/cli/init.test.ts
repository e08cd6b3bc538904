import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createRegion } from './region-world.ts'

const folder = '/etc/nuova'
const config = `${folder}/gateway.yaml`
const words = [
  ...['init', folder, '--url', 'https://login.regione.example', '--name', 'Regione: "di" Esempio', '--ipa', 'r_esempi'],
  ...['--city', 'Forlì', '--email', 'spid@regione.example', '--phone', '+390461000000'],
]
const written = (files: Readonly<Record<string, string>>) =>
  Object.keys(files).filter((file) => file.startsWith(folder))

describe('init', () => {
  it('writes a gateway that lacks nothing but its first tenant', async () => {
    const { run, files } = createRegion()
    const { code, out, err } = await run(...words)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const { fingerprint } = parse(files[config] ?? '').subject_key
    expect(out).toContain(fingerprint)
    expect(out).toMatch(/Next:\n {2}1\. [\s\S]*varco start --config \/etc\/nuova\/gateway\.yaml --check\n$/)
    const check = await run('start', '--check', '--config', config)
    expect(check.err).toMatch(
      /tenants {2}.* holds no tenant file\n *→ write one: varco tenant new .*\n1 problem in 1 file\n/,
    )
    const body = ['--name', 'Comune di Ala', '--ipa', 'c_a116', '--url', 'https://www.comune.ala.tn.it']
    const created = await run('tenant', 'new', 'ala', '--config', config, ...body)
    // the region's languages, not all that there are
    expect(created.out).not.toContain('organisation.names.de')
    expect(await run('start', '--check', '--config', config)).toEqual({
      code: 0,
      err: '',
      out: `${config} is valid: 1 tenant\n`,
    })
  })

  it('makes keys of its own each time, and a certificate that AgID would take', async () => {
    const { run, files } = createRegion()
    await run(...words)
    const [first, certificate] = [files[`${folder}/secrets/subject.key`], files[`${folder}/trust/spid.pem`] ?? '']
    expect(new X509Certificate(certificate).subject).toContain('Forlì')
    for (const file of written(files)) delete files[file]
    await run(...words)
    expect(files[`${folder}/secrets/subject.key`]).not.toBe(first)
    expect(files[`${folder}/secrets/master.key`]).not.toBe(files[`${folder}/secrets/subject.key`])
    const texts = ['gateway.yaml', 'region.yaml', 'tenants/README.md'].map((name) => files[`${folder}/${name}`] ?? '')
    for (const secret of ['subject.key', 'master.key'])
      expect(texts.join()).not.toContain(files[`${folder}/secrets/${secret}`]?.trim())
    expect(texts.join()).not.toMatch(/sandbox|demo|localhost/)
  })

  it('never writes into a folder that holds anything', async () => {
    const { run, files } = createRegion({ [`${folder}/note.txt`]: 'mine' })
    expect(await run(...words)).toMatchObject({ code: 3, err: expect.stringContaining('is not empty') })
    expect(written(files)).toEqual([`${folder}/note.txt`])
  })

  it.each([
    [['--city', ' '], 3, '--city must be said. For example: varco init /etc/varco'],
    [['--url', 'login.regione.example'], 3, 'is no address'],
    [['--url', 'http://login.regione.example'], 1, 'public_url'],
    [['--phone', '0461 000000'], 1, 'aggregator.phone  is not a telephone number'],
  ])('%j writes nothing and says why', async ([option = '', value = ''], code, message) => {
    const { run, files } = createRegion()
    const answer = await run(...words.with(words.indexOf(option) + 1, value))
    expect([answer.code, answer.err]).toEqual([code, expect.stringContaining(message)])
    expect(written(files)).toEqual([])
  })

  it('--json names the files and the fingerprint, never a key', async () => {
    const { run, files } = createRegion()
    const { out } = await run(...words, '--json')
    expect(JSON.parse(out)).toMatchObject({
      folder,
      files: expect.arrayContaining(['gateway.yaml', 'secrets/subject.key']),
    })
    expect(out).not.toContain(files[`${folder}/secrets/subject.key`]?.trim())
  })
})
