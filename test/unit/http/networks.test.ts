import { expect, it } from 'vitest'
import { createNetworks, neighbourhoodOf } from '../../../src/http/networks.ts'

it.each([
  ['192.0.2.7', true],
  ['192.0.2.8', false],
  ['10.1.255.255', true],
  ['10.2.0.0', false],
  ['fd00::1', true],
  ['fe80::1', false],
  ['::ffff:192.0.2.7', true],
  ['::ffff:192.0.2.8', false],
  ['', false],
  ['localhost', false],
])('says of %s whether it is in one of the networks', (address, inside) => {
  expect(createNetworks(['192.0.2.7', '10.1.0.0/16', 'fd00::/8']).includes(address)).toBe(inside)
})

it.each([
  ['192.0.2.7', '192.0.2.7', '192.0.2.7'],
  ['192.0.2.7:50123', '192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['2001:db8:1:2:3:4:192.0.2.7', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0::/48'],
  ['::1', '0:0:0:0::/64', '0:0:0::/48'],
  ['', 'unknown', 'unknown'],
  ['unknown', 'unknown', 'unknown'],
  ['1.2.3.4.5', 'unknown', 'unknown'],
])('puts %s in the neighbourhood %s, and that in %s', (address, near, far) => {
  expect(neighbourhoodOf(address)).toEqual({ near, far })
})
