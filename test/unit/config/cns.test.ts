import { describe, expect, it } from 'vitest'
import { configOf, edited, GATEWAY, load, problemsOf, validFiles } from './files.ts'

const loadCns = (lines: string) => {
  const files = validFiles()
  files[GATEWAY] = edited(files[GATEWAY] ?? '', ['  trust: [ca.pem]', lines.replaceAll(/^/gm, '  ')])
  return load(files)
}
const source = 'https://tsl.example/TSL-IT.xml'
const paths = (loaded: Awaited<ReturnType<typeof load>>) => problemsOf(loaded).map(({ path }) => path)

describe('cns.revocation', () => {
  it('is required and without grace unless the region says otherwise', async () => {
    expect(configOf(await loadCns('trust: [ca.pem]')).cns?.revocation).toEqual({ mode: 'required', graceHours: 0 })
    const { cns } = configOf(await loadCns('trust: [ca.pem]\nrevocation: { grace_hours: 6 }'))
    expect(cns?.revocation).toEqual({ mode: 'required', graceHours: 6 })
  })

  it('is a warning when it is off', async () => {
    const loaded = await loadCns('trust: [ca.pem]\nrevocation: { mode: off }')
    expect(configOf(loaded).cns?.revocation.mode).toBe('off')
    expect('warnings' in loaded && loaded.warnings).toMatchObject([{ path: 'cns.revocation.mode', warning: true }])
  })

  it.each([
    ['{ mode: soft }', 'cns.revocation.mode'],
    ['{ grace_hours: 73 }', 'cns.revocation.grace_hours'],
    ['{ grace_hours: -1 }', 'cns.revocation.grace_hours'],
  ])('%s is a problem at %s', async (block, path) => {
    expect(paths(await loadCns(`trust: [ca.pem]\nrevocation: ${block}`))).toEqual([path])
  })
})

describe('cns.min_key_bits', () => {
  it('lets cards of 1024 bits in unless the region says otherwise', async () => {
    expect(configOf(await loadCns('trust: [ca.pem]')).cns?.minKeyBits).toBe(1024)
    expect(configOf(await loadCns('trust: [ca.pem]\nmin_key_bits: 2048')).cns?.minKeyBits).toBe(2048)
  })

  it.each(['512', '4096', 'yes'])('is a problem when it is %s', async (bits) => {
    expect(paths(await loadCns(`trust: [ca.pem]\nmin_key_bits: ${bits}`))).toEqual(['cns.min_key_bits'])
  })
})

describe('cns.trust_list', () => {
  it('is an address or a file with its signers, beside the files of cns.trust or alone', async () => {
    const { cns } = configOf(await loadCns(`trust_list: { source: "${source}", signers: [ca.pem] }`))
    expect(cns?.trust).toEqual([])
    expect(cns?.trustList).toMatchObject({ source: { url: source }, refreshHours: 24, acceptUnsigned: false })
    expect(cns?.trustList?.signers).toHaveLength(2)
    const both = configOf(await loadCns('trust: [ca.pem]\ntrust_list: { source: tsl.xml, signers: [ca.pem] }'))
    expect(both.cns?.trust).toHaveLength(2)
    expect(both.cns?.trustList?.source).toEqual({ file: '/etc/varco/tsl.xml' })
  })

  it('is a warning when nobody has to sign it', async () => {
    const loaded = await loadCns(`trust_list: { source: "${source}", accept_unsigned: true }`)
    expect('warnings' in loaded && loaded.warnings).toMatchObject([{ path: 'cns.trust_list.accept_unsigned' }])
  })

  it.each([
    [`trust_list: { source: "${source}" }`, 'cns.trust_list'],
    ['trust_list: { source: "http://tsl.example/a.xml", signers: [ca.pem] }', 'cns.trust_list.source'],
    [`trust_list: { source: "${source}", signers: [spid.key] }`, 'cns.trust_list.signers[0]'],
    ['revocation: { mode: required }', 'cns.trust'],
    ['trust: []', 'cns.trust'],
  ])('%s is a problem at %s', async (lines, path) => {
    expect(paths(await loadCns(lines))).toEqual([path])
  })
})
