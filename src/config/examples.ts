/** What to write where a key is missing: its value as it stands in a file, by its path without the places in lists. */
import type { Path } from './problem.ts'

const names = '{ it: Comune di Ala }'
const saml = (system: string) => `{ key: file:secrets/${system}.key, certificate: trust/${system}.pem }`

const ofTenant: Readonly<Record<string, string>> = {
  schema: '1',
  id: 'ala',
  organisation: `{ ipa_code: c_a116, belfiore: A116, names: ${names} }`,
  'organisation.ipa_code': 'c_a116',
  'organisation.names': names,
  'organisation.names.it': 'Comune di Ala',
  site_url: 'https://www.comune.ala.tn.it',
  'federation.spid.attribute_sets.index': '0',
  'federation.spid.attribute_sets.name': 'base',
  'federation.spid.attribute_sets.attributes': '[fiscalNumber, name, familyName]',
  'notices.text': '{ it: Sabato dalle 8 alle 12 manutenzione }',
  'notices.until': '2026-12-05T12:00:00+01:00',
  clients: '[]',
  'clients.id': 'sito',
  'clients.names': '{ it: Sito del Comune }',
  'clients.names.it': 'Sito del Comune',
  'clients.url': 'https://www.comune.ala.tn.it/',
  'clients.redirect_uris': '[https://www.comune.ala.tn.it/callback]',
  'clients.other_access.label': '{ it: Altre utenze }',
  'clients.other_access.url': 'https://www.comune.ala.tn.it/login',
  'single_sign_on.hours': '1',
}

const ofRegion: Readonly<Record<string, string>> = {
  name: '{ it: Regione di Esempio }',
  'name.it': 'Regione di Esempio',
  'cns_label.it': 'CNS',
}

const ofGateway: Readonly<Record<string, string>> = {
  public_url: 'https://login.regione.example',
  listen: '127.0.0.1:7000',
  operations: '{ listen: 127.0.0.1:7001 }',
  'operations.listen': '127.0.0.1:7001',
  store: '{ kind: redis, url: "redis://127.0.0.1:6379/0" }',
  state_dir: '/var/lib/varco',
  master_keys: '[{ id: "2026-01", key: file:secrets/master.key }]',
  'master_keys.id': '"2026-01"',
  'master_keys.key': 'file:secrets/master.key',
  subject_key: '{ value: file:secrets/subject.key }',
  'subject_key.value': 'file:secrets/subject.key',
  region: 'region.yaml',
  aggregator: `{ spid: ${saml('spid')}, cie: ${saml('cie')} }`,
  ...Object.fromEntries(
    ['spid', 'cie'].flatMap((system) => [
      [`aggregator.${system}`, saml(system)],
      [`aggregator.${system}.key`, `file:secrets/${system}.key`],
      [`aggregator.${system}.certificate`, `trust/${system}.pem`],
    ]),
  ),
  'cns.url': 'https://cns.login.regione.example',
  'cns.listen': '":7003"',
  tenants: 'tenants',
}

const examples: Readonly<Record<string, string>> = { ...ofTenant, ...ofRegion, ...ofGateway }

/** `site_url: https://…`, where there is one. */
export const exampleOf = (path: Path): string | undefined => {
  const keys = path.filter((key) => typeof key === 'string')
  const name = keys.join('.')
  return Object.hasOwn(examples, name) ? `${keys.at(-1)}: ${examples[name]}` : undefined
}
