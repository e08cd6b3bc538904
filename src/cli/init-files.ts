/** What `varco init` writes: a region of one gateway, whole but for what only its people know. */
import { inlineText } from '../config/yaml-text.ts'

export interface InitFacts {
  readonly url: URL
  /** Of who runs the gateway, as registered. */
  readonly name: string
  readonly ipaCode: string
  readonly city: string
  readonly email: string
  readonly phone: string
  /** Hex SHA-256. */
  readonly subjectKeyFingerprint: string
  readonly masterKeyId: string
  /** Folder with the JSON Schemas, as seen from the folder that is written. */
  readonly schemas: string
  /** There is a file with the names that citizens know. */
  readonly hasNames: boolean
}

/** On a loopback address nobody ends TLS in front. */
const listening = (url: URL): readonly string[] => {
  if (url.protocol === 'https:') {
    return [
      'listen: 127.0.0.1:7000 # plain HTTP for the proxy that ends TLS: docs/operations.md; ":7000" for every address',
      'operations: { listen: 127.0.0.1:7001 } # /livez, /readyz, /metrics: not for the public',
      'trusted_proxies: [127.0.0.1] # whose forwarded headers are believed',
    ]
  }
  const port = Number(url.port || 80)
  return [`listen: 127.0.0.1:${port}`, `operations: { listen: 127.0.0.1:${port + 1} } # /livez, /readyz, /metrics`]
}

export const gatewayText = (facts: InitFacts): string => {
  const { url, name, ipaCode, city, email, phone, subjectKeyFingerprint, masterKeyId, schemas, hasNames } = facts
  return `# yaml-language-server: $schema=${schemas}/gateway.schema.json
# Paths are relative to this file. Secrets never stand here: env:NAME is a variable, file:path a file for Varco only.

public_url: ${url.origin} # registered with AgID, the Ministry and every service: it never changes
${listening(url).join('\n')}

store: { kind: memory } # one process, and a restart ends the logins under way; for live tenants: { kind: redis, url: env:VARCO_REDIS_URL }
state_dir: state # keys and register, sealed: back it up

master_keys: # the first seals, the others still open: add in front to rotate
  - { id: ${inlineText(masterKeyId)}, key: file:secrets/master.key }
subject_key: # makes every citizen's sub: never changed, never lost
  value: file:secrets/subject.key
  fingerprint: ${subjectKeyFingerprint}

region: region.yaml

aggregator: # who runs this gateway: stands in metadata and certificates
  name: ${inlineText(name)}
  uri: ${url.origin}
  ipa_code: ${inlineText(ipaCode)}
  email: ${inlineText(email)}
  phone: ${inlineText(phone)}
  city: ${inlineText(city)}
  # municipality: L378   # Belfiore code of its seat, and province: TN; for CIE
  spid: { key: file:secrets/spid.key, certificate: trust/spid.pem }
  cie: { key: file:secrets/cie.key, certificate: trust/cie.pem }

spid:
  registry: { source: https://registry.spid.gov.it/metadata/idp/spid-entities-idps.xml } # believed only when AgID signed it
${hasNames ? '  names: idp/names.yaml # what citizens call each provider' : '  # names: idp/names.yaml   # what citizens call each provider'}

# CIE, once its metadata lie here (docs/cie.md):
# cie: { metadata: [idp/cie-production.xml] }

# CNS, once its host has a certificate (docs/cns.md):
# cns:
#   url: https://cns.${url.hostname}
#   listen: ":7003"
#   tls: { key: file:secrets/cns.key, certificate: trust/cns.pem }
#   trust_list: { source: https://eidas.agid.gov.it/TL/TSL-IT.xml, signers: [trust/tsl-signers.pem] }

tenants: tenants
`
}

export const regionText = ({
  name,
  email,
  phone,
  schemas,
}: InitFacts): string => `# yaml-language-server: $schema=${schemas}/region.schema.json
# What holds for every Comune whose own file does not say otherwise.

name: { it: ${inlineText(name)} } # also de, lld, en
helpdesk: # whom citizens turn to
  phone: ${inlineText(phone)}
  email: ${inlineText(email)}
# legal: # needed before a tenant is live, here or in its own file
#   privacy_url: https://…
#   accessibility_url: https://form.agid.gov.it/view/…
#   accessibility_declared: "2026-09-20"
# cns_label: { it: CPS / CNS } # what citizens call the card here
tenants: # what a Comune's own file need not say
  languages: [it, en] # of its pages, the first is the default; also de, lld
`

export const tenantsReadme = `One file for each Comune or other body: \`varco tenant new TENANT --config ../gateway.yaml …\` writes it.
Keep this folder under version control. No secret stands in it.
`

export const gitignore = `# never under version control
secrets/
state/
`
