/** oidc-provider alone, and with stock node-saml beside it. */
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serviceProviderIdentity } from '../../sandbox/pki/profiles.ts'
import { createClient } from '../load/client.ts'
import { signedResponse } from '../load/saml-response.ts'
import { createVisitor, type Visitor } from '../load/visitor.ts'
import { ledOn, right } from '../load/wrong.ts'
import { startMeasured } from '../process/measured.ts'
import { attributesOf, citizenOf } from '../region/citizens.ts'
import { idpOf, spidIdentities } from '../region/region.ts'
import { readRedirect } from './authn-request.ts'
import { askFor, basic, codeIn, readTokensOf } from './site.ts'
import type { System } from './system.ts'

const server = fileURLToPath(new URL('../peers/provider.mjs', import.meta.url))
const host = 'provider.example'
const issuer = `https://${host}`
const redirectUri = 'https://sito.comune.example/callback'
const acsUrl = `${issuer}/acs`
const entityId = `${issuer}/saml`
const clientId = 'sito'
const secret = 'a secret of the bench, long enough for anybody'

const provider = (name: string, steps: readonly string[], withSaml: boolean): System => ({
  name,
  steps,
  start: async ({ folder, core, nodeArgs = [] }) => {
    const [identity] = await spidIdentities()
    if (identity === undefined) throw new Error('no identity provider')
    const idp = idpOf('idp0', identity)
    const sp = await serviceProviderIdentity(issuer, new Date())
    const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    const saml = {
      entryPoint: idp.sso,
      issuer: entityId,
      audience: entityId,
      callbackUrl: acsUrl,
      idpCert: identity.certificate,
      privateKey: sp.key.export({ type: 'pkcs8', format: 'pem' }),
      publicCert: sp.certificate,
    }
    const client = { client_id: clientId, client_secret: secret, redirect_uris: [redirectUri] }
    const process = startMeasured({
      args: [server],
      nodeArgs,
      core,
      log: join(folder, 'provider.log'),
      env: {
        PEER: JSON.stringify({ issuer, client, jwks: { keys: [{ ...jwk, use: 'sig' }] }, ...(withSaml && { saml }) }),
      },
    })
    const { port } = JSON.parse(await process.line('"ready":true'))
    const http = createClient({ port, host })
    const reader = await readTokensOf(http, '/jwks', { issuer, clientId })

    const throughSaml = async (visitor: Visitor, interaction: string, number: number): Promise<string> => {
      const page = await visitor.visit('page', interaction)
      const [, href = ''] = /href="([^"]+\/begin)"/.exec(page.body) ?? []
      const begun = await visitor.visit('begin', href)
      const { requestId, relayState } = readRedirect(ledOn(begun, 'begin', idp.sso), number)
      const attributes = attributesOf(citizenOf(number))
      const asserted = { requestId, acsUrl, audience: entityId, level: 2, now: Date.now(), attributes } as const
      const SAMLResponse = Buffer.from(signedResponse(idp, asserted)).toString('base64')
      const form = { SAMLResponse, RelayState: relayState }
      return ledOn(await visitor.visit('acs', acsUrl, { form, crossSite: true }), 'acs', `${issuer}/interaction/`)
    }

    return {
      process,
      stop: async () => {
        http.close()
        await process.stop()
      },
      login: async (timings, number) => {
        const visitor = createVisitor(http, timings, { 'X-Forwarded-Proto': 'https' })
        const asking = askFor(clientId, redirectUri, 'openid profile email')
        const interaction = ledOn(
          await visitor.visit('authorize', `/auth?${asking.query}`),
          'authorize',
          '/interaction/',
        )
        const finish = withSaml ? await throughSaml(visitor, interaction, number) : interaction
        const finished = await visitor.visit('finish', finish)
        const resumed = await visitor.visit('resume', ledOn(finished, 'finish', issuer))
        const code = codeIn(ledOn(resumed, 'resume', redirectUri), asking)
        const headers = { Authorization: basic(clientId, secret) }
        const form = {
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: asking.verifier,
        }
        const answer = await visitor.visit('token', '/token', { form, headers, crossSite: true })
        const { accessToken, sub } = await reader(answer, asking, number)
        const bearer = { Authorization: `Bearer ${accessToken}` }
        const told = await visitor.visit('userinfo', '/me', { headers: bearer, crossSite: true })
        right(told.status === 200, 'userinfo', 'refused', told)
        const claims = JSON.parse(told.body)
        const isThem = !withSaml || claims.fiscal_number === `TINIT-${citizenOf(number).fiscalNumber}`
        right(claims.sub === sub && isThem, 'userinfo', `another person: ${told.body}`)
      },
    }
  },
})

export const bareProvider = provider(
  'oidc-provider alone (no SAML, no page)',
  ['authorize', 'finish', 'resume', 'token', 'userinfo'],
  false,
)
export const ownBroker = provider(
  'oidc-provider + node-saml',
  ['authorize', 'page', 'begin', 'acs', 'finish', 'resume', 'token', 'userinfo'],
  true,
)
