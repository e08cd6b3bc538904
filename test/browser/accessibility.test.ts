/**
 * Every page in every state and language, as Chromium shows it: nothing that axe finds against WCAG 2.2 AA, nothing to scroll
 * sideways for, nothing that a keyboard cannot reach or an eye cannot see, and nothing fetched from elsewhere.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { languages } from '../../src/tenant/tenant.ts'
import { launchBrowser, temporaryHome } from '../fixtures/browser/chromium.ts'
import { servePages } from '../fixtures/pages/serve.ts'
import { states } from '../fixtures/pages/states.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds, in a line each. */
const violations = async (page: Page, rule?: string): Promise<readonly string[]> => {
  const found = await page.evaluate(
    ([tags, only]) => {
      const { axe } = window as unknown as { axe: { run: (options: unknown) => Promise<AxeResults> } }
      return axe.run({
        runOnly: only === undefined ? { type: 'tag', values: tags } : { type: 'rule', values: [only] },
        resultTypes: ['violations'],
        // nothing here turns with the screen, nothing is framed: no stylesheet need be fetched a second time
        preload: false,
        iframes: false,
        ...(only === undefined && { rules: { 'target-size': { enabled: true } } }),
      })
    },
    [TAGS, rule] as const,
  )
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  )
}

/** How far a page reaches beyond what is seen of it, in pixels. */
const beyond = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

const enlargeText = (page: Page, size: string) =>
  page.evaluate((wanted) => {
    document.documentElement.style.fontSize = wanted
  }, size)

const everywhere = states.flatMap(({ name }) => languages.map((language) => ({ name, language })))

const DESKTOP = { width: 1280, height: 900 }

const found = {
  axe: [] as string[],
  dark: [] as string[],
  contrast: [] as string[],
  narrow: [] as string[],
  zoomed: [] as string[],
}

/** One visit for all questions: loading a page costs more than an answer. */
const visit = async (page: Page, { name, language }: (typeof everywhere)[number]): Promise<void> => {
  const title = `${name} (${language})`
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(served.url(name, language))
  // folded parts are read too
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
  if ((await beyond(page)) > 0) found.narrow.push(title)
  await page.setViewportSize({ width: 640, height: 640 })
  await enlargeText(page, '200%')
  if ((await beyond(page)) > 0) found.zoomed.push(title)
  await enlargeText(page, '')
  await page.setViewportSize(DESKTOP)
  await page.evaluate(axe)
  for (const line of await violations(page)) found.axe.push(`${title} ${line}`)
  if (language !== 'de') return
  await page.emulateMedia({ colorScheme: 'dark' })
  for (const line of await violations(page, 'color-contrast')) found.dark.push(`${title} ${line}`)
  await page.emulateMedia({ colorScheme: 'light', contrast: 'more' })
  for (const line of await violations(page, 'color-contrast')) found.contrast.push(`${title} ${line}`)
  await page.emulateMedia({ contrast: null })
}

let served: Awaited<ReturnType<typeof servePages>>
let browser: Awaited<ReturnType<typeof launchBrowser>>
let home: Awaited<ReturnType<typeof temporaryHome>>
beforeAll(async () => {
  home = await temporaryHome()
  ;[served, browser] = await Promise.all([servePages(), launchBrowser({ home: home.home })])
  const rest = [...everywhere]
  const work = async () => {
    const window = await browser.window()
    const page = await window.newPage()
    // colours are measured at once, not on their way
    await page.emulateMedia({ reducedMotion: 'reduce' })
    // the page that sends itself on is to stay
    await page.route(/submit-/, (route) => route.abort())
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await visit(page, next)
    await window.close()
  }
  await Promise.all([work(), work()])
}, 600_000)
afterAll(async () => {
  await browser?.close()
  await Promise.all([served?.close(), home?.remove()])
})

describe('every page, in every state and language', () => {
  it('passes axe: WCAG 2.2 AA and what axe holds for good practice', () => {
    expect(everywhere.length).toBeGreaterThan(150)
    expect(found.axe).toEqual([])
  })

  it('has enough contrast in the dark, and where more is asked for', () => {
    expect([found.dark, found.contrast]).toEqual([[], []])
  })

  it('fits 320 pixels without sideways scrolling, and 640 with text twice as large', () => {
    expect([found.narrow, found.zoomed]).toEqual([[], []])
  })
})

describe('a keyboard', () => {
  /** Every stop of the Tab key: its text, whether a ring is seen around it, and whether it lies free in the window. */
  const stops = async (page: Page) => {
    const found: { text: string; ring: boolean; free: boolean }[] = []
    for (let step = 0; step < 100; step++) {
      await page.keyboard.press('Tab')
      const stop = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement | null
        if (element === null || element === document.body) return undefined
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
        const { left, top, width, height } = element.getBoundingClientRect()
        const hit = document.elementFromPoint(left + width / 2, top + height / 2)
        const text = element.textContent?.trim() ?? ''
        return {
          text,
          ring: outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 2 && outlineColor !== 'rgba(0, 0, 0, 0)',
          // a link that is broken over lines has its middle beside it
          free: hit !== null && (element.contains(hit) || hit.contains(element)),
        }
      })
      if (stop === undefined) return found
      found.push(stop)
    }
    throw new Error('the Tab key goes on for ever')
  }

  it.each(['login', 'alert-timeout', 'error-expired', 'help', 'logout-ask', 'login-phone'])(
    'reaches everything on the page %s, sees where it is and begins with the way past the header',
    async (name) => {
      const window = await browser.window({ javaScript: false })
      const page = await window.newPage()
      await page.goto(served.url(name, 'it'))
      const wanted = await page.locator('a:visible, button:visible, summary:visible').count()
      const found = await stops(page)
      await window.close()
      expect(found.filter(({ ring, free }) => !ring || !free)).toEqual([])
      const skip = found.findIndex(({ text }) => text === 'Vai al contenuto')
      // after a failure the focus begins at the alert
      expect(skip).toBe(name.startsWith('alert') ? -1 : 0)
      if (!name.startsWith('alert')) expect(found).toHaveLength(wanted)
    },
  )

  it('begins at the alert after a failure, without a script', async () => {
    const window = await browser.window({ javaScript: false })
    const page = await window.newPage()
    await page.goto(served.url('alert-blocked', 'de'))
    expect(await page.getByRole('alert').and(page.locator(':focus')).count()).toBe(1)
    await page.keyboard.press('Tab')
    expect(await page.locator('.alert :focus').innerText()).toBe('Hilfe der SPID-Anbieter')
    await window.close()
  })
})

describe('a window', () => {
  it('with less motion shows no movement, and with forced colours edges and signs', async () => {
    const window = await browser.window()
    const page = await window.newPage()
    await page.goto(served.url('login', 'it'))
    const button = page.getByRole('link', { name: 'Entra con CIE' })
    const style = (name: string) =>
      button.evaluate((node, wanted) => getComputedStyle(node).getPropertyValue(wanted), name)
    expect(await style('transition-duration')).toBe('0.15s')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await style('transition-duration')).toBe('0s')
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await style('border-top-color')).not.toBe('rgba(0, 0, 0, 0)')
    const sign = page.locator('.tile').first()
    expect(await sign.evaluate((node) => getComputedStyle(node).backgroundColor)).toBe('rgb(0, 102, 204)')
    await window.close()
  })

  it('prints the ways in without what only a screen can do', async () => {
    const window = await browser.window({ javaScript: false })
    const page = await window.newPage()
    await page.goto(served.url('error-technical', 'it'))
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByText('7k2m-x9dp-4trq').isVisible()).toBe(true)
    expect(await page.getByRole('link', { name: '+39 0464 000000' }).isVisible()).toBe(true)
    expect(await page.locator('.skip, .languages, .button').filter({ visible: true }).count()).toBe(0)
    await window.close()
  })
})

describe('the first load', () => {
  it('takes less than 60 KB beside the fonts, all from one origin and nothing by a script', async () => {
    const window = await browser.window({ javaScript: false })
    const page = await window.newPage()
    const answers: { url: URL; bytes: number; type: string }[] = []
    const bodies: Promise<unknown>[] = []
    page.on('response', (response) => {
      const type = response.headers()['content-type'] ?? ''
      bodies.push(
        response.body().then((body) => answers.push({ url: new URL(response.url()), bytes: body.length, type })),
      )
    })
    await page.goto(served.url('login-eidas', 'it'), { waitUntil: 'networkidle' })
    await Promise.all(bodies)
    const origins = new Set(answers.map(({ url }) => url.origin))
    expect([...origins]).toEqual([new URL(page.url()).origin])
    const bytes = answers.filter(({ type }) => !type.startsWith('font/')).reduce((sum, one) => sum + one.bytes, 0)
    const ofFonts = answers.filter(({ type }) => type.startsWith('font/')).reduce((sum, one) => sum + one.bytes, 0)
    console.log(`first load: ${answers.length} requests, ${bytes} bytes and ${ofFonts} of fonts`)
    expect(bytes).toBeLessThan(60_000)
    expect(ofFonts).toBeLessThan(40_000)
    expect(answers.filter(({ type }) => type.includes('javascript'))).toEqual([])
    await window.close()
  })
})
