/** A citizen's browser as far as a login needs one, and the site's server behind it: cookies by path, each step timed. */
import type { Answer, Client } from './client.ts'
import type { Timings } from './timings.ts'

export interface Visit {
  readonly form?: Readonly<Record<string, string>>
  /** Another site's page posts: `SameSite=Lax` cookies stay at home. */
  readonly crossSite?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

export interface Visitor {
  /** `url`: absolute, or a path. */
  visit(step: string, url: string, how?: Visit): Promise<Answer>
  /** From one call on: what a step took that was not a visit. */
  took(step: string, milliseconds: number): void
}

interface Cookie {
  readonly path: string
  readonly pair: string
}

const kept = (line: string): readonly [name: string, cookie: Cookie | undefined] => {
  const [pair = '', ...attributes] = line.split('; ')
  const name = pair.slice(0, pair.indexOf('='))
  const path = attributes.find((text) => /^path=/i.test(text))?.slice('path='.length) ?? '/'
  const expires = attributes.find((text) => /^expires=/i.test(text))?.slice('expires='.length)
  const gone = pair.endsWith('=') || (expires !== undefined && Date.parse(expires) < Date.now())
  return [`${name} ${path}`, gone ? undefined : { path, pair }]
}

const reaches = (cookiePath: string, path: string) =>
  cookiePath === '/' || path === cookiePath || path.startsWith(`${cookiePath}/`)

/** A path behind one origin: everything goes to the measured process. */
export const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/]+/, '')

export const createVisitor = (
  client: Client,
  timings: Timings,
  always: Readonly<Record<string, string>> = {},
): Visitor => {
  const jar = new Map<string, Cookie>()
  return {
    took: timings.add,
    visit: async (step, url, { form, crossSite = false, headers = {} } = {}) => {
      const path = pathOf(url)
      const [bare = ''] = path.split('?')
      const cookies = crossSite ? [] : [...jar.values()].filter((cookie) => reaches(cookie.path, bare))
      const body = form && new URLSearchParams({ ...form }).toString()
      const answer = await client.send({
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: {
          Accept: 'text/html,*/*;q=0.8',
          'Accept-Language': 'it-IT,it;q=0.9',
          ...(cookies.length > 0 && { Cookie: cookies.map(({ pair }) => pair).join('; ') }),
          ...(body !== undefined && {
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': String(Buffer.byteLength(body)),
          }),
          ...always,
          ...headers,
        },
        ...(body !== undefined && { body }),
      })
      for (const line of answer.setCookies) {
        const [name, cookie] = kept(line)
        if (cookie === undefined) jar.delete(name)
        else jar.set(name, cookie)
      }
      timings.add(step, answer.whole)
      timings.add(`${step}, first byte`, answer.firstByte)
      return answer
    },
  }
}
