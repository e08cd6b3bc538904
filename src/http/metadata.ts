/** A service provider's metadata stand where its entityID points to, letter by letter: docs/rules/spid-saml.md section 1, docs/rules/cie.md A2. */
import { GatewayError } from '../errors.ts'
import type { Handler } from './request-context.ts'

/** The document, or why there is none. */
export type MetadataDocument = { readonly xml: string } | { readonly missing: readonly { readonly path: string }[] }

/**
 * @param publicUrl origin of the regional host: nothing is served on a tenant's own.
 * Throws `page_not_found` where the configuration does not suffice for the document yet.
 */
export const serveMetadata = ({
  publicUrl,
  documentOf,
}: {
  publicUrl: string
  documentOf: (entityId: string) => MetadataDocument | undefined
}): Handler => {
  const regional = new URL(publicUrl).host
  return (ctx, next) => {
    const asked = (ctx.method === 'GET' || ctx.method === 'HEAD') && ctx.request.host === regional
    const document = asked ? documentOf(`${publicUrl}${ctx.path}`) : undefined
    if (document === undefined) return next()
    if ('missing' in document) {
      throw new GatewayError(
        'page_not_found',
        `no metadata without ${document.missing.map(({ path }) => path).join(', ')}`,
      )
    }
    ctx.type = 'application/samlmetadata+xml'
    ctx.body = document.xml
  }
}
