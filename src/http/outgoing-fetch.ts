/**
 * The only way out: metadata, keys and notices are fetched through here. Private and special networks are refused unless
 * the configuration names them (a Comune's server on the regional network), by the address that the name resolved to.
 */
import { lookup } from 'node:dns'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { specialNetworks } from '../tenant/private-host.ts'

const TIMEOUT = 10_000
const LIMIT = 8 * 1024 * 1024

const blockList = (networks: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix = isIP(address) === 6 ? '128' : '32'] = network.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Follows no redirect, waits 10 s at most, reads 8 MB at most. */
export const createOutgoingFetch = ({ allowedNetworks }: { allowedNetworks: readonly string[] }): typeof fetch => {
  const special = blockList(specialNetworks)
  const allowed = blockList(allowedNetworks)
  const reachable = (address: string) => {
    // an IPv4 address written as IPv6 (::ffff:…) meets the rules of IPv4 too
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    return !special.check(address, family) || allowed.check(address, family)
  }

  const guardedLookup: LookupFunction = (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const usable = addresses.filter(({ address }) => reachable(address))
      if (usable.length === 0)
        return callback(new Error(`${hostname} is on a network that outgoing.allowed_networks does not name`), '', 0)
      const [first] = usable
      if (options.all) callback(null, usable)
      else callback(null, first?.address ?? '', first?.family)
    })

  return async (input, init) => {
    const sent = new Request(input, init)
    const url = new URL(sent.url)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !reachable(host))
      throw new Error(`${host} is on a network that outgoing.allowed_networks does not name`)
    const body = sent.body === null ? undefined : Buffer.from(await sent.arrayBuffer())
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT), sent.signal])
      const headers = Object.fromEntries(sent.headers)
      const request = send(url, { method: sent.method, headers, lookup: guardedLookup, signal }, async (response) => {
        try {
          const chunks: Buffer[] = []
          let size = 0
          for await (const chunk of response as AsyncIterable<Buffer>) {
            size += chunk.length
            if (size > LIMIT) throw new Error(`${url.host} answered with more than ${LIMIT} bytes`)
            chunks.push(chunk)
          }
          const received = Object.entries(response.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ])
          const status = response.statusCode ?? 500
          const content = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks)
          resolve(new Response(content, { status, headers: received }))
        } catch (error) {
          response.destroy()
          reject(error)
        }
      })
      request.on('error', reject)
      request.end(body)
    })
  }
}
