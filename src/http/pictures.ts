/** Pictures that came with the configuration, as static files. */
import type { Picture } from '../tenant/tenant.ts'
import { type Asset, forEver, hashedName, PREFIX } from './assets.ts'

/**
 * An SVG is shown as a picture, where nothing in it runs; whoever opens its address gets it under a policy that lets it do
 * nothing either.
 */
export const sandboxed = {
  ...forEver,
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
} as const

/** `folder` below the static files; `name` without an ending. */
export const pictureFile = (folder: string, name: string, picture: Picture): readonly [href: string, asset: Asset] => {
  const file = hashedName(`${name}.${picture.type === 'image/png' ? 'png' : 'svg'}`, picture.body)
  return [`${PREFIX}/${folder}/${file}`, { ...picture, headers: sandboxed }]
}
