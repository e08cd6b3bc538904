/**
 * What SAML and pages cost one login, step by step and without any network: `node bin/varco.mjs run bench/saml.ts`. The
 * Response is SPID's richest, its Assertion and itself signed. Prints a Markdown table; the CPU of the thread is what counts
 * where others work on the machine too.
 */
import { sign, verify as verifyRsa } from 'node:crypto'
import { cpus } from 'node:os'
import { performance } from 'node:perf_hooks'
import { runStrategy } from '../src/upstream/run-strategy.ts'
import { type AuthnRequest, postMessage, redirectMessage } from '../src/upstream/saml/authn-request.ts'
import { SamlStrategy } from '../src/upstream/saml/strategy.ts'
import { rsaKeyOf } from '../src/upstream/saml/verification-key.ts'
import { createVerifySignature, type Verification } from '../src/upstream/saml/verify-signature.ts'
import { childrenNamed, namespaces, parseXml } from '../src/upstream/saml/xml.ts'
import { spidMetadata } from '../src/upstream/spid/metadata.ts'
import { spidProfile } from '../src/upstream/spid/profile.ts'
import { states } from '../test/fixtures/pages/states.ts'
import { encoded, goodResponse, IDP, NOW, person } from '../test/fixtures/saml/idp.ts'
import { idpSigner, pendingLogin, serviceProvider, spSigner } from '../test/fixtures/saml/login.ts'
import { aggregated } from '../test/fixtures/spid/service-provider.ts'

const WARM = 1000
const MEASURED = 2000

const rows: string[] = []
/** Calls it for some seconds; the first of them are not measured. */
const measure = async (name: string, step: () => unknown): Promise<void> => {
  const times: number[] = []
  const callFor = async (milliseconds: number, each: (microseconds: number) => void) => {
    const end = performance.now() + milliseconds
    while (performance.now() < end) {
      const start = process.hrtime.bigint()
      const result = step()
      if (result instanceof Promise) await result
      each(Number(process.hrtime.bigint() - start) / 1000)
    }
  }
  await callFor(WARM, () => {})
  const before = process.threadCpuUsage()
  await callFor(MEASURED, (time) => times.push(time))
  const { user, system } = process.threadCpuUsage(before)
  const median = times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
  rows.push(`| ${name} | ${median.toFixed(0)} | ${((user + system) / times.length).toFixed(0)} |`)
}

const attributes = {
  ...person,
  spidCode: 'SPID0123456789',
  gender: 'F',
  placeOfBirth: 'H501',
  countyOfBirth: 'RM',
  email: 'maria.rosa@example.it',
  mobilePhone: '+39 333 0000000',
  domicileStreetAddress: 'Via Giuseppe Garibaldi 1',
  domicilePostalCode: '38122',
  domicileMunicipality: 'Trento',
  domicileProvince: 'TN',
  domicileNation: 'IT',
}
const xml = goodResponse({ signer: idpSigner, attributes })
const pending = pendingLogin({ attributeSet: { index: 0, attributes: Object.keys(attributes) } })
const certificates = [idpSigner.certificate]
const verifierOf = (verification: Verification) =>
  createVerifySignature({
    verification,
    disagreed: (how) => {
      throw new Error(`the engines disagree: ${JSON.stringify(how)}`)
    },
  })

const octets = Buffer.from(xml)
const signature = sign('sha256', octets, spSigner.key)
const key = rsaKeyOf(spSigner.certificate)
if (key === undefined) throw new Error('no RSA key')
await measure('one RSA-2048 signature', () => sign('sha256', octets, spSigner.key))
await measure('one RSA-2048 verification', () => verifyRsa('sha256', octets, key, signature))

await measure('parsing the Response as it came', () => parseXml(xml))
for (const verification of ['node-saml', 'fast', 'both'] as const) {
  const verify = verifierOf(verification)
  const document = parseXml(xml)
  const [assertion] = childrenNamed(document.root, namespaces.assertion, 'Assertion')
  if (assertion === undefined) throw new Error('no Assertion')
  await measure(`its two signatures, ${verification}`, () => {
    verify(document, document.root, certificates).read()
    verify(document, assertion, certificates)
  })
  const posted = { step: 'form', now: NOW, fields: { SAMLResponse: encoded(xml) } } as const
  await measure(`judging it, from base64 to Citizen, ${verification}`, async () => {
    const strategy = new SamlStrategy({ profile: spidProfile, pending, sp: serviceProvider(pending), verify })
    const outcome = await runStrategy(strategy, posted)
    if (outcome.kind !== 'verified') throw new Error(`the response is ${outcome.kind}`)
  })
}

const request: AuthnRequest = {
  id: '_0123456789abcdef0123456789abcdef',
  issuedAt: NOW,
  destination: `${IDP}/sso`,
  issuer: pending.entityId,
  acsUrl: pending.acsUrl,
  attributeSetIndex: 0,
  classRef: 'https://www.spid.gov.it/SpidL2',
  comparison: 'minimum',
}
const sending = { relayState: 'f'.repeat(32), signing: { key: spSigner.key, certificate: spSigner.certificate } }
await measure('AuthnRequest by redirect', () => redirectMessage(request, sending))
await measure('AuthnRequest by POST', () => postMessage(request, sending))
await measure('metadata of a tenant for SPID, once for each configuration', () =>
  spidMetadata(aggregated, sending.signing),
)
const page = states.find(({ name }) => name === 'login')
if (page === undefined) throw new Error('no login page')
await measure('the login page', () => page.html('it'))

console.log(`Response of ${octets.length} bytes, Node ${process.versions.node}, ${cpus()[0]?.model.trim()}

| Step | µs, median | µs of CPU, mean |
| --- | --- | --- |
${rows.join('\n')}
`)
