/** What an identity provider knows about a Comune: in real life from its metadata, by AgID or the Ministry's portal. */
export interface ServiceProvider {
  readonly entityId: string
  /** OrganizationDisplayName: what the consent page shows. */
  readonly name: string
  /** PEM: signs its requests. */
  readonly certificate: string
  /** By index; the first is the default. */
  readonly acsUrls: readonly string[]
  readonly attributeSets: readonly { readonly index: number; readonly attributes: readonly string[] }[]
}
