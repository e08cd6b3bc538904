/** The verified identity that an upstream returns. Everything in it was certified, but for what `derived` names. */
import type { Level } from './assurance.ts'

export type UpstreamId = 'spid' | 'cie' | 'cns' | 'eidas'

export interface Citizen {
  readonly upstream: UpstreamId
  /** EntityID of the identity provider; for CNS the issuer DN of the card's CA. */
  readonly idp: string
  /** The level reached, never the level asked. */
  readonly level: Level
  /** When the person authenticated, seconds since 1970 by our clock. */
  readonly authTime: number
  /** With its country prefix and in upper case: `TINIT-RSSMRA80A01H501U`. Absent only for eIDAS. */
  readonly fiscalNumber?: string
  readonly givenName?: string
  readonly familyName?: string
  /** `YYYY-MM-DD`. */
  readonly birthdate?: string
  /** Set when the birth date was read off the tax code (CNS): docs/rules/cns.md 5.3. */
  readonly birthdateSource?: 'derived'
  readonly gender?: 'female' | 'male'
  /** Belfiore code and province plate. */
  readonly placeOfBirth?: { readonly locality?: string; readonly region?: string }
  readonly email?: string
  readonly mobilePhone?: string
  readonly address?: {
    readonly formatted?: string
    readonly street?: string
    readonly postalCode?: string
    readonly locality?: string
    readonly region?: string
    readonly country?: string
  }
  readonly spidCode?: string
  /** Last day of the digital identity, `YYYY-MM-DD`. */
  readonly expirationDate?: string
  /** A certified mailbox (PEC). */
  readonly digitalAddress?: string
  /** Whom the person acts for, from a professional or legal person's SPID identity (docs/rules/spid-saml.md 4.5). */
  readonly company?: {
    readonly name?: string
    /** `TINIT-` and the tax code. */
    readonly fiscalNumber?: string
    /** One line. */
    readonly registeredOffice?: string
    /** `VATIT-` and 11 digits. */
    readonly vatNumber?: string
  }
  readonly proof?: Proof
}

/** By what a login can be found again: at the identity provider, or as the card that was shown. */
export interface Proof {
  /** ID of the SAML assertion. */
  readonly assertionId?: string
  readonly certificate?: {
    /** RFC 4514. */
    readonly issuer: string
    /** Hex, capitals. */
    readonly serial: string
    /** Seconds since 1970. */
    readonly notBefore: number
    readonly notAfter: number
    /** Of its DER, hex, small letters. */
    readonly sha256: string
  }
}

/** Given name first; absent where a card bears none. */
export const nameOf = ({ givenName, familyName }: Citizen): string | undefined =>
  givenName !== undefined && familyName !== undefined ? `${givenName} ${familyName}` : undefined
