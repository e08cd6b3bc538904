import { createPublicKey, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { GatewayConfig } from '../config/gateway-config.ts'
import { certificateOwnerOf, ownerOfOwn, spidCertificateOf } from '../service-provider/certificate.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { findingText } from '../upstream/saml/finding.ts'
import {
  type KeySize,
  keySizes,
  newSigningKey,
  selfSignedCertificate,
  signingRequest,
} from '../upstream/spid/certificate.ts'
import { certificateFindings } from '../upstream/spid/certificate-checks.ts'
import { type Arguments, type Command, jsonText, UsageError, type World } from './command.ts'
import { readConfiguration } from './configuration.ts'
import { findTenant, missingText } from './find-tenant.ts'

const DAY = 24 * 60 * 60 * 1000
/** From an hour ago, so that a clock a little behind does not matter. */
const validity = (now: number) => ({ notBefore: now - DAY / 24, notAfter: now + 5 * 365 * DAY })

export const spidCertificate: Command = {
  name: 'spid certificate',
  operands: [],
  options: '--config FILE [--tenant T] [--csr] [--key-size BITS] --out DIR [--json]',
  summary: 'makes a SPID key and its certificate (or request): the region’s, or a tenant’s own',
  run: async (args, world) => {
    const { out, csr } = args
    if (out === undefined)
      throw new UsageError('Where to? Add --out DIR; the key is written there, for its owner only.')
    const keySize = keySizeOf(args)
    // the region's first pair is named in the configuration before it exists: this command makes it
    const unmade = args.tenant === undefined ? { unmade: 'aggregator.spid' } : {}
    const config = (await readConfiguration(args, world, unmade))?.config
    if (config === undefined) return 1
    const tenant = args.tenant === undefined ? undefined : findTenant({ config }, args.tenant, world)
    if (args.tenant !== undefined && tenant === undefined) return 1

    const name = tenant === undefined ? 'spid' : `spid-${tenant.id}`
    const [keyFile, certificateFile] = [join(out, `${name}.key`), join(out, `${name}.${csr ? 'csr' : 'pem'}`)]
    for (const file of [keyFile, certificateFile]) {
      if (await exists(file, world)) {
        world.err(`${file} is there already and stays as it is: name another folder, or move it away.\n`)
        return 1
      }
    }
    const made = await make(config, tenant, { csr, keySize, now: world.now() })
    if ('refused' in made) {
      world.err(made.refused)
      return 1
    }
    await world.createFile(keyFile, made.key)
    await world.createFile(certificateFile, made.certificate)
    world.out(
      args.json
        ? jsonText({ key: keyFile, [csr ? 'request' : 'certificate']: certificateFile })
        : `${keyFile}\n${certificateFile}\n${whatNow(tenant, csr, made.certificate)}`,
    )
    return 0
  },
}

/** What was made is judged by the same checks as what others bring (docs/rules/spid-saml.md section 3). */
const make = async (
  config: GatewayConfig,
  tenant: Tenant | undefined,
  { csr, keySize, now }: { readonly csr: boolean; readonly keySize: KeySize; readonly now: number },
): Promise<{ readonly key: string; readonly certificate: string } | { readonly refused: string }> => {
  const wanted = spidCertificateOf(config, tenant)
  if ('missing' in wanted) return { refused: missingText(wanted.missing, tenant) }
  const privateKey = await newSigningKey(keySize)
  const pair = { privateKey, publicKey: createPublicKey(privateKey) }
  const certificate = csr
    ? signingRequest(wanted.content, pair)
    : selfSignedCertificate(wanted.content, pair, validity(now))
  const owner = tenant === undefined ? certificateOwnerOf(config) : ownerOfOwn(tenant)
  const findings = certificateFindings(certificate, owner)
  if (findings.length > 0) {
    return { refused: findings.map((finding) => `  ✗ ${findingText(finding)}\n`).join('') }
  }
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate }
}

const keySizeOf = ({ keySize = '2048' }: Arguments): KeySize => {
  const size = keySizes.find((one) => `${one}` === keySize)
  if (size !== undefined) return size
  throw new UsageError(`SPID allows no RSA key of ${keySize} bits: write --key-size ${keySizes.join(' or ')}.`)
}

const exists = async (file: string, { readers }: World): Promise<boolean> =>
  readers.readFile(file).then(
    () => true,
    (cause: NodeJS.ErrnoException) => cause.code !== 'ENOENT',
  )

const whatNow = (tenant: Tenant | undefined, csr: boolean, certificate: string): string => {
  const keys = tenant === undefined ? 'aggregator.spid' : 'federation.spid of the tenant'
  if (csr) return `Send the request to the certification authority; name key and certificate under ${keys} then.\n`
  const end = new X509Certificate(certificate).validToDate.toISOString().slice(0, 10)
  return [
    `Valid until ${end}. Name key and certificate under ${keys}.`,
    'Is another pair in use there? Then name this one under its next first, and switch once AgID has spread the metadata.\n',
  ].join('\n')
}
