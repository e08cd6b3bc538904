import { exportLines } from '../audit/register/export.ts'
import { scanRegister, searchRegister } from '../audit/register/search.ts'
import type { Found, Where } from '../audit/register/where.ts'
import { type Command, jsonText, UsageError, type World } from './command.ts'
import { findTenant } from './find-tenant.ts'
import { openRegister, personIn, reasonIn } from './open-register.ts'

const byPlace = (one: Found, other: Found): number =>
  one.day.localeCompare(other.day) || one.chain.localeCompare(other.chain) || one.position - other.position

/** Of one person all records of their logins; of a tenant all that name it. */
const found = async (where: Where, { tenant, person }: { readonly tenant?: string; readonly person?: string }) =>
  person === undefined
    ? scanRegister(where, (record) => 'tenant' in record && record.tenant === tenant)
    : (await searchRegister(where, [{ name: 'person', value: person }])).toSorted(byPlace)

export const registerExport: Command = {
  name: 'register export',
  operands: [],
  options:
    '(--tenant TENANT | --person TAX-CODE) --out FILE --reason TEXT --config FILE [--from DAY] [--to DAY] [--json]',
  summary: 'records of one tenant or person, with proofs that bin/verify-export.mjs checks anywhere',
  run: async (args, world) => {
    const { tenant, out } = args
    const typed = args.register.person
    const reason = reasonIn(args)
    if ((tenant === undefined) === (typed === undefined))
      throw new UsageError('Whose? Either --tenant TENANT or --person TAX-CODE.')
    if (out === undefined) throw new UsageError('Where to? Add --out FILE; it must not be there yet.')
    const opened = await openRegister(args, world)
    if (opened === undefined) return 1
    const { where, findings, note, config } = opened
    if (tenant !== undefined && findTenant({ config }, tenant, world) === undefined) return 1
    const { from, to } = where
    const about = tenant !== undefined ? { tenant } : { person: await personIn(typed ?? '', world) }
    const days = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
    const file = await newFile(out, world)
    try {
      await note({ action: 'export', reason, ...about, ...days })
      const of = tenant !== undefined ? `tenant ${tenant}` : 'one person'
      const head = { madeAt: new Date(world.now()).toISOString(), by: world.user, reason, of }
      let lines = 0
      for await (const line of exportLines(where, head, await found(where, about))) {
        await file.write(line)
        if (line.startsWith('{"record"')) lines += 1
      }
      world.out(
        args.json
          ? jsonText({ file: out, records: lines, complete: findings.length === 0 })
          : `${out}: ${lines} records. To check it anywhere: node bin/verify-export.mjs ${out} FINGERPRINT\n`,
      )
    } finally {
      await file.close()
    }
    if (findings.length > 0) world.err('Something could not be read and is missing in it: varco register verify.\n')
    return findings.length > 0 ? 2 : 0
  },
}

const newFile = async (path: string, { newFile: create }: World) => {
  try {
    return await create(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`${path} is there already and stays as it is. Name another file.`)
    throw cause
  }
}
