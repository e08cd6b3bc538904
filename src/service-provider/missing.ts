/** What the configuration does not say yet. */

/** A key of the configuration that nothing needs until metadata or a certificate is asked for. */
export interface Missing {
  readonly file: 'gateway' | 'tenant'
  /** `aggregator.email`. */
  readonly path: string
  readonly fix: string
}

export type Complete<Value> = Value | { readonly missing: readonly Missing[] }

export const absent = (file: Missing['file'], path: string, value: unknown, fix: string): readonly Missing[] =>
  value === undefined ? [{ file, path, fix }] : []

export const AN_OFFICE = 'an address of an office, as spid@comune.example.it'
export const FULL_NAME = 'the full name of who runs the gateway'
