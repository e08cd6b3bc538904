/**
 * The static files of the pages. They are read once, into a fixed table: a request only ever looks a path up in it, so there
 * is no path to traverse. The address holds the content's hash, hence browsers may keep a file for ever.
 */
import { createHash } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync } from 'node:fs'
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

export const PREFIX = '/assets'

/** Other files (a NOTICE, a licence) lie in the folder without being served. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** For what has its content's hash in its address. */
export const forEver = {
  'Cache-Control': 'public, max-age=31536000, immutable',
  'X-Content-Type-Options': 'nosniff',
} as const

/** `varco.css` → `varco-1f0c….css`. */
export const hashedName = (name: string, body: Buffer): string => {
  const extension = extname(name)
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  return `${name.slice(0, -extension.length)}-${hash}${extension}`
}

/** A folder with the name of a stylesheet is one: its parts in the order of their names. */
const read = (dir: string, entry: Dirent): Buffer => {
  const path = join(dir, entry.name)
  if (entry.isFile()) return readFileSync(path)
  const parts = readdirSync(path).toSorted()
  return Buffer.concat(parts.map((part) => readFileSync(join(path, part))))
}

/** Comments and indentation are for people; `url(name)` becomes the name under which that file is served. */
const stylesheet = (source: string, servedAs: ReadonlyMap<string, string>): Buffer =>
  Buffer.from(
    source
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/\n\s*/g, '\n')
      .replace(/url\(([\w.-]+)\)/g, (_, name: string) => {
        const fileName = servedAs.get(name)
        if (fileName === undefined) throw new Error(`a stylesheet names ${name}, which is not there`)
        return `url(${fileName})`
      })
      .trimStart(),
  )

/** @param elsewhere files that do not lie in `dir`, by the name that they have among these. */
export const loadAssets = (dir: string, elsewhere: Readonly<Record<string, string>> = {}): Assets => {
  const fileNames = new Map<string, string>()
  const served = new Map<string, Asset>()
  const serve = (name: string, body: Buffer) => {
    const fileName = hashedName(name, body)
    fileNames.set(name, fileName)
    served.set(`${PREFIX}/${fileName}`, { body, type: TYPES[extname(name)] ?? '', headers: forEver })
  }
  const entries = readdirSync(dir, { withFileTypes: true }).filter(
    (entry) => extname(entry.name) in TYPES && (entry.isFile() || extname(entry.name) === '.css'),
  )
  for (const [name, path] of Object.entries(elsewhere)) serve(name, readFileSync(path))
  for (const entry of entries) if (extname(entry.name) !== '.css') serve(entry.name, read(dir, entry))
  // last: they name the others
  for (const entry of entries) {
    if (extname(entry.name) === '.css') serve(entry.name, stylesheet(read(dir, entry).toString('utf8'), fileNames))
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
  (assets: Pick<Assets, 'get'>): Middleware =>
  async (ctx, next) => {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? assets.get(ctx.path) : undefined
    if (asset === undefined) return next()
    ctx.set({ ...asset.headers })
    ctx.type = asset.type
    ctx.body = asset.body
  }
