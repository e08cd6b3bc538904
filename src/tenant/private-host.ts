/** Hosts that only some machines can reach: fine while a service is tried out, wrong for citizens. */
import { BlockList, isIP } from 'node:net'

/** IANA special-purpose registries (RFC 6890), what can stand behind a name without being on the Internet. */
export const specialNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
] as const

/** RFC 6761, RFC 6762, RFC 8375, and what local networks call themselves. */
const PRIVATE_NAMES = /(^|\.)(localhost|local|internal|lan|home\.arpa|test|invalid)\.?$/

const special = new BlockList()
for (const network of specialNetworks) {
  const [address = '', prefix] = network.split('/')
  special.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** @param hostname of a URL, which has written every form of an address as one: `0x7f.1` is `127.0.0.1` there. */
export const isPrivateHost = (hostname: string): boolean => {
  const address = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(address)
  if (family !== 0) return special.check(address, family === 6 ? 'ipv6' : 'ipv4')
  return !hostname.replace(/\.$/, '').includes('.') || PRIVATE_NAMES.test(hostname)
}
