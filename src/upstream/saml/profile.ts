/** What one country's scheme says about SAML, as data: the core knows no country (design decision 3). */
import type { Level } from '../../citizen/assurance.ts'
import type { Citizen } from '../../citizen/citizen.ts'
import type { ErrorCode } from '../../errors.ts'
import type { Pending } from '../upstream.ts'
import type { AttributeValues } from './attributes.ts'
import type { ExtensionElement } from './authn-request.ts'

export interface SamlProfile {
  readonly id: 'spid' | 'cie' | 'eidas'
  /** Lowest first. */
  readonly levels: readonly Level[]
  /** How the level is asked. What comes back must be at least the level, whatever was sent. */
  readonly comparison: (level: Level) => 'minimum' | 'exact'
  /** Where an Issuer must carry `Format`. Where it stands it must be the entity format, everywhere. */
  readonly issuerFormat: { readonly response: 'optional' | 'required'; readonly assertion: 'optional' | 'required' }
  /** NN of `ErrorCode nrNN` → our code. What is not in it is `idp_error_unknown`. */
  readonly anomalies: Readonly<Record<number, ErrorCode>>
  /** Refused when asked for and not given. */
  readonly mandatoryAttributes: readonly string[]
  /** What the country adds to its requests: the children of samlp:Extensions. Absent: nothing, ever. */
  readonly extensions?: (pending: Pending) => readonly ExtensionElement[]
  readonly readAttributes: (value: AttributeValues) => Partial<Citizen>
}
