/** How `varco doctor` looks at disk and network. */
import { lookup } from 'node:dns/promises'
import { access, constants, stat, statfs } from 'node:fs/promises'
import { connect } from 'node:tls'
import { createOutgoingFetch } from '../../http/outgoing-fetch.ts'
import type { Surroundings } from './finding.ts'

export type Look = Pick<
  Surroundings,
  'fetch' | 'resolve' | 'certificateEnd' | 'modifiedAt' | 'freeBytes' | 'assertWritable' | 'modeOf'
>

const PATIENCE = 5000

const statOf = (path: string) =>
  stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })

export const look: Look = {
  // only addresses of the configuration: its own hosts may well be inside the house
  fetch: createOutgoingFetch({ allowedNetworks: ['0.0.0.0/0', '::/0'] }),
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  certificateEnd: (host, port) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port, servername: host, timeout: PATIENCE }, () => {
        resolve(Date.parse(socket.getPeerCertificate().valid_to))
        socket.end()
      })
      socket.once('timeout', () => socket.destroy(new Error('no answer in 5 seconds')))
      socket.once('error', reject)
    }),
  modifiedAt: async (path) => (await statOf(path))?.mtimeMs,
  freeBytes: async (path) => {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  },
  assertWritable: (path) => access(path, constants.W_OK),
  modeOf: async (path) => (await statOf(path))?.mode,
}
