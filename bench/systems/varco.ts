/** Varco, started as an operator starts it. */
import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { citizenOf as testCitizen } from '../../sandbox/citizens.ts'
import { cardIdentity } from '../../sandbox/pki/profiles.ts'
import { clientSecret, environment } from '../../test/fixtures/gateway/files.ts'
import { hosts } from '../../test/fixtures/gateway/identities.ts'
import { createClient } from '../load/client.ts'
import { signedResponse } from '../load/saml-response.ts'
import type { Timings } from '../load/timings.ts'
import { createVisitor, type Visitor } from '../load/visitor.ts'
import { ledOn, right } from '../load/wrong.ts'
import { startMeasured } from '../process/measured.ts'
import { attributesOf, citizenOf } from '../region/citizens.ts'
import { type BenchIdp, type Region, writeBenchRegion } from '../region/region.ts'
import { callbackOf, codeOf, tenantOf } from '../region/tenant-files.ts'
import { readRedirect } from './authn-request.ts'
import { askFor, basic, codeIn, readTokensOf, type TokenReader } from './site.ts'
import type { Running, Setting, System } from './system.ts'

const varco = fileURLToPath(new URL('../../bin/varco.mjs', import.meta.url))
const origin = `https://${hosts.login}`
const issuerOf = (tenant: string) => `${origin}/t/${tenant}`

/** Where the browsers of the citizens are: each login another neighbourhood, as behind a proxy. */
const addressOf = (number: number) => `10.${(number >> 14) & 255}.${(number >> 6) & 255}.${(number & 63) + 1}`

export type Way = 'spid' | 'cie' | 'cns'

export interface VarcoSetting extends Setting {
  readonly way?: Way
  readonly tenants?: number
  /** Of the ID tokens. */
  readonly algorithm?: string
  /** Of the `start` command. */
  readonly startArgs?: readonly string[]
}

/** The process alone, once it listens. */
export const startVarco = async (
  region: Region,
  { folder, core, nodeArgs = [], startArgs = [] }: VarcoSetting,
): Promise<{ process: Running['process']; ports: { readonly regional: number; readonly cns: number } }> => {
  const process = startMeasured({
    args: [varco, 'start', '--config', region.file, ...startArgs],
    nodeArgs,
    env: environment,
    log: join(folder, 'gateway.log'),
    core,
  })
  return { process, ports: JSON.parse(await process.line('gateway is ready')).ports }
}

/** A handshake of its own for each card, as after "close the browser". Resolves with where the browser is sent. */
const presentCard = (region: Region, port: number, card: { key: string; cert: string }, number: number) => {
  const { certificate: ca } = region.keys.tlsAuthority
  return (address: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(address)
      const headers = { Host: hosts.cns, Accept: 'text/html', 'X-Forwarded-For': addressOf(number) }
      const path = `${pathname}${search}`
      request(
        { host: '127.0.0.1', port, servername: hosts.cns, path, headers, ca, agent: false, ...card },
        (answer) => {
          answer.resume()
          answer.once('end', () => {
            const { location = '' } = answer.headers
            if (location.startsWith(origin)) resolve(location)
            else reject(new Error(`card: ${answer.statusCode} ${location}`))
          })
        },
      )
        .once('error', reject)
        .end()
    })
}

const STEPS: Readonly<Record<Way, readonly string[]>> = {
  spid: ['authorize', 'page', 'begin', 'acs', 'finish', 'resume', 'token', 'userinfo'],
  cie: ['authorize', 'page', 'begin', 'acs', 'finish', 'resume', 'token', 'userinfo'],
  cns: ['authorize', 'page', 'begin', 'card', 'finish', 'resume', 'token', 'userinfo'],
}

/** A running gateway with its region. */
export const runVarco = async (setting: VarcoSetting): Promise<Running & { region: Region }> => {
  const { way = 'spid', tenants = 10, redis, algorithm } = setting
  const region = await writeBenchRegion(setting.folder, { tenants, redis, algorithm })
  const { process, ports } = await startVarco(region, setting)
  const client = createClient({ port: ports.regional, host: hosts.login })
  const requestKeys = {
    spid: new X509Certificate(region.keys.sp.certificate).publicKey,
    cie: new X509Certificate(region.keys.cieSp.certificate).publicKey,
  }
  const ada = testCitizen('ada')
  if (ada === undefined) throw new Error('no test citizen')
  const made = cardIdentity(region.keys.cardAuthority, ada, new Date())
  const { key, certificate } = await made
  const card = { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: certificate }

  const readers = new Map<string, TokenReader>()
  const readerOf = async (tenant: string) => {
    const known = readers.get(tenant)
    if (known !== undefined) return known
    const reader = await readTokensOf(client, `/t/${tenant}/jwks`, { issuer: issuerOf(tenant), clientId: 'sito' })
    readers.set(tenant, reader)
    return reader
  }

  /** The choice on the page: a link, as the citizen finds it. */
  const choiceIn = (body: string, idp: BenchIdp | undefined): string => {
    const links = [...body.matchAll(/href="([^"]*\/begin\?[^"]*)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    )
    const wanted = idp === undefined ? `upstream=${way}` : `idp=${encodeURIComponent(idp.entityId)}`
    const link = links.find((href) => href.includes(wanted))
    right(link !== undefined, 'page', `no way in with ${wanted}: ${body.slice(0, 2000)}`)
    return link ?? ''
  }

  /** From the choice to the address that the browser with the answer is sent to. */
  const answered = async (visitor: Visitor, sentTo: string, tenant: string, number: number): Promise<string> => {
    if (way === 'cns') {
      const began = performance.now()
      const finish = await presentCard(region, ports.cns, card, number)(sentTo)
      visitor.took('card', performance.now() - began)
      return finish
    }
    const signer = way === 'cie' ? region.cie : (region.spid[number % region.spid.length] ?? region.cie)
    const { requestId, relayState } = readRedirect(sentTo, number, requestKeys[way])
    const attributes = attributesOf(citizenOf(number))
    const { fiscalNumber, name, familyName, dateOfBirth } = attributes
    const code = codeOf(Number(tenant.slice(1)))
    const acsUrl = `${issuerOf(tenant)}/saml/${way}/acs`
    const xml = signedResponse(signer, {
      requestId,
      acsUrl,
      audience: way === 'spid' ? `${origin}/pub-ag-full/c_${code}` : `${origin}/cie/c_${code}`,
      level: 2,
      now: Date.now(),
      attributes: way === 'spid' ? attributes : { fiscalNumber, name, familyName, dateOfBirth },
    })
    const form = { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: relayState }
    return ledOn(await visitor.visit('acs', acsUrl, { form, crossSite: true }), 'acs', `${issuerOf(tenant)}/login/`)
  }

  const login = async (timings: Timings, number: number): Promise<void> => {
    const tenant = tenantOf(number % tenants)
    const issuer = issuerOf(tenant)
    const reader = await readerOf(tenant)
    const visitor = createVisitor(client, timings, { 'X-Forwarded-For': addressOf(number) })
    const redirectUri = callbackOf(tenant)
    const asking = askFor('sito', redirectUri, 'openid profile email')

    const asked = await visitor.visit('authorize', `${issuer}/authorize?${asking.query}`)
    const page = await visitor.visit('page', ledOn(asked, 'authorize', ''))
    right(page.status === 200, 'page', 'no page', page)
    const idp = way === 'spid' ? region.spid[number % region.spid.length] : undefined
    const begun = await visitor.visit('begin', choiceIn(page.body, idp))
    const target = way === 'cns' ? `https://${hosts.cns}/` : (idp ?? region.cie).sso
    const finish = await answered(visitor, ledOn(begun, 'begin', target), tenant, number)
    const finished = await visitor.visit('finish', finish)
    const resumed = await visitor.visit('resume', ledOn(finished, 'finish', issuer))
    const code = codeIn(ledOn(resumed, 'resume', redirectUri), asking)

    const server = { Authorization: basic('sito', clientSecret), Accept: 'application/json' }
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: asking.verifier }
    const { accessToken, sub } = await reader(
      await visitor.visit('token', `${issuer}/token`, { form, headers: server, crossSite: true }),
      asking,
      number,
    )
    const bearer = { Authorization: `Bearer ${accessToken}`, Accept: 'application/json' }
    const told = await visitor.visit('userinfo', `${issuer}/userinfo`, { headers: bearer, crossSite: true })
    right(told.status === 200, 'userinfo', 'refused', told)
    const claims = JSON.parse(told.body)
    const person = way === 'cns' ? { fiscalNumber: ada.fiscalNumber, name: ada.name } : citizenOf(number)
    const isThem =
      String(claims.fiscal_number).endsWith(person.fiscalNumber) &&
      claims.sub === sub &&
      String(claims.given_name).toLowerCase() === person.name.toLowerCase()
    right(isThem, 'userinfo', `another person: ${told.body}`)
  }

  return {
    process,
    region,
    login,
    stop: async () => {
      client.close()
      await process.stop()
    },
  }
}

export const varcoBy = (way: Way = 'spid', more: Pick<VarcoSetting, 'algorithm'> = {}): System => ({
  name: `Varco, ${way.toUpperCase()}${more.algorithm === undefined ? '' : `, ${more.algorithm}`}`,
  steps: STEPS[way],
  start: (setting) => runVarco({ ...setting, ...more, way }),
})
