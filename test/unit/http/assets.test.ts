import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Koa from 'koa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadAssets, serveAssets } from '../../../src/http/assets.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'assets-'))
  writeFileSync(join(dir, 'page.css'), 'a{}')
  writeFileSync(join(dir, 'send.min.js'), 'go()')
  writeFileSync(join(dir, 'NOTICE'), 'not for browsers')
  mkdirSync(join(dir, 'folder.svg'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('loadAssets', () => {
  it("puts the content's hash into the address", () => {
    const before = loadAssets(dir).href('page.css')
    expect(before).toMatch(/^\/assets\/page-[0-9a-f]{16}\.css$/)
    expect(loadAssets(dir).href('page.css')).toBe(before)
    writeFileSync(join(dir, 'page.css'), 'b{}')
    expect(loadAssets(dir).href('page.css')).not.toBe(before)
    expect(loadAssets(dir).href('send.min.js')).toMatch(/^\/assets\/send\.min-[0-9a-f]{16}\.js$/)
  })

  it('answers with the bytes, the type and a lifetime without end', () => {
    const assets = loadAssets(dir)
    const asset = assets.get(assets.href('page.css'))
    expect(asset?.body.toString()).toBe('a{}')
    expect(asset?.type).toBe('text/css; charset=utf-8')
    expect(asset?.headers['Cache-Control']).toContain('immutable')
  })

  it('keeps what was read at the start', () => {
    const assets = loadAssets(dir)
    rmSync(join(dir, 'page.css'))
    expect(assets.get(assets.href('page.css'))?.body.toString()).toBe('a{}')
  })

  it.each([
    '/assets/page.css',
    '/assets/page-0000000000000000.css',
    '/assets/NOTICE',
    '/assets/../package.json',
    '/assets/%2e%2e/package.json',
    '/assets/',
    '',
    '__proto__',
    'constructor',
  ])('knows nothing at %j', (path) => {
    expect(loadAssets(dir).get(path)).toBeUndefined()
  })

  it('throws when a page names a file that is not served', () => {
    const assets = loadAssets(dir)
    expect(() => assets.href('gone.css')).toThrow('gone.css')
    expect(() => assets.href('NOTICE')).toThrow('NOTICE')
    expect(() => assets.href('folder.svg')).toThrow('folder.svg')
  })

  it('puts the parts of a stylesheet together and names what they name by its address', () => {
    mkdirSync(join(dir, 'parts.css'))
    writeFileSync(join(dir, 'parts.css', '2-b.css'), '/* why */\nb {\n  src: url(letter.woff2);\n}\n')
    writeFileSync(join(dir, 'parts.css', '1-a.css'), 'a {\n  x: y;\n}\n')
    writeFileSync(join(dir, 'elsewhere.woff2'), 'font')
    const assets = loadAssets(dir, { 'letter.woff2': join(dir, 'elsewhere.woff2') })
    const [, font] = assets.href('letter.woff2').split('/assets/')
    expect(font).toMatch(/^letter-[0-9a-f]{16}\.woff2$/)
    expect(assets.get(assets.href('parts.css'))?.body.toString()).toBe(`a {\nx: y;\n}\nb {\nsrc: url(${font});\n}\n`)
    expect(assets.get(assets.href('letter.woff2'))?.type).toBe('font/woff2')
    expect(() => loadAssets(dir)).toThrow('letter.woff2')
  })
})

describe('serveAssets', () => {
  it('serves GET and HEAD and leaves the rest to the next one', async () => {
    const assets = loadAssets(dir)
    const app = new Koa()
    app.use(serveAssets(assets))
    app.use((ctx) => {
      ctx.status = 404
      ctx.body = 'the next one'
    })
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const found = await fetch(origin + assets.href('page.css'))
      expect([found.status, await found.text()]).toEqual([200, 'a{}'])
      expect(found.headers.get('content-type')).toBe('text/css; charset=utf-8')
      expect(found.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(found.headers.get('x-content-type-options')).toBe('nosniff')
      const head = await fetch(origin + assets.href('page.css'), { method: 'HEAD' })
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '3'])
      const posted = await fetch(origin + assets.href('page.css'), { method: 'POST' })
      expect(await posted.text()).toBe('the next one')
      const unknown = await fetch(`${origin}/assets/page.css`)
      expect([unknown.status, await unknown.text()]).toEqual([404, 'the next one'])
    } finally {
      server.close()
    }
  })
})
