/**
 * What a Comune puts on its pages: its coat of arms and its colour. Both are files of their own, because the policy of the
 * pages allows no style in them.
 */
import { shade } from '../tenant/contrast.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type Asset, type Assets, hashedName, PREFIX } from './assets.ts'
import { pictureFile, sandboxed } from './pictures.ts'

export interface Brand {
  readonly logoHref?: string
  /** Of a stylesheet that sets the colour. */
  readonly stylesHref?: string
}

interface Made extends Brand {
  readonly files: ReadonlyMap<string, Asset>
}

const make = ({ id, branding: { logo, colour } }: Tenant): Made => {
  const files = new Map<string, Asset>()
  const serve = ([href, asset]: readonly [string, Asset]) => {
    files.set(href, asset)
    return href
  }
  const folder = `brand/${id}`
  const styles = (body: Buffer): readonly [string, Asset] => [
    `${PREFIX}/${folder}/${hashedName('colour.css', body)}`,
    { type: 'text/css; charset=utf-8', body, headers: sandboxed },
  ]
  return {
    ...(logo && { logoHref: serve(pictureFile(folder, 'logo', logo)) }),
    ...(colour && {
      stylesHref: serve(styles(Buffer.from(`:root{--brand:${colour};--slim:${shade(colour, 0.72)}}`))),
    }),
    files,
  }
}

/** Made when first asked for, and again when a tenant's file was read again. */
const made = new WeakMap<Tenant, Made>()

export const brandOf = (tenant: Tenant): Made => {
  const known = made.get(tenant) ?? make(tenant)
  made.set(tenant, known)
  return known
}

/** The files of every tenant, also of one that is suspended: its error page has a coat of arms too. */
export const brandAssets = (byId: (id: string) => Tenant | undefined): Pick<Assets, 'get'> => ({
  get: (path) => {
    const [, id] = /^\/assets\/brand\/([^/]+)\//.exec(path) ?? []
    const tenant = id === undefined ? undefined : byId(id)
    return tenant && brandOf(tenant).files.get(path)
  },
})
