/** Addresses of a configuration, and whether somebody comes from one of them. */
import { BlockList, isIP } from 'node:net'

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** @param networks addresses and CIDR blocks. An IPv4 address is found also as IPv6 writes it (`::ffff:192.0.2.7`). */
export const createNetworks = (networks: readonly string[]): { includes(address: string): boolean } => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    if (prefix === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(prefix), familyOf(address))
  }
  return { includes: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)) }
}

export type Networks = ReturnType<typeof createNetworks>

/** What of an address says who it is: a household has one IPv4 address, or all IPv6 addresses of a /64. */
export interface Neighbourhood {
  readonly near: string
  /** What one person can have without effort: hosters and tunnels give away a /48 of IPv6. */
  readonly far: string
}

/** The eight groups of an IPv6 address. */
const groupsOf = (address: string): readonly number[] => {
  const withoutDots = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = [], tail = []] = withoutDots.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16))
}

/** A proxy may add the port. What is no address at all is one neighbourhood: whoever can write there gains nothing by it. */
export const neighbourhoodOf = (address: string): Neighbourhood => {
  const [bare = ''] = (/^\[([^\]]*)\]/.exec(address)?.[1] ?? address.replace(/^([\d.]+):\d+$/, '$1')).split('%')
  if (isIP(bare) === 4) return { near: bare, far: bare }
  if (isIP(bare) !== 6) return { near: 'unknown', far: 'unknown' }
  const groups = groupsOf(bare)
  const [, , , , , marker = 0, high = 0, low = 0] = groups
  if (marker === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    const ipv4 = [high >> 8, high & 255, low >> 8, low & 255].join('.')
    return { near: ipv4, far: ipv4 }
  }
  const first = (count: number) =>
    groups
      .slice(0, count)
      .map((group) => group.toString(16))
      .join(':')
  return { near: `${first(4)}::/64`, far: `${first(3)}::/48` }
}
