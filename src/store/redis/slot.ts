/** Redis Cluster: which of its 16,384 slots a key is in. Cluster specification, "Key distribution model". */

/** CRC-16/XMODEM. */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  return crc
})

/** Only what stands between the first `{` and the next `}` counts, so that one tenant's keys are all in one slot. */
export const slotOf = (key: string): number => {
  const tag = /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key
  let crc = 0
  for (const byte of Buffer.from(tag)) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0)
  return crc % 16_384
}
