/**
 * The static files of the pages. They are read once, into a fixed table: a request only ever looks a path up in it, so there
 * is no path to traverse. The address holds the content's hash, hence browsers may keep a file for ever.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Middleware } from 'koa'

export interface Asset {
  readonly body: Buffer
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Assets {
  /** `varco.css` → `/assets/varco-1f0c….css`. Throws for a file that is not there: a template's mistake. */
  href(name: string, prefix?: string): string
  /** By the whole path of a request. */
  get(path: string): Asset | undefined
}

const PREFIX = '/assets'

/** Other files (a NOTICE, a licence) lie in the folder without being served. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

const hashOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 16)

export const loadAssets = (dir: string): Assets => {
  const fileNames = new Map<string, string>()
  const served = new Map<string, Asset>()
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const extension = extname(entry.name)
    const type = TYPES[extension]
    if (!entry.isFile() || type === undefined) continue
    const body = readFileSync(join(dir, entry.name))
    const fileName = `${entry.name.slice(0, -extension.length)}-${hashOf(body)}${extension}`
    fileNames.set(entry.name, fileName)
    served.set(`${PREFIX}/${fileName}`, {
      body,
      type,
      headers: { 'Cache-Control': 'public, max-age=31536000, immutable', 'X-Content-Type-Options': 'nosniff' },
    })
  }
  return {
    href: (name, prefix = PREFIX) => {
      const fileName = fileNames.get(name)
      if (fileName === undefined) throw new Error(`no asset ${name} in ${dir}`)
      return `${prefix}/${fileName}`
    },
    get: (path) => served.get(path),
  }
}

/** Answers GET and HEAD of a known asset; everything else goes on, at last to the 404 page. */
export const serveAssets =
  (assets: Assets): Middleware =>
  async (ctx, next) => {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? assets.get(ctx.path) : undefined
    if (asset === undefined) return next()
    ctx.set({ ...asset.headers })
    ctx.type = asset.type
    ctx.body = asset.body
  }
