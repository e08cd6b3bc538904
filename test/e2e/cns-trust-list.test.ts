/** The gateway and the national list of card authorities: a real HTTP server in its place. */
import { execFile, execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Identity } from '../../sandbox/pki/certificate.ts'
import { openTrustList } from '../../src/trust-list/trust-list.ts'
import { service, signTrustList, trustList } from '../fixtures/cns/trust-list.ts'
import { identities } from '../fixtures/gateway/identities.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import { selfSigned } from '../fixtures/saml/certificate.ts'

const keys = await identities()
const agid = selfSigned({ name: 'agid' })
const listOf = (sequence: number, ...authorities: Identity[]) =>
  signTrustList(
    trustList(
      authorities.map(({ certificate }) => service({ certificates: [certificate] })),
      { sequence },
    ),
    agid,
  )
const unlisted = listOf(1, keys.tlsAuthority)
const listed = listOf(2, keys.tlsAuthority, keys.strangerAuthority)

let server: Server
let answer: (response: ServerResponse) => void
let gateway: TestGateway | undefined
beforeEach(async () => {
  server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await gateway?.close()
  server.closeAllConnections()
  server.close()
})

/** Every 200 ms, in place of a day. */
const start = async () => {
  const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/TSL-IT.xml`
  gateway = await startGateway({
    cns: `  revocation: { mode: off }\n  trust_list: { source: "${source}", accept_unsigned: true }`,
    config: (config) => ({
      ...config,
      outgoing: { allowedNetworks: ['127.0.0.0/8'] },
      ...(config.cns && {
        cns: {
          ...config.cns,
          trustList: {
            source: { url: source },
            signers: [agid.certificate],
            acceptUnsigned: false,
            refreshHours: 200 / 3_600_000,
          },
        },
      }),
    }),
  })
  return gateway
}

const entered = async (at: TestGateway, card: Identity) => {
  const { end } = await at.loginByCard(card)
  return end?.location === undefined ? /cns_\w+/.exec(end?.text ?? '')?.[0] : 'entered'
}
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('a gateway with the national list', () => {
  it('takes up an authority that is added and lets go of one that is removed, without a restart', async () => {
    const card = await keys.card('ada', 'cns', keys.strangerAuthority)
    answer = (response) => response.end(unlisted)
    const running = await start()
    expect(await entered(running, card)).toBe('cns_issuer_unknown')
    answer = (response) => response.end(listed)
    await until(() => running.events('trust_list.updated').length === 2)
    expect(await entered(running, card)).toBe('entered')
    answer = (response) => response.end(listOf(3, keys.tlsAuthority))
    await until(() => running.events('trust_list.updated').length === 3)
    expect(await entered(running, card)).toBe('cns_issuer_unknown')
    expect(await entered(running, await keys.card('ada'))).toBe('entered')
  })

  it('tells browsers in the handshake whose cards it takes, those of this moment', async () => {
    const named = async ({ cardPort }: TestGateway) => {
      const asked = promisify(execFile)('openssl', ['s_client', '-connect', `127.0.0.1:${cardPort}`, '-tls1_2'])
      asked.child.stdin?.end()
      const { stdout } = await asked
      const [, names = ''] = /Acceptable client certificate CA names\n([\s\S]*?)\nRequested/.exec(stdout) ?? []
      return [...names.matchAll(/CN ?= ?(.+)/g)].map(([, name]) => name).sort()
    }
    answer = (response) => response.end(unlisted)
    const running = await start()
    expect(await named(running)).toEqual(['CA CNS di prova', 'CA TLS di prova'])
    answer = (response) => response.end(listed)
    await until(() => running.events('trust_list.updated').length === 2)
    expect(await named(running)).toEqual(['CA CNS di prova', 'CA TLS di prova', 'CA sconosciuta'])
  })

  it('keeps its authorities, with an alarm, when the list is forged or away', async () => {
    answer = (response) => response.end(listed)
    const running = await start()
    answer = (response) => response.end(listed.replace('<TSLSequenceNumber>2<', '<TSLSequenceNumber>9<'))
    await until(() => running.events('trust_list.refused').length > 0)
    expect(running.events('trust_list.refused')[0]).toMatchObject({
      level: 50,
      reason: 'it was changed after it was signed',
    })
    expect(await entered(running, await keys.card('ada', 'cns', keys.strangerAuthority))).toBe('entered')
    expect(readFileSync(join(running.folder, 'state/registry/trust-list.xml'), 'utf8')).toBe(listed)
  })

  it('starts without a list, with the authorities of its files', async () => {
    answer = (response) => response.destroy()
    const running = await start()
    expect(await entered(running, await keys.card('ada'))).toBe('entered')
    expect(running.events('trust_list.refused')).not.toEqual([])
  })
})

/** As AgID's list of 2019 is signed: the whole document and the properties of XAdES. */
const template = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="id-1"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference Id="tl_signing_tool" Type="" URI=""><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference><ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#xades-id-1"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue Id="value-id-1"/><ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#id-1"><xades:SignedProperties Id="xades-id-1"><xades:SignedSignatureProperties><xades:SigningTime>2019-09-04T09:30:37Z</xades:SigningTime></xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>`

describe('a list that xmlsec1 signed in the shape of AgID’s', () => {
  const signers = [new X509Certificate(agid.certificate)]
  const signedBy = (algorithm: string, key: string, xml: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'varco-xmlsec-'))
    try {
      const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text)
        return join(folder, name)
      }
      const unsigned = xml.replace(
        '</TrustServiceStatusList>',
        `${template.replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', algorithm)}$&`,
      )
      const id = ['--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties']
      const [input, secret] = [file('list.xml', unsigned), file('key.pem', key)]
      execFileSync('xmlsec1', ['--sign', ...id, '--privkey-pem', secret, '--output', join(folder, 'out.xml'), input], {
        stdio: 'ignore',
      })
      return readFileSync(join(folder, 'out.xml'), 'utf8')
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const rsa = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
  const open = (text: string) => openTrustList(text, { signers, acceptUnsigned: false, now: Date.now() })
  const list = trustList([service({ certificates: [keys.cardAuthority.certificate] })])

  it.each(['256', '384', '512'])('is believed: RSA with SHA-%s', (size) => {
    const signed = signedBy(`http://www.w3.org/2001/04/xmldsig-more#rsa-sha${size}`, agid.keyPem, list)
    expect(open(signed).authorities).toHaveLength(1)
  })

  it('is believed: ECDSA', () => {
    const subject = ['-subj', '/CN=agid', '-days', '2', '-nodes', '-keyout', '-', '-out', '-']
    const pems = execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', ...subject],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(pems)?.[0] ?? ''
    const signed = signedBy('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', key, list)
    const certificate = new X509Certificate(pems.slice(pems.indexOf('-----BEGIN CERTIFICATE')))
    const by = (one: X509Certificate) =>
      openTrustList(signed, { signers: [...signers, one], acceptUnsigned: false, now: Date.now() }).authorities
    expect(by(certificate)).toHaveLength(1)
    expect(() => open(signed)).toThrow('not signed by one of')
  })

  it('is not believed when a stranger signed it', () => {
    expect(() => open(signedBy(rsa, selfSigned().keyPem, list))).toThrow('not signed by one of')
  })

  const data = process.env.VARCO_DATA
  it.skipIf(data === undefined)('may be the real one of 2019, signed anew: all 119', () => {
    const real = readFileSync(join(data ?? '', 'agid-tsl-it-seq141-2019-09-04-idv-extract.xml'), 'utf8')
    const signed = signedBy(rsa, agid.keyPem, real)
    expect(open(signed).authorities).toHaveLength(119)
    expect(() => open(signed.replace('2020-02-27', '2030-02-27'))).toThrow('changed after')
  })
})
