#!/usr/bin/env node
/**
 * Checks an export of the register of a Varco gateway, on any machine with Node and with nothing of Varco:
 *
 *     node verify-export.mjs EXPORT [FINGERPRINT …]
 *
 * FINGERPRINT: hex SHA-256 of the gateway's signing keys, as you noted them when the gateway went into service (`varco
 * register keys`). Without one the script tells which keys signed, and you compare.
 *
 * An export is a text file, a JSON value a line: what it is; the public keys; for each day an anchor that names the
 * anchor of the day before and the chains of its day, signed with Ed25519; the records, each with its place in its
 * chain's Merkle tree (RFC 9162 2.1) and the hashes that lead to the root that the anchor names; at last a signed end.
 * Exit code 0: all of it is as it was signed. 1: it is not.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

/** RFC 9162 2.1.3.2. */
const rootOf = (text, position, size, path) => {
  let [node, last, hash] = [position, size - 1, sha256(Buffer.from([0]), text)]
  for (const sibling of path.map((one) => Buffer.from(one, 'base64'))) {
    if (last === 0) return undefined
    if (node % 2 === 1 || node === last) {
      hash = sha256(Buffer.from([1]), sibling, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
    } else hash = sha256(Buffer.from([1]), hash, sibling)
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 ? hash.toString('hex') : undefined
}

const [file, ...trusted] = process.argv.slice(2)
if (file === undefined) {
  console.error('Which file? node verify-export.mjs EXPORT [FINGERPRINT …]')
  process.exit(1)
}

const faults = []
const keys = new Map()
const used = new Set()
/** Of each closed day, and of the chains of days that were still open: chain → what was signed about it. */
const days = new Map()
const chains = new Map()
const digest = createHash('sha256')
let [number, records, previous, ended] = [0, 0, undefined, false]

/** The signed value, or undefined when nobody signed it. */
const opened = ({ statement, signature }) => {
  const value = JSON.parse(statement)
  const key = keys.get(value.signer)
  if (!key || !verify(null, Buffer.from(statement), key, Buffer.from(signature, 'base64'))) return undefined
  used.add(value.signer)
  return value
}

const readers = {
  varco: ({ varco, version }) => varco === 'register export' && version === 1,
  key: ({ key }) =>
    keys.set(
      sha256(Buffer.from(key, 'base64')).toString('hex'),
      createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
    ),
  anchor: ({ anchor }) => {
    const value = opened(anchor)
    if (!['register anchor', 'register interim'].includes(value?.varco)) return false
    for (const chain of value.chains) chains.set(`${value.day} ${chain.chain}`, chain)
    if (value.varco === 'register interim') return true
    const follows = previous === undefined || (value.previous?.sha256 === previous.sha256 && value.day > previous.day)
    previous = { day: value.day, sha256: sha256(anchor.statement).toString('hex') }
    days.set(value.day, value)
    return follows
  },
  record: ({ record, day, chain, position, path }) => {
    records += 1
    const signed = chains.get(`${day} ${chain}`)
    return (
      signed !== undefined &&
      position < signed.records &&
      rootOf(record, position, signed.records, path) === signed.root
    )
  },
  end: ({ end }) => {
    const value = opened(end)
    ended = value?.varco === 'register export end'
    return ended && value.records === records && value.sha256 === digest.digest('hex')
  },
}

for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
  number += 1
  try {
    const value = JSON.parse(line)
    const [kind] = Object.keys(value)
    if (ended || !Object.hasOwn(readers, kind) || !readers[kind](value))
      throw new Error(ended ? 'it stands behind the end' : `this ${kind} is not as it was signed`)
  } catch (error) {
    faults.push(`line ${number}: ${error.message}`)
  }
  if (!ended) digest.update(`${line}\n`)
}
if (!ended) faults.push(`line ${number + 1}: the signed end is missing: something was cut off`)
const strangers = trusted.length === 0 ? [] : [...used].filter((one) => !trusted.includes(one))
for (const one of strangers) faults.push(`signed with ${one}, which is none of the keys that you trust`)

for (const fault of faults) console.error(fault)
console.log(`${records} records, ${days.size} closed days${previous ? ` up to ${previous.day}` : ''}`)
if (trusted.length === 0) for (const one of used) console.log(`signed with ${one}: compare it with what you noted`)
console.log(faults.length === 0 ? 'All of it is as it was signed.' : `${faults.length} faults.`)
process.exit(faults.length === 0 ? 0 : 1)
