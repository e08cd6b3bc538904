/** One server with several SPID test providers, told apart by path; the registry's aggregate of all at `/metadata`. */
import { html } from './html.ts'
import { type Handler, pathOf, send, sendPage, serveAsset } from './http.ts'
import { layout } from './layout.ts'
import type { NameStyle } from './saml/attributes.ts'
import { aggregateMetadata } from './saml/metadata.ts'
import type { Binding } from './saml/read-request.ts'
import type { Signer } from './saml/response.ts'
import type { ServiceProvider } from './saml/service-providers.ts'
import { createTestIdp, type TestIdp } from './test-idp.ts'

export interface SpidIdpDescription {
  /** Last part of its entityID. */
  readonly id: string
  readonly name: string
  readonly bindings: readonly Binding[]
  readonly style: NameStyle
}

/** Different on purpose, as the real ones are. */
export const spidIdpDescriptions: readonly SpidIdpDescription[] = [
  { id: 'alfa', name: 'Alfa ID', bindings: ['redirect', 'post'], style: 'as registered' },
  { id: 'beta', name: 'Beta Identità', bindings: ['redirect', 'post'], style: 'upper case' },
  { id: 'gamma', name: 'Gamma (solo POST)', bindings: ['post'], style: 'as registered' },
]

export const createSpidIdps = (options: {
  /** Origin of the server. */
  readonly url: string
  readonly signerOf: (id: string) => Signer
  readonly serviceProviders: readonly ServiceProvider[]
  readonly now: () => number
}): readonly TestIdp[] => {
  const { url, signerOf, serviceProviders, now } = options
  const idps: readonly TestIdp[] = spidIdpDescriptions.map(({ id, name, bindings, style }) =>
    createTestIdp({
      ...signerOf(id),
      entityId: `${url}/idp/${id}`,
      baseUrl: `${url}/idp/${id}`,
      kind: 'spid',
      name,
      bindings,
      style,
      serviceProviders,
      now,
      siblings: () => idps,
    }),
  )
  return idps
}

/** The Italian eIDAS node, on the same server. Real citizens choose their country on it; here they choose who they are. */
export const createEidasNode = (
  options: Signer & {
    /** Origin of the server. */
    readonly url: string
    readonly serviceProviders: readonly ServiceProvider[]
    readonly now: () => number
  },
): TestIdp =>
  createTestIdp({
    ...options,
    entityId: `${options.url}/eidas/idpit`,
    baseUrl: `${options.url}/eidas`,
    kind: 'spid',
    foreign: true,
    name: 'Nodo eIDAS',
  })

const indexPage = (idps: readonly TestIdp[]) =>
  layout({
    look: 'spid',
    title: 'Gestori SPID di prova',
    header: { name: 'Gestori SPID di prova' },
    body: html`<section class="card"><p>Qui si arriva dalla pagina di accesso di un Comune. Gestori:</p>
<ul>${idps.map(({ name, entityId, baseUrl }) => html`<li>${name}: <code>${entityId}</code> (<a href="${baseUrl}/metadata">metadata</a>)</li>`)}</ul></section>`,
    assets: '/assets',
  })

/** `node`: on the same server, but no provider of the registry. */
export const createSpidHandler = (idps: readonly TestIdp[], node?: TestIdp): Handler => {
  return async (req, res) => {
    const path = pathOf(req)
    const idp = [...idps, ...(node ? [node] : [])].find(({ baseUrl }) =>
      path.startsWith(`${new URL(baseUrl).pathname}/`),
    )
    if (idp !== undefined) return await idp.handle(req, res)
    if (serveAsset(req, res)) return
    if (path === '/') return sendPage(res, indexPage(idps))
    if (path === '/metadata')
      return send(res, 200, 'application/samlmetadata+xml', aggregateMetadata(idps.map(({ metadata }) => metadata)))
    send(res, 404, 'text/plain; charset=utf-8', 'Pagina inesistente.')
  }
}
