/** SAML Jackson as its library, behind a plain HTTP server: less around it than its own service has. */
import { createServer } from 'node:http'
import jackson from '@boxyhq/saml-jackson'

const { externalUrl, db, signing, rawMetadata, redirectUri, samlAudience } = JSON.parse(process.env.PEER ?? '{}')

const { connectionAPIController, oauthController, oidcDiscoveryController } = await jackson.default({
  externalUrl,
  samlPath: '/saml',
  samlAudience,
  db,
  openid: { jwsAlg: 'RS256', jwtSigningKeys: signing },
  noAnalytics: true,
  logger: { info: () => undefined, warn: () => undefined, error: (text, error) => console.error(text, error) },
})
const { clientID, clientSecret } = await connectionAPIController.createSAMLConnection({
  rawMetadata,
  defaultRedirectUrl: redirectUri,
  redirectUrl: JSON.stringify([redirectUri]),
  tenant: 'comune',
  product: 'sito',
})

const formOf = async (req) => {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
}
const json = (res, body) => {
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify(body))
}
const routes = {
  '/authorize': async (_req, res, url) => {
    const { redirect_url, authorize_form } = await oauthController.authorize(Object.fromEntries(url.searchParams))
    if (redirect_url) res.writeHead(302, { Location: redirect_url }).end()
    else res.end(authorize_form)
  },
  '/saml': async (req, res) => {
    const { redirect_url } = await oauthController.samlResponse(await formOf(req))
    res.writeHead(302, { Location: redirect_url }).end()
  },
  '/jwks': async (_req, res) => json(res, await oidcDiscoveryController.jwks()),
  '/token': async (req, res) => json(res, await oauthController.token(await formOf(req), req.headers.authorization)),
  '/userinfo': async (req, res) => {
    const token = req.headers.authorization?.slice('Bearer '.length) ?? ''
    json(res, await oauthController.userInfo(token))
  },
}

const server = createServer((req, res) => {
  const url = new URL(req.url ?? '/', externalUrl)
  const route = routes[url.pathname]
  if (route === undefined) return void res.writeHead(404).end()
  route(req, res, url).catch((error) => {
    console.error(error)
    res.writeHead(500).end(String(error?.message))
  })
})
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ ready: true, port: server.address().port, clientID, clientSecret })),
)
process.on('SIGTERM', () => process.exit(0))
