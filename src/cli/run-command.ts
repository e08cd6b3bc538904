/** One command line from its words to its exit code. */
import { parseArgs } from 'node:util'
import packageJson from '../../package.json' with { type: 'json' }
import { GatewayError, StartError } from '../errors.ts'
import { backup, restore } from './backup.ts'
import { cieMetadataCommand } from './cie-metadata.ts'
import { clientAdd } from './client-add.ts'
import { clientRotateSecret } from './client-secret.ts'
import { clientSheet } from './client-sheet.ts'
import { cnsTrustList, cnsTrustUpdate } from './cns-trust.ts'
import { type Arguments, type Command, type ExitCode, jsonText, UsageError, usageOf, type World } from './command.ts'
import { completionFor } from './completion.ts'
import { doctor } from './doctor.ts'
import { familyOf, helpFor, usagesOf } from './help.ts'
import { init } from './init.ts'
import { keysCreate, keysList } from './keys.ts'
import { keysReseal, keysRotate } from './keys-rotate.ts'
import { registerDrop } from './register-drop.ts'
import { registerExport } from './register-export.ts'
import { registerKeys, registerRotate } from './register-keys.ts'
import { registerOptions, registerOptionsOf } from './register-options.ts'
import { registerSearch } from './register-search.ts'
import { registerVerify } from './register-verify.ts'
import { reportAggregated, reportSp1, reportSp3 } from './report.ts'
import { serviceOf, serviceOptions } from './service-options.ts'
import { sessionsEnd } from './sessions-end.ts'
import { spidCertificate } from './spid-certificate.ts'
import { spidIdpsList, spidIdpsUpdate } from './spid-idps.ts'
import { spidMetadataCommand } from './spid-metadata.ts'
import { spidSubmission } from './spid-submission.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { maintenance, upstreamPause, upstreamResume } from './switches.ts'
import { tenantApply } from './tenant-apply.ts'
import { tenantList } from './tenant-list.ts'
import { tenantNew } from './tenant-new.ts'
import { tenantNotice } from './tenant-notice.ts'
import { tenantPlan } from './tenant-plan.ts'
import { tenantPublish, tenantSuspend } from './tenant-publish.ts'
import { tenantShow } from './tenant-show.ts'
import { tenantTest } from './tenant-test.ts'
import { tenantValidate } from './tenant-validate.ts'
import { trace } from './trace.ts'

const help = helpFor(() => commands)
const completion = completionFor(() => commands)

const version: Command = {
  name: 'version',
  operands: [],
  options: '[--json]',
  summary: 'the version of Varco and of Node',
  run: async ({ json }, { out }) => {
    const { version: varco } = packageJson
    const { node } = process.versions
    out(json ? jsonText({ varco, node }) : `varco ${varco}, Node ${node}\n`)
    return 0
  },
}

const commands: readonly Command[] = [
  init,
  start,
  status,
  doctor,
  trace,
  upstreamPause,
  upstreamResume,
  maintenance,
  keysCreate,
  keysList,
  keysRotate,
  keysReseal,
  registerSearch,
  registerExport,
  registerVerify,
  registerKeys,
  registerRotate,
  registerDrop,
  reportSp1,
  reportSp3,
  reportAggregated,
  backup,
  restore,
  tenantNew,
  tenantList,
  tenantValidate,
  tenantShow,
  tenantTest,
  tenantPublish,
  tenantSuspend,
  tenantPlan,
  tenantApply,
  tenantNotice,
  clientAdd,
  clientSheet,
  clientRotateSecret,
  sessionsEnd,
  spidIdpsUpdate,
  spidIdpsList,
  spidMetadataCommand,
  spidCertificate,
  spidSubmission,
  cieMetadataCommand,
  cnsTrustUpdate,
  cnsTrustList,
  completion,
  help,
  version,
]

export const runCommand = async (words: readonly string[], world: World): Promise<ExitCode> => {
  try {
    const { positionals, ...options } = parse(words)
    const line = positionals.join(' ')
    const command = commands.find(({ name }) => line === name || line.startsWith(`${name} `))
    if (command === undefined) throw new UsageError(unknown(positionals))
    const operands = positionals.slice(command.name.split(' ').length)
    const least = command.operands.filter((operand) => !operand.startsWith('[')).length
    if (operands.length < least || operands.length > command.operands.length)
      throw new UsageError(`Type: varco ${usageOf(command)}.`)
    // to be ignored would be worse: a program would read what is for people
    if (options.json && !command.options.includes('--json'))
      throw new UsageError(`varco ${command.name} has no --json: leave it out.`)
    return await command.run({ operands, ...options }, world)
  } catch (error) {
    world.err(`${messageOf(error)}\n`)
    // what a person configured keeps it from starting
    return error instanceof StartError ? 1 : 3
  }
}

const parse = (words: readonly string[]): Omit<Arguments, 'operands'> & { readonly positionals: readonly string[] } => {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      check: { type: 'boolean', default: false },
      tenant: { type: 'string' },
      tenants: { type: 'string' },
      out: { type: 'string' },
      csr: { type: 'boolean', default: false },
      now: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      for: { type: 'string' },
      reason: { type: 'string' },
      'key-size': { type: 'string' },
      workers: { type: 'string' },
      days: { type: 'string' },
      ipa: { type: 'string' },
      effective: { type: 'boolean', default: false },
      html: { type: 'boolean', default: false },
      city: { type: 'string' },
      email: { type: 'string' },
      phone: { type: 'string' },
      ...serviceOptions,
      ...registerOptions,
      help: { type: 'boolean', short: 'h', default: false },
      version: { type: 'boolean', default: false },
    },
  })
  const { config, check, tenant, tenants, out, csr, now, json, days, for: length, reason, 'key-size': keySize } = values
  const { from, ipa, effective, html, city, email, phone, workers } = values
  const asked = values.help || positionals.length === 0 ? helpAbout(positionals) : positionals
  return {
    positionals: values.version ? ['version'] : asked,
    check,
    csr,
    now,
    json,
    effective,
    html,
    ...(from !== undefined && { from }),
    ...(ipa !== undefined && { ipa }),
    ...(config !== undefined && { config }),
    ...(tenant !== undefined && { tenant }),
    ...(tenants !== undefined && { tenants }),
    ...(out !== undefined && { out }),
    ...(length !== undefined && { for: length }),
    ...(reason !== undefined && { reason }),
    ...(keySize !== undefined && { keySize }),
    ...(workers !== undefined && { workers }),
    ...(days !== undefined && { days }),
    service: serviceOf(values),
    init: {
      ...(city !== undefined && { city }),
      ...(email !== undefined && { email }),
      ...(phone !== undefined && { phone }),
    },
    register: registerOptionsOf(values),
  }
}

/** Of its operands none: `varco client sheet ala sito --help`. */
const helpAbout = (words: readonly string[]): readonly string[] => {
  const [first] = familyOf(words, commands)
  const isWhole = first !== undefined && words.join(' ').startsWith(first.name)
  return ['help', ...(isWhole ? first.name.split(' ') : words)]
}

/** Whoever typed half of a command wants to know the other half. */
const unknown = (words: readonly string[]): string => {
  const family = familyOf(words, commands)
  const none = `There is no command "${words.join(' ')}".`
  return family.length === 0 ? `${none} Type: varco help.` : `${none} There are:\n\n${usagesOf(family).trimEnd()}`
}

const messageOf = (error: unknown): string => {
  if (error instanceof UsageError || error instanceof StartError) return error.message
  if (error instanceof GatewayError) return `${error.message}. The code is explained in docs/errors.md.`
  const { code, message, stack, cause } = error as NodeJS.ErrnoException
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${message.split('.')[0]}. Type: varco help.`
  // said in plain words by whoever met the system's error
  if ((cause as NodeJS.ErrnoException | undefined)?.code !== undefined) return message
  if (code === 'EACCES' || code === 'EPERM')
    return `${message}: give Varco the right to do that, or change the path or port.`
  return stack ?? message
}
