import { expect, it } from 'vitest'
import { createNetworks } from '../../../src/http/networks.ts'

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
