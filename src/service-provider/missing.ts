/** What the configuration does not say yet. */

/** A key of the configuration that nothing needs until metadata or a certificate is asked for. */
export interface Missing {
  readonly file: 'gateway' | 'tenant'
  /** `aggregator.email`. */
  readonly path: string
  readonly fix: string
}

export type Complete<Value> = Value | { readonly missing: readonly Missing[] }
