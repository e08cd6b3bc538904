/**
 * `npm run gallery`: every page, in every state and language, on a phone, on a desktop and in the dark, as pictures and one
 * page to look at them. `npm run gallery -- alert help` takes only states whose names begin so. Into state/gallery/.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { languages } from '../src/tenant/tenant.ts'
import { launchBrowser, temporaryHome } from './fixtures/browser/chromium.ts'
import { servePages } from './fixtures/pages/serve.ts'
import { states } from './fixtures/pages/states.ts'

const looks = [
  { name: 'phone', viewport: { width: 360, height: 740 }, colorScheme: 'light' },
  { name: 'desktop', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: 'dark', viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
] as const

const folder = join(dirname(import.meta.dirname), 'state', 'gallery')
const wanted = process.argv.slice(2)
const chosen = states.filter(({ name }) => wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix)))

const fileOf = (state: string, language: string, look: string) => `${state}-${language}-${look}.png`

const index = (): string => {
  const rows = chosen.map(
    ({ name, title }) => `<h2 id="${name}">${title} <small>${name}</small></h2>
${languages
  .map(
    (language) => `<h3>${language}</h3>
<p>${looks
      .map(({ name: look }) => {
        const file = fileOf(name, language, look)
        return `<a href="${file}"><img loading="lazy" alt="${title}, ${language}, ${look}" src="${file}"></a>`
      })
      .join(' ')}</p>`,
  )
  .join('\n')}`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The citizen’s pages</title>
<style>
body { margin: 2rem; font-family: system-ui, sans-serif }
img { height: 22rem; width: auto; max-width: 100%; object-fit: cover; object-position: top; border: 1px solid #999 }
small { color: #666; font-weight: normal }
</style>
<h1>The citizen’s pages</h1>
<ul>${chosen.map(({ name, title }) => `<li><a href="#${name}">${title}</a>`).join('\n')}</ul>
${rows.join('\n')}
`
}

await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
const served = await servePages()
const { home, remove } = await temporaryHome()
const browser = await launchBrowser({ home })
try {
  await Promise.all(
    looks.map(async ({ name: look, viewport, colorScheme }) => {
      const window = await browser.window({ javaScript: false, phone: look === 'phone' })
      const page = await window.newPage()
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      // a font that is late waits for the next page: the first one would be pictured without it
      await page.goto(served.url('login', 'it'), { waitUntil: 'networkidle' })
      for (const { name } of chosen) {
        for (const language of languages) {
          await page.goto(served.url(name, language))
          await page.screenshot({ path: join(folder, fileOf(name, language, look)), fullPage: true })
        }
      }
      await window.close()
    }),
  )
  await writeFile(join(folder, 'index.html'), index())
  console.log(`${chosen.length * languages.length * looks.length} pictures: ${join(folder, 'index.html')}`)
} finally {
  await browser.close()
  await Promise.all([served.close(), remove()])
}
