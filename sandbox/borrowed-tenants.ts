/**
 * Tenants of a real region in the demo: their services are played by the sample site, so that whoever writes a tenant file
 * sees the login that it makes, with the tokens and claims at its end. Only drafts and what is in test: nothing here is theirs.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'

export interface BorrowedFile {
  /** Below the folder of the demo's tenants; `../region.yaml` for the region's. */
  readonly name: string
  readonly content: string | Buffer
}

type Block = Readonly<Record<string, unknown>>

const STATES = ['draft', 'test']

const blockIn = (value: unknown): Block => (typeof value === 'object' && value !== null ? (value as Block) : {})

const without = (block: Block, ...keys: readonly string[]): Block =>
  Object.fromEntries(Object.entries(block).filter(([key]) => !keys.includes(key)))

/** The site proves who it is as it can; a public client stays one. */
const played = (client: unknown, site: string): Block => {
  const { auth, ...own } = without(
    blockIn(client),
    ...['jwks', 'jwks_uri', 'backchannel_logout_uri', 'backchannel_logout_session_required', 'secrets', 'other_access'],
    ...['userinfo_signed_response_alg', 'id_token_signed_response_alg'],
  )
  return {
    ...own,
    auth: auth === 'none' ? 'none' : 'client_secret_basic',
    url: `${site}/`,
    initiate_login_uri: `${site}/login`,
    redirect_uris: [`${site}/callback`],
    post_logout_redirect_uris: [`${site}/`],
    ...(auth === 'none' ? {} : { secrets: ['env:VARCO_DEMO_CLIENT_SECRET'] }),
  }
}

/** What was registered elsewhere, and keys: here the demo's gateway speaks, with its own. */
const registration = (federation: unknown): Block =>
  Object.fromEntries(
    Object.entries(blockIn(federation)).map(([system, values]) => [
      system,
      without(blockIn(values), 'entity_id', 'acs_url', 'slo_url', 'key', 'certificate', 'next'),
    ]),
  )

const borrowed = (file: Block, siteUrl: string): Block => ({
  ...without(file, 'host', 'succeeded_by'),
  ...(file.federation === undefined ? {} : { federation: registration(file.federation) }),
  clients: (Array.isArray(file.clients) ? file.clients : []).map((client) => played(client, `${siteUrl}/${file.id}`)),
})

/**
 * @param from a folder of tenant files, or one of them; its region's file is looked for beside the folder
 * @param site origin of the sample site
 * @throws Error with a sentence for who typed the path
 */
export const borrowTenants = (from: string, site: string): readonly BorrowedFile[] => {
  const isFolder = existsSync(from) && statSync(from).isDirectory()
  if (!existsSync(from)) throw new Error(`--tenants ${from}: there is no such file or folder.`)
  const folder = isFolder ? from : dirname(from)
  const names = isFolder ? readdirSync(from).filter((name) => /\.ya?ml$/.test(name)) : [basename(from)]
  const files = names.map((name) => ({ name, file: blockIn(parse(readFileSync(join(folder, name), 'utf8'))) }))
  const tried = files.filter(({ file }) => STATES.includes(String(file.state)))
  if (tried.length === 0) throw new Error(`--tenants ${from}: no tenant there is in state draft or test.`)
  const empty = tried.find(({ file }) => !Array.isArray(file.clients) || file.clients.length === 0)
  if (empty !== undefined)
    throw new Error(`--tenants: ${empty.name} has no service to play: add one with varco client add.`)
  const logos = tried.flatMap(({ file }) => {
    const { logo } = blockIn(file.branding)
    return typeof logo === 'string' ? [logo.replace(/^file:/, '')] : []
  })
  const region = join(folder, '../region.yaml')
  return [
    ...tried.map(({ name, file }) => ({
      name: name.replace(/\.ya?ml$/, '.yaml'),
      content: stringify(borrowed(file, site)),
    })),
    ...logos.map((name) => ({ name, content: readFileSync(join(folder, name)) })),
    ...(existsSync(region)
      ? [{ name: '../region.yaml', content: stringify(without(blockIn(parse(readFileSync(region, 'utf8'))), 'marks')) }]
      : []),
  ]
}
