/** The gateway's configuration as the rest of the program sees it: parsed, resolved, frozen. The file's rules are in schema.ts. */
import type { Region } from '../tenant/region.ts'
import type { Tenant } from '../tenant/tenant.ts'

export type { Region }

export interface Listen {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
}

/** PEM texts, read when the file was read. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
}

/** The pair that signs SAML messages now, and the one published beside it while keys change. */
export interface SamlKeyPair extends KeyPair {
  readonly next?: { readonly key?: string; readonly certificate: string }
}

/** PEM texts: the authorities of the servers, and what Varco shows them. Empty: the authorities that the system knows. */
export interface RedisTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

interface RedisAccess {
  readonly username?: string
  readonly password?: string
  /** Present: the servers speak TLS. */
  readonly tls?: RedisTls
}

export type StoreConfig =
  | { readonly kind: 'memory'; readonly maxBytes: number }
  | { readonly kind: 'redis'; readonly url: string; readonly tls?: RedisTls }
  | (RedisAccess & {
      readonly kind: 'sentinel'
      /** By which Sentinel knows the master. */
      readonly name: string
      readonly sentinels: readonly Server[]
      readonly sentinelUsername?: string
      readonly sentinelPassword?: string
      readonly database: number
    })
  | (RedisAccess & { readonly kind: 'cluster'; readonly nodes: readonly Server[] })

export interface Server {
  readonly host: string
  readonly port: number
}

/** Who runs the gateway. What is missing is missed only when metadata or a certificate is made. */
export interface AggregatorConfig {
  readonly name?: string
  /** The `uri` in the subject of the shared certificates (docs/rules/spid-saml.md section 3). */
  readonly uri?: string
  readonly ipaCode?: string
  readonly ipaCategory?: string
  /** With its country. */
  readonly vatNumber?: string
  readonly fiscalCode?: string
  /** ATECO codes of its activities. */
  readonly nace2Codes?: readonly string[]
  readonly email?: string
  readonly phone?: string
  readonly organizationIdentifier?: string
  readonly policyOids?: readonly string[]
  /** localityName of the certificates. */
  readonly city?: string
  /** Towards CIE (docs/rules/cie.md A2.1): a company that the region owns may have an IPA code and be private all the same. */
  readonly kind: 'public' | 'private'
  /** Belfiore code of its seat; abroad the postal code. */
  readonly municipality?: string
  readonly province?: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly spid: SamlKeyPair
  /** `contact`: where it is not the one that stands above. */
  readonly cie: SamlKeyPair & { readonly contact: { readonly email?: string; readonly phone?: string } }
}

/** Who asks the browser for the card and makes sure that it holds the key: Varco by TLS of its own, or a proxy in front. */
export type CardHandshake =
  | (KeyPair & {
      readonly by: 'varco'
      readonly maxVersion: 'TLSv1.2' | 'TLSv1.3'
      /** Of OpenSSL; absent: the system's. */
      readonly securityLevel?: 0 | 1
    })
  | {
      readonly by: 'proxy'
      /** Addresses or CIDR blocks. */
      readonly from: readonly string[]
      /** What it sends in `X-Proxy-Auth`. This, TLS or both. */
      readonly secret?: string
      /** It speaks TLS with us, with a certificate that is one of `clients` (PEM) or by one of them. */
      readonly tls?: KeyPair & { readonly clients: readonly string[] }
      /** How it writes the certificate. */
      readonly header: 'rfc9440' | 'nginx'
    }

export interface GatewayConfig {
  /** It stands before test providers only, and therefore serves drafts too. */
  readonly sandbox: boolean
  /** Origin of the regional host, e.g. `https://login.regione.example`, without a trailing slash. */
  readonly publicUrl: string
  readonly listen: Listen
  readonly operations: Listen
  /** Addresses or CIDR blocks whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[]
  /** In ten minutes, of one neighbourhood (an IPv4 address, an IPv6 /64) at one tenant. */
  readonly rateLimits: {
    readonly loginStarts: number
    readonly answers: number
    readonly cards: number
    readonly failedClients: number
  }
  readonly store: StoreConfig
  readonly stateDir: string
  /** 32 bytes each; the first seals, the others still open. */
  readonly masterKeys: readonly { readonly id: string; readonly key: Buffer }[]
  /** Never rotated: it makes every `sub` (design 6). 32 bytes or more. */
  readonly subjectKey: Buffer
  /** Hex SHA-256 of the subject key. Required as soon as a tenant is live. */
  readonly subjectKeyFingerprint?: string
  /** Milliseconds: so long a tenant's keys sign, and so long the next ones are published before. `after` may be infinite. */
  readonly signingKeys: { readonly after: number; readonly publish: number }
  readonly region: Region
  readonly aggregator: AggregatorConfig
  /** Which engine verifies signatures; `both`: an answer counts when the two agree. */
  readonly saml: { readonly verification: 'fast' | 'node-saml' | 'both' }
  readonly spid: {
    /** Trusted as they stand: test providers, the validator of AgID. */
    readonly metadata: readonly { readonly file: string }[]
    readonly registry?: RegistryConfig
    /** entityID → the name that citizens know. */
    readonly names: Readonly<Record<string, string>>
  }
  readonly cie: { readonly metadata: readonly MetadataSource[]; readonly comparison: 'minimum' | 'exact' }
  readonly cns?: {
    /** Origin of the listener that asks for the card, e.g. `https://cns.login.regione.example`. */
    readonly url: string
    /** Where the citizen is sent; default `url`. A page of the region about reader and card may stand there and passes path and query on. */
    readonly startUrl: string
    readonly listen: Listen
    readonly handshake: CardHandshake
    /** What card and PIN are worth. */
    readonly level: 2 | 3
    /** Of the RSA key of a card; cards with a shorter one are refused. */
    readonly minKeyBits: 1024 | 2048
    /** PEM certificates of the card CAs that files name. */
    readonly trust: readonly string[]
    readonly trustList?: TrustListConfig
    readonly revocation: RevocationConfig
  }
  /** The Italian eIDAS node, for people of other European countries. Absent: off. */
  readonly eidas?: { readonly metadata: readonly MetadataSource[]; readonly attributeSetIndex: 99 | 100 }
  /** Where OpenTelemetry's spans go, by OTLP over HTTP. */
  readonly tracing?: { readonly otlp: string }
  readonly register: {
    /** 24 or more: then whole days are dropped. */
    readonly retentionMonths: number
    /** What becomes of a login whose record cannot be written. */
    readonly onFailure: 'refuse' | 'continue'
  }
  /** CIDR blocks of private networks that outgoing calls may reach; the public network always may. */
  readonly outgoing: { readonly allowedNetworks: readonly string[] }
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly pretty: boolean }
  /** As the files said at the start. What runs now: src/tenant/registry.ts. */
  readonly tenants: readonly Tenant[]
  /** When changed files take effect: at `varco tenant apply` and SIGHUP only, or also by themselves. */
  readonly reload: 'apply' | 'poll'
}

/** The list of all SPID providers, signed. */
export interface RegistryConfig {
  readonly source: MetadataSource
  /** SHA-256 of the certificates that may sign it, in small hex letters; absent: AgID's. */
  readonly pins?: readonly string[]
  readonly refreshHours: number
}

/** The national list of card authorities. */
export interface TrustListConfig {
  readonly source: MetadataSource
  /** PEM certificates of those who may sign it. */
  readonly signers: readonly string[]
  readonly refreshHours: number
  /** Believed without a look at its signature. */
  readonly acceptUnsigned: boolean
}

export interface RevocationConfig {
  /** `off`: a revoked card is not noticed. */
  readonly mode: 'required' | 'off'
  /** How long past its end a revocation list may be used that was current here, when no newer one can be had. */
  readonly graceHours: number
}

/** `file` is already absolute. */
export type MetadataSource = { readonly file: string } | { readonly url: string }
