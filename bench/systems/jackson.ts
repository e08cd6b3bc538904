/** SAML Jackson (Ory Polis' library): SAML in, OpenID Connect out, many tenants. It has no login page: its clients choose the provider. */
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { idpMetadata } from '../../sandbox/saml/metadata.ts'
import { createClient } from '../load/client.ts'
import { signedResponse } from '../load/saml-response.ts'
import { createVisitor } from '../load/visitor.ts'
import { ledOn, right } from '../load/wrong.ts'
import { startMeasured } from '../process/measured.ts'
import { attributesOf, citizenOf } from '../region/citizens.ts'
import { idpOf, metadataOf, spidIdentities } from '../region/region.ts'
import { readRedirect } from './authn-request.ts'
import { askFor, codeIn, readTokensOf } from './site.ts'
import type { System } from './system.ts'

const server = fileURLToPath(new URL('../peers/jackson.mjs', import.meta.url))
const host = 'jackson.example'
const externalUrl = `https://${host}`
const samlAudience = 'https://saml.boxyhq.com'
const redirectUri = 'https://sito.comune.example/callback'

export const jackson: System = {
  name: 'SAML Jackson',
  steps: ['authorize', 'acs', 'token', 'userinfo'],
  start: async ({ folder, redis, core, nodeArgs = [] }) => {
    const [identity] = await spidIdentities()
    if (identity === undefined) throw new Error('no identity provider')
    const idp = idpOf('idp0', identity)
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = (text: string | Buffer) => Buffer.from(text).toString('base64')
    const process = startMeasured({
      args: [server],
      nodeArgs,
      core,
      log: join(folder, 'jackson.log'),
      env: {
        PEER: JSON.stringify({
          externalUrl,
          samlAudience,
          redirectUri,
          rawMetadata: idpMetadata(metadataOf(idp)),
          db: redis === undefined ? { engine: 'mem' } : { engine: 'redis', url: redis },
          signing: {
            private: pem(privateKey.export({ type: 'pkcs8', format: 'pem' })),
            public: pem(publicKey.export({ type: 'spki', format: 'pem' })),
          },
        }),
      },
    })
    const { port, clientID, clientSecret } = JSON.parse(await process.line('"ready":true'))
    const client = createClient({ port, host })
    const reader = await readTokensOf(client, '/jwks', { issuer: externalUrl, clientId: clientID })

    return {
      process,
      stop: async () => {
        client.close()
        await process.stop()
      },
      login: async (timings, number) => {
        const visitor = createVisitor(client, timings)
        const asking = askFor(clientID, redirectUri, 'openid')
        const asked = await visitor.visit('authorize', `/authorize?${asking.query}`)
        const { requestId, relayState } = readRedirect(ledOn(asked, 'authorize', idp.sso), number)
        const person = citizenOf(number)
        const xml = signedResponse(idp, {
          requestId,
          acsUrl: `${externalUrl}/saml`,
          audience: samlAudience,
          level: 2,
          now: Date.now(),
          attributes: attributesOf(person),
        })
        const answer = { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: relayState }
        const returned = await visitor.visit('acs', '/saml', { form: answer, crossSite: true })
        const code = codeIn(ledOn(returned, 'acs', redirectUri), asking)
        const form = {
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: asking.verifier,
          client_id: clientID,
          client_secret: clientSecret,
        }
        const { accessToken } = await reader(await visitor.visit('token', '/token', { form }), asking, number)
        const headers = { Authorization: `Bearer ${accessToken}` }
        const told = await visitor.visit('userinfo', '/userinfo', { headers })
        right(told.status === 200, 'userinfo', 'refused', told)
        right(told.body.includes(person.fiscalNumber), 'userinfo', `another person: ${told.body}`)
      },
    }
  },
}
