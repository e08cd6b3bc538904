/** What a command line says of the register: which records, and whom they are shown to. */

export const registerOptions = {
  from: { type: 'string' },
  to: { type: 'string' },
  assertion: { type: 'string' },
  request: { type: 'string' },
  support: { type: 'string' },
  person: { type: 'string' },
  personal: { type: 'boolean' },
  year: { type: 'string' },
  all: { type: 'boolean' },
} as const

/** As typed. */
export interface RegisterOptions {
  /** Days, UTC. */
  readonly from?: string
  readonly to?: string
  /** ID of an Assertion, of an AuthnRequest. */
  readonly assertion?: string
  readonly request?: string
  /** As the citizen reads it out. */
  readonly support?: string
  /** A tax code. */
  readonly person?: string
  readonly personal?: boolean
  readonly year?: string
  readonly all?: boolean
}

export const registerOptionsOf = (values: RegisterOptions): RegisterOptions => {
  const { from, to, assertion, request, support, person, personal, year, all } = values
  const given = { from, to, assertion, request, support, person, personal, year, all }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
