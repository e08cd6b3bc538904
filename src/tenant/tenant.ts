/** One municipality as the rest of the program sees it: parsed, defaulted, frozen. The file's rules are in schema.ts. */
import type { Level } from '../citizen/assurance.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Notice } from './notices.ts'
import type { authMethods, PresetName } from './presets.ts'
import type { ScopeClaims } from './scope-presets.ts'

export const languages = ['it', 'de', 'lld', 'en'] as const
export type Language = (typeof languages)[number]
export const isLanguage = (value: unknown): value is Language => (languages as readonly unknown[]).includes(value)
/** Italian is always there; the others fall back to it. */
export type Localised = { readonly it: string } & { readonly [language in Language]?: string }

/** Avviso 18: docs/rules/spid-saml.md 4.5. */
export const purposes = ['P', 'LP', 'PG', 'PF', 'PX'] as const

/** Only `live` has consequences beyond the page: immutable fields, and keys that must exist. */
export type TenantState = 'draft' | 'test' | 'live' | 'suspended'

/** What is asked of an upstream, registered with AgID or the Ministry under `index`, which never changes its meaning. */
export interface AttributeSet {
  readonly index: number
  readonly name: string
  /** ServiceName in the metadata, for people; absent: `name` stands for it. */
  readonly serviceNames?: Localised
  readonly descriptions?: Localised
  /** SAML names, docs/rules/spid-saml.md section 7. Always with `fiscalNumber`: it makes the `sub`. */
  readonly attributes: readonly string[]
  /** CIE: UUID v4 of the service that the set stands for (docs/rules/cie.md 4.21). */
  readonly serviceUuid?: string
}

/** A key and certificate (PEM) of the tenant's own, instead of the aggregator's; `next` is published beside it. */
export interface OwnSigning {
  readonly key: string
  readonly certificate: string
  readonly next?: { readonly key?: string; readonly certificate: string }
}

export interface SamlRegistration {
  readonly entityId: string
  /** Always on the regional host. */
  readonly acsUrl: string
  /** Where the provider sends logout messages, by Redirect and by POST; beside `acsUrl`. */
  readonly sloUrl: string
  readonly attributeSets: readonly AttributeSet[]
  readonly signing?: OwnSigning
}

/** What else AgID wants to know about a Comune: docs/rules/spid-saml.md 2.3 and 2.4. */
export interface SpidRegistration extends SamlRegistration {
  readonly profile: 'pub-ag-full' | 'pub-op-full' | 'spid'
  readonly contact: { readonly email?: string; readonly phone?: string }
  /** With its country: `IT01234567897`. */
  readonly vatNumber?: string
  readonly fiscalCode?: string
}

/** What the Ministry wants to know: docs/rules/cie.md A2.1. */
export interface CieRegistration extends SamlRegistration {
  readonly contact: { readonly email?: string; readonly phone?: string }
}

/** How ID tokens and userinfo answers may be signed. */
export const responseAlgorithms = ['RS256', 'ES256'] as const

export interface Client {
  readonly id: string
  readonly names: Localised
  readonly url: string
  /** Where a login that got lost starts again (OpenID Connect Core 4). */
  readonly initiateLoginUri: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** Where its server is told that a session has ended (OpenID Connect Back-Channel Logout 2.2). */
  readonly backchannelLogout?: { readonly uri: string; readonly sessionRequired: boolean }
  readonly minLevel: Level
  /** The claims that it declared: nothing else of the person is ever released to it. */
  readonly claims: readonly string[]
  /** Of them, those that it also gets in the ID token, which travels through logs and histories. */
  readonly idTokenClaims: readonly string[]
  /** Scopes of another system that it may ask for, and what they give: scope-presets.ts. */
  readonly scopeClaims: Readonly<Record<string, ScopeClaims>>
  /** `synthetic`: who has no mail address gets one that takes no mail. */
  readonly emailFallback: 'none' | 'synthetic'
  /** `opaque`: who has no name gets their user name for one. */
  readonly nameFallback: 'none' | 'opaque'
  /** `requested`: `acr` is the class that it asked for, and what was reached stands in `acr_actual`. */
  readonly acrResponse: 'actual' | 'requested'
  /** Seconds for which the service remembers that it asked; later it refuses every answer. */
  readonly stateLifetime?: number
  /** Index of the SPID set that its logins ask for. CIE has one set only. */
  readonly attributeSet: number
  /** Asks SPID for the identities of professionals or companies: docs/rules/spid-saml.md 4.5. */
  readonly purpose?: (typeof purposes)[number]
  /** What of government it serves, for AgID's statistics: `01.3`. */
  readonly cofog?: string
  /** A way in that is not ours, for whoever has none of the national ones: shown last, it ends the login here. */
  readonly otherAccess?: { readonly label: Localised; readonly url: string }
  readonly preset: PresetName
  readonly auth: (typeof authMethods)[number]
  /** Two at most, for the time of a rotation. Empty where `auth` needs none. */
  readonly secrets: readonly ClientSecret[]
  /** For `private_key_jwt`: its public keys, or where it publishes them. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  readonly jwksUri?: string
  /** `optional`: a request without a code challenge is taken; one with it is held to it. */
  readonly pkce: 'required' | 'optional'
  /** It may keep a login that asked for `offline_access` alive without the citizen. */
  readonly refreshTokens: boolean
  readonly idTokenSignedResponseAlg: (typeof responseAlgorithms)[number]
  /** Its userinfo answers are JWTs signed so; absent: JSON. */
  readonly userinfoSignedResponseAlg?: (typeof responseAlgorithms)[number]
}

export interface ClientSecret {
  /** Hex, small letters. */
  readonly sha256: string
  /** Milliseconds since 1970. */
  readonly notAfter?: number
}

/** Whom citizens turn to. */
export interface Helpdesk {
  readonly phone?: string
  readonly email?: string
  readonly hours?: Localised
  /** A form to write to; opened with `code`, `request`, `time`, `service` and `tenant` as parameters. */
  readonly formUrl?: string
}

/** Small, and nothing in it that runs or calls elsewhere. */
export interface Picture {
  readonly type: 'image/svg+xml' | 'image/png'
  readonly body: Buffer
}

/** What makes its pages its own. */
export interface Branding {
  /** Of the header: `#rrggbb`, dark enough for white text. */
  readonly colour?: string
  readonly logo?: Picture
  /** A sentence of its own on the login page. */
  readonly text?: Localised
}

export interface Tenant {
  readonly id: string
  /** A municipality, or another body of the region. */
  readonly kind: 'comune' | 'ente'
  readonly state: TenantState
  /** The tenant of the body that took its place; this issuer stays. */
  readonly succeededBy?: string
  /** Without a trailing slash; `{publicUrl}/t/{id}`, or `https://{host}` on a host of its own. */
  readonly issuer: string
  /** The path in front of every route of this tenant: `/t/{id}`, or empty on a host of its own. */
  readonly mountPath: string
  /** Own host (with port when it is not the scheme's), if it has one. */
  readonly host?: string
  /** Fixed when the tenant is created: makes `sub` (design 6). */
  readonly sector: string
  readonly names: Localised
  /** Short names, for the consent page of a provider: the same languages as `names`. */
  readonly displayNames: Localised
  /** Its own page in each of those languages. */
  readonly urls: Localised
  readonly ipaCode: string
  /** `L6`: municipalities. */
  readonly ipaCategory?: string
  /** Of the municipality, as `H501`. */
  readonly belfiore?: string
  /** As on number plates. */
  readonly province?: string
  /** localityName of a certificate of its own. */
  readonly city?: string
  readonly siteUrl: string
  readonly defaultLanguage: Language
  /** Those that its pages come in; absent: all. */
  readonly languages: readonly Language[]
  readonly helpdesk: Helpdesk
  /** A live tenant has the first two. */
  readonly legal: {
    readonly privacyUrl?: Localised
    readonly accessibilityUrl?: Localised
    /** Day on which it was last declared, as 2026-09-20: due again every year. */
    readonly accessibilityDeclared?: string
    readonly notesUrl?: Localised
  }
  /** Days on which the region's agreement was signed, and AgID and the Ministry took its metadata. */
  readonly golive: { readonly agreement?: string; readonly spidMetadata?: string; readonly cieMetadata?: string }
  readonly branding: Branding
  readonly methods: { readonly spid: boolean; readonly cie: boolean; readonly cns: boolean; readonly eidas: boolean }
  readonly spid: SpidRegistration
  readonly cie: CieRegistration
  /** EntityID and ACS are SPID's: docs/design/0002-eidas-acs.md. Absent where `methods.eidas` is off. */
  readonly eidas?: SamlRegistration
  readonly lifetimes: Lifetimes
  readonly notices: readonly Notice[]
  /** So long after a login its session may let other services of the tenant in; absent: never. */
  readonly singleSignOn?: { readonly seconds: number }
  readonly clients: readonly Client[]
}
