/** What a browser says of itself, for two hints on the login page. Never for a decision: anybody may say anything. */
import type { IncomingHttpHeaders } from 'node:http'

/** Browsers inside of other apps: some by their name, any on Android by `wv`, any on iOS by what Safari would add. */
const IN_APP =
  /FBA[NV]\/|FB_IAB|Instagram|LinkedInApp|Twitter for|Line\/|MicroMessenger|Snapchat|BytedanceWebview|musical_ly|Pinterest\/|GSA\/|; wv\)|\((iPhone|iPad|iPod)(?!.*Safari\/)/

/** What follows would only cost time: the pattern looks ahead. */
const LONGEST = 512

export const isInApp = ({ 'user-agent': agent = '' }: IncomingHttpHeaders): boolean =>
  IN_APP.test(agent.slice(0, LONGEST))

export const isPhone = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-ch-ua-mobile'] === '?1' || /\b(Mobile|Android)\b/.test(headers['user-agent'] ?? '')
