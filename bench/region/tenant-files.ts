/** Comuni that nobody knows, as many as are wanted: their files, and their names. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attributeNames } from './citizens.ts'

export const CLIENTS = ['sito', 'palestra', 'biblioteca'] as const

/** `t000000` has the IPA code c_a000, the next one c_a001, after c_a999 comes c_b000. */
export const codeOf = (number: number): string =>
  `${String.fromCharCode(97 + Math.floor(number / 1000))}${String(number % 1000).padStart(3, '0')}`
export const tenantOf = (number: number): string => `t${String(number).padStart(6, '0')}`
export const callbackOf = (tenant: string, client = 'sito'): string => `https://${client}.${tenant}.example/callback`

const clientOf = (id: string, tenant: string, algorithm: string | undefined) => `
  - id: ${id}
    names: { it: Servizio ${id} }
    url: https://${id}.${tenant}.example/
    redirect_uris: [${callbackOf(tenant, id)}]
    claims: [given_name, family_name, birthdate, fiscal_number, email]
    secrets: [env:CLIENT_SECRET]${algorithm === undefined ? '' : `\n    id_token_signed_response_alg: ${algorithm}`}`

const tenantFile = (number: number, algorithm: string | undefined) => {
  const id = tenantOf(number)
  const code = codeOf(number)
  return `schema: 1
id: ${id}
state: test
organisation:
  ipa_code: c_${code}
  belfiore: ${code.toUpperCase()}
  names: { it: Comune di ${id} }
site_url: https://www.${id}.example
legal:
  privacy_url: https://www.${id}.example/privacy
federation:
  spid: { attribute_sets: [{ index: 0, name: tutti, attributes: [${attributeNames.join(', ')}] }] }
clients:${CLIENTS.map((client) => clientOf(client, id, algorithm)).join('')}
`
}

/** In place of those that are there. `algorithm`: of the ID tokens; default: what a client gets that asks for nothing. */
export const writeTenants = async (
  folder: string,
  { count, algorithm }: { count: number; algorithm?: string },
): Promise<void> => {
  for (const name of ['ala', 'moena']) await rm(join(folder, 'tenants', `${name}.yaml`), { force: true })
  for (let number = 0; number < count; number++)
    await writeFile(join(folder, 'tenants', `${tenantOf(number)}.yaml`), tenantFile(number, algorithm))
}
