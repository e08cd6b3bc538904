/** A tenant that is tried out may send its testers to a staging site inside the house; a live one sends citizens. */
import type { z } from 'zod'
import { told } from '../config/explain.ts'
import { isPrivateHost } from './private-host.ts'

/** `[]`: each of a list. The browser visits the first ones, this gateway the others: its file names the networks that it may. */
const BROWSER = ['url', 'initiate_login_uri', 'redirect_uris[]', 'post_logout_redirect_uris[]', 'other_access.url']
const SERVER = ['jwks_uri', 'backchannel_logout_uri']

type Found = readonly [path: readonly (string | number)[], value: unknown]

const at = (client: unknown, key: string): Found[] => {
  const [, first = '', rest] = /^(\w+)(?:\.(\w+)|\[\])?$/.exec(key) ?? []
  const value = (client as Record<string, unknown> | null)?.[first]
  if (key.endsWith('[]')) return Array.isArray(value) ? value.map((one, index): Found => [[first, index], one]) : []
  return rest === undefined
    ? [[[first], value]]
    : at(value, rest).map(([path, inner]): Found => [[first, ...path], inner])
}

const faultOf = (value: string, forBrowsers: boolean): string | undefined => {
  const url = URL.parse(value)
  if (url === null) return undefined
  if (url.protocol === 'http:') {
    return told('is http, and the tenant is live', `use https://${url.host}${url.pathname}, or keep state: test`)
  }
  if (forBrowsers && isPrivateHost(url.hostname)) {
    return told(
      'is inside a network, and the tenant is live',
      'write the address that citizens reach, or keep state: test',
    )
  }
  return undefined
}

/** The file may still be anything: this rule also runs where the rest of it is wrong. */
export const publicOnceLive = (
  { state, clients }: { readonly state?: unknown; readonly clients?: unknown },
  context: z.core.$RefinementCtx,
): void => {
  if (state !== 'live' || !Array.isArray(clients)) return
  for (const [index, client] of clients.entries()) {
    for (const key of [...BROWSER, ...SERVER]) {
      for (const [path, value] of at(client, key)) {
        const message = typeof value === 'string' ? faultOf(value, BROWSER.includes(key)) : undefined
        if (message !== undefined) context.addIssue({ code: 'custom', path: ['clients', index, ...path], message })
      }
    }
  }
}
