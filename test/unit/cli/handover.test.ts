/** What a Comune and its webmaster get from the command: the sheet, the notice, and help in the shell. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { presetNames } from '../../../src/tenant/presets.ts'
import { edited, GATEWAY, tenantYaml } from '../config/files.ts'
import { createRegion } from './region-world.ts'

const FILE = '/etc/varco/tenants/esempio.yaml'
const config = ['--config', GATEWAY] as const
const regionWith = (...edits: Parameters<typeof edited>[1][]) => createRegion({ [FILE]: edited(tenantYaml, ...edits) })
const sheet = ['client', 'sheet', 'esempio', 'sito'] as const

describe('client sheet', () => {
  it.each(presetNames)('has all that %s wants to know, and no secret', async (preset) => {
    const { run } = regionWith(['    claims:', `    preset: ${preset}\n    email_fallback: synthetic\n    claims:`])
    const { code, out } = await run(...sheet, ...config)
    expect(code).toBe(0)
    for (const told of [
      'https://login.regione.example/t/esempio/.well-known/openid-configuration',
      'https://login.regione.example/t/esempio/token',
      'https://www.comune.esempio.example/callback',
      '| Client ID | `sito` |',
      '| Scopes | `openid profile email` |',
    ])
      expect(out).toContain(told)
    expect(out).toMatch(/^- Redirect URIs are compared letter by letter/m)
    expect(out.includes('## In the settings of the program')).toBe(preset !== 'generic')
    expect(out).not.toContain('a-secret-of-enough-characters')
  })

  it('tells WordPress to wait half an hour', async () => {
    const { run } = regionWith(['    claims:', '    preset: wordpress\n    email_fallback: synthetic\n    claims:'])
    expect((await run(...sheet, ...config)).out).toContain('| State time limit | `1800` |')
  })

  it('as HTML says nothing that a name could make into a script', async () => {
    const { run } = regionWith(['{ it: Sito }', '{ it: "<script>alert(1)</script>" }'])
    const { out } = await run(...sheet, '--html', ...config)
    expect(out).toMatch(/^<!DOCTYPE html>\n<html lang="en">/)
    expect(out).not.toContain('<script')
  })

  it('names the clients that there are', async () => {
    const { code, err } = await regionWith().run('client', 'sheet', 'esempio', 'nobody', ...config)
    expect([code, err]).toEqual([1, 'esempio has no client nobody. There are: sito.\n'])
  })
})

describe('tenant notice', () => {
  const notices = async (...edits: Parameters<typeof edited>[1][]) => {
    const { out } = await regionWith(...edits).run('tenant', 'notice', 'esempio', '--json', ...config)
    return JSON.parse(out)
  }

  it('has title, short text, full text and links in each language of the tenant', async () => {
    const all = await notices()
    expect(all.map(({ language, writtenIn }: Record<string, string>) => [language, writtenIn])).toEqual([
      ['it', 'it'],
      ['de', 'de'],
      ['lld', 'it'],
      ['en', 'en'],
    ])
    const [it] = all
    expect(it.title).toBe('Entrare nei servizi online con CIE, SPID o CNS')
    expect(it.short).toContain('Comune di Esempio')
    for (const told of [
      '## Come funziona',
      'Come attivo la CIE',
      'Quanto costa',
      'livelli 1, 2 e 3',
      '[Sito](',
      '0461 000000',
    ])
      expect(it.text).toContain(told)
    expect(it.links.map(({ href }: { href: string }) => href)).toEqual([
      'https://www.comune.esempio.example',
      'https://www.cartaidentita.interno.gov.it',
      'https://www.spid.gov.it',
      'https://regione.example/privacy',
    ])
  })

  it('speaks of no way in that is off, and leaves no place empty', async () => {
    const [it] = await notices(['clients:', 'methods: { spid: false, cns: false }\nclients:'])
    expect(it.title).toBe('Entrare nei servizi online con CIE')
    expect(JSON.stringify(it)).not.toMatch(/SPID, |## CNS|## SPID|\{\w+\}|undefined/)
  })

  it('is Markdown without --json, and says where Ladin is in Italian', async () => {
    const { code, out, err } = await regionWith().run('tenant', 'notice', 'esempio', ...config)
    expect([code, err]).toEqual([2, expect.stringMatching(/^lld: no text .* Have it translated\.\n$/)])
    expect(out.match(/^> Questo avviso non c’è ancora in ladino/gm)).toHaveLength(1)
    expect(out).toMatch(/^<!-- it -->\n\n# Entrare/)
    expect(out).toContain('<!-- lld: in it, to be translated by the Comune -->')
    expect(out).toMatch(/\n## Mehr dazu\n/)
  })
})

describe('help', () => {
  it.each(['onboarding', 'states', 'secrets', 'files', 'exit'])('teaches %s', async (topic) => {
    const { code, out } = await createRegion().run('help', topic)
    expect([code, out.length > 200]).toEqual([0, true])
  })

  it('tells of one command, and of a family', async () => {
    const { run } = createRegion()
    expect((await run('help', 'tenant', 'list')).out).toMatch(/^varco tenant list --config FILE \[--json\]\n {4}shows/)
    expect((await run('help', 'client')).out.match(/^varco client/gm)).toHaveLength(3)
    expect((await run('client', '--help')).out).toBe((await run('help', 'client')).out)
    for (const words of [
      ['tenant', 'show', 'ala'],
      ['client', 'sheet', 'ala', 'sito', '--html'],
    ])
      expect((await run(...words, '--help')).out).toBe((await run('help', ...words.slice(0, 2))).out)
    expect(await run('help', 'weather')).toMatchObject({ code: 3, err: expect.stringContaining('Type: varco help') })
  })

  it('names in its lessons only commands that exist', async () => {
    const { run } = createRegion()
    const { out } = await run('help', 'onboarding')
    const commands = [...out.matchAll(/varco ((?:tenant|client) [a-z-]+)/g)].map(([, name = '']) => name.split(' '))
    expect(commands.length).toBeGreaterThan(5)
    for (const words of commands) expect([words, (await run('help', ...words)).code]).toEqual([words, 0])
  })
})

describe('completion bash', () => {
  const complete = async (...words: readonly string[]) => {
    const { out } = await createRegion().run('completion', 'bash')
    const script = `${out}\nCOMP_WORDS=(varco ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _varco; echo "\${COMPREPLY[@]}"`
    return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim().split(' ')
  }

  it('knows the commands, and what may follow each', async () => {
    expect(await complete('ten')).toEqual(['tenant'])
    expect(await complete('tenant', '')).toEqual(expect.arrayContaining(['new', 'list', 'validate', 'show', 'notice']))
    expect(await complete('tenant', 'show', 'ala', '--e')).toEqual(['--effective'])
  })

  it('knows no other shell', async () => {
    expect(await createRegion().run('completion', 'fish')).toMatchObject({ code: 3 })
  })
})
