/**
 * oidc-provider as its documentation starts one: in memory, the login answered without asking anybody. With `saml`, the
 * obvious broker that people write themselves: stock node-saml between the interaction and its end.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml'
import Provider from 'oidc-provider'

const { issuer, jwks, client, saml: samlOptions } = JSON.parse(process.env.PEER ?? '{}')

/** What was verified, by the interaction that it is for. */
const people = new Map()

const provider = new Provider(issuer, {
  jwks,
  clients: [client],
  claims: { openid: ['sub'], profile: ['given_name', 'family_name', 'birthdate', 'fiscal_number'], email: ['email'] },
  findAccount: async (_ctx, sub) => ({ accountId: sub, claims: async () => ({ sub, ...people.get(sub) }) }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  cookies: { keys: ['a key of the bench'] },
  pkce: { required: () => true },
  ttl: {
    Session: 8 * 3600,
    Grant: 8 * 3600,
    AccessToken: 600,
    IdToken: 3600,
    Interaction: 1800,
    AuthorizationCode: 60,
  },
})
provider.proxy = true

const saml =
  samlOptions &&
  new SAML({
    ...samlOptions,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    validateInResponseTo: ValidateInResponseTo.always,
    forceAuthn: true,
    authnContext: ['https://www.spid.gov.it/SpidL2'],
    racComparison: 'minimum',
    identifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  })

const finish = async (req, res, accountId) => {
  const { params } = await provider.interactionDetails(req, res)
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) })
  grant.addOIDCScope(String(params.scope))
  const grantId = await grant.save()
  const result = { login: { accountId, remember: false }, consent: { grantId } }
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false })
}

const page = (uid) => `<!doctype html><html lang="it"><head><meta charset="utf-8"><title>Accedi</title></head>
<body><main><h1>Accedi</h1><ul><li><a href="/interaction/${uid}/begin">SPID</a></li></ul></main></body></html>`

/** Outcomes that wait for their browser, by interaction. */
const outcomes = new Map()

const broker = {
  '': async (req, res, uid) => {
    await provider.interactionDetails(req, res)
    res.setHeader('Content-Type', 'text/html; charset=utf-8')
    res.end(page(uid))
  },
  begin: async (_req, res, uid) => {
    res.writeHead(302, { Location: await saml.getAuthorizeUrlAsync(uid, undefined, {}) }).end()
  },
  finish: async (req, res, uid) => {
    const sub = outcomes.get(uid)
    outcomes.delete(uid)
    if (sub === undefined) return void res.writeHead(403).end()
    await finish(req, res, sub)
  },
}

const answer = async (req, res) => {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
  const { profile } = await saml.validatePostResponseAsync(form)
  const sub = randomUUID()
  people.set(sub, {
    given_name: profile.name,
    family_name: profile.familyName,
    birthdate: profile.dateOfBirth,
    fiscal_number: profile.fiscalNumber,
    email: profile.email,
  })
  outcomes.set(form.RelayState, sub)
  res.writeHead(303, { Location: `${issuer}/interaction/${form.RelayState}/finish` }).end()
}

const handle = provider.callback()
const server = createServer((req, res) => {
  const [, uid, step = ''] = /^\/interaction\/([^/?]+)\/?(\w*)$/.exec(req.url ?? '') ?? []
  const failed = (error) => {
    console.error(error)
    res.writeHead(500).end(String(error?.message))
  }
  if (req.url === '/acs' && saml) answer(req, res).catch(failed)
  else if (uid === undefined) handle(req, res)
  else if (saml) broker[step](req, res, uid).catch(failed)
  else finish(req, res, randomUUID()).catch(failed)
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ ready: true, port: server.address().port })))
process.on('SIGTERM', () => process.exit(0))
