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
