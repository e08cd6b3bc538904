/** A browser as far as a login needs one: it keeps cookies by host and path, and leaves Lax ones at home when another site posts. */
import type { Received, TrialWorld } from './world.ts'

export interface Page extends Received {
  readonly url: URL
}

export interface Browser {
  /** Follows redirects as long as they stay at the gateway; the door of any other host is where it stops. */
  get(url: string | URL): Promise<Page>
  /** One step, no further. */
  visit(url: string | URL): Promise<Page>
  /** From a page of another site, as providers do. */
  post(url: string, fields: Readonly<Record<string, string>>): Promise<Page>
}

interface Cookie {
  readonly host: string
  readonly path: string
  readonly pair: string
}

const STEPS = 10

const within = (path: string, cookie: string): boolean =>
  path === cookie || path.startsWith(cookie.endsWith('/') ? cookie : `${cookie}/`)

/** @param hosts at which the gateway answers, all on that port. */
export const createBrowser = (
  { send }: Pick<TrialWorld, 'send'>,
  { port, hosts }: { readonly port: number; readonly hosts: readonly string[] },
): Browser => {
  const jar = new Map<string, Cookie>()

  const keep = ({ host, pathname }: URL, lines: readonly string[]) => {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const attribute = (name: string) =>
        attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
      const path = attribute('path') ?? pathname.slice(0, pathname.lastIndexOf('/'))
      const [name = '', value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      const key = `${host} ${path} ${name}`
      const end = attribute('expires')
      if (value === '' || attribute('max-age') === '0' || (end !== undefined && Date.parse(end) === 0)) jar.delete(key)
      else jar.set(key, { host, path, pair })
    }
  }

  const step = async (url: URL, fields?: Readonly<Record<string, string>>): Promise<Page> => {
    const own = [...jar.values()].filter(({ host, path }) => host === url.host && within(url.pathname, path))
    const cookies = fields === undefined ? own.map(({ pair }) => pair) : []
    const received = await send(port, {
      method: fields === undefined ? 'GET' : 'POST',
      url,
      headers: {
        accept: 'text/html',
        'user-agent': 'varco tenant test',
        ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
        ...(fields !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(fields !== undefined && { body: String(new URLSearchParams({ ...fields })) }),
    })
    keep(url, received.cookies)
    return { ...received, url }
  }

  const follow = async (page: Page): Promise<Page> => {
    let last = page
    for (let steps = 0; steps < STEPS && last.location !== undefined; steps += 1) {
      const next = new URL(last.location)
      if (!hosts.includes(next.host)) break
      last = await step(next)
    }
    return last
  }

  return {
    visit: (url) => step(new URL(url)),
    get: async (url) => follow(await step(new URL(url))),
    post: async (url, fields) => follow(await step(new URL(url), fields)),
  }
}

const unescaped = (html: string): string =>
  html
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')

export const linksIn = ({ text, url }: Page): readonly URL[] =>
  [...text.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)].map(([, href = '']) => new URL(unescaped(href), url))

/** The fields of the only form of a page; undefined without one. */
export const formIn = ({ text }: Page): Readonly<Record<string, string>> | undefined => {
  if (!/<form\b/.test(text)) return undefined
  const inputs = [...text.matchAll(/<input\b[^>]*>/g)].map(([tag]) => {
    const attribute = (name: string) => unescaped(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
    return [attribute('name'), attribute('value')] as const
  })
  return Object.fromEntries(inputs)
}

/** The words of a page, for comparing with what a file says. */
export const wordsOf = ({ text }: Page): string => unescaped(text)
