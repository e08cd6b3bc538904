/**
 * What the register keeps (docs/rules/spid-saml.md section 9, docs/rules/cie.md A7), a type for each kind, and for each
 * kind which of its fields are about a person. Nothing here can be used by who reads it: of codes, tokens, `state` and
 * `nonce` it has the SHA-256 (base64url), of secrets and client assertions nothing.
 */
import type { ErrorCode } from '../../errors.ts'

type Level = 1 | 2 | 3

interface Received {
  /** Support code: the id of the HTTP request, as the citizen's page and the log show it. */
  readonly support: string
  readonly clientAddress: string
}

interface OfTenant extends Received {
  readonly tenant: string
}

interface OfLogin extends OfTenant {
  readonly client: string
  /** `login` of the log's lines: a fingerprint of the login's uid. */
  readonly login: string
  readonly upstream: string
  readonly idp?: string
  /** Of the tenant towards the upstream. */
  readonly entityId: string
  /** ID of the AuthnRequest, and its IssueInstant. */
  readonly requestId: string
  readonly requestIssueInstant: string
  readonly levelAsked: Level
}

/** The citizen was sent to the upstream. */
export interface LoginRequest extends OfLogin {
  readonly kind: 'login.request'
  readonly result: 'sent'
  /** The exact AuthnRequest. Cards are asked without one. */
  readonly message?: string
}

/** What came back, accepted or refused. */
export interface LoginResponse extends OfLogin {
  readonly kind: 'login.response'
  readonly result: 'verified' | ErrorCode
  readonly levelReached?: Level
  /** Did the provider's signature (or the card) vouch for it? Anybody may have sent the rest. */
  readonly authenticated: boolean
  /** NN of the provider's `ErrorCode nrNN`; 1 for success (docs/rules/spid-saml.md section 8). */
  readonly anomaly?: number
  readonly responseId?: string
  readonly responseIssueInstant?: string
  readonly responseIssuer?: string
  readonly assertionId?: string
  /** NameID of the Assertion, and its NameQualifier. */
  readonly subject?: string
  readonly subjectNameQualifier?: string
  /** Tax code with its country (`TINIT-…`), or `eidas:` and the identifier of who has none. Only of who was verified. */
  readonly person?: string
  /** The exact Response; of a card its certificate (PEM). What nobody vouches for is cut where it is very long. */
  readonly message?: string
  /** Where it was cut: characters and SHA-256 of the whole. */
  readonly messageLength?: number
  readonly messageHash?: string
  /** Of a card: each check in its order, `passed` or why not, and who said that it is not revoked. */
  readonly checks?: readonly string[]
}

/** An answer that had been taken ended without a login after all: the citizen was told, with this support code. */
export interface LoginTold extends OfTenant {
  readonly kind: 'login.told'
  readonly client: string
  readonly login: string
  readonly upstream: string
  readonly result: ErrorCode
}

/** A message of single logout, ours or a provider's (docs/rules/spid-saml.md section 6). */
export interface LogoutMessage extends OfTenant {
  readonly kind: 'logout.request' | 'logout.response'
  readonly upstream: string
  readonly idp: string
  readonly entityId: string
  /** ID of the LogoutRequest, also on the record of its answer. */
  readonly requestId: string
  readonly responseId?: string
  readonly result: 'sent' | 'verified'
  /** The exact message. */
  readonly message: string
}

interface OfClient extends OfTenant {
  readonly client: string
  /** `success`, or the OAuth error that the client was told. */
  readonly result: string
  /** A fingerprint of the grant: what was issued in one login has the same. */
  readonly grant?: string
  readonly sub?: string
}

/** The answer to an authorization request. */
export interface Authorization extends OfClient {
  readonly kind: 'oidc.authorization'
  readonly login?: string
  /** A fingerprint of the session here: with single sign-on there is no login of its own. */
  readonly session?: string
  readonly redirectUri?: string
  readonly scope?: string
  /** The `claims` parameter as it came. */
  readonly claims?: string
  readonly acrAsked?: string
  readonly acr?: string
  readonly code?: string
  readonly state?: string
  readonly nonce?: string
}

export interface TokenRequest extends OfClient {
  readonly kind: 'oidc.token'
  readonly grantType?: string
  /** How the client proved who it is. */
  readonly clientAuthentication?: string
  readonly redirectUri?: string
  readonly scope?: string
  readonly acr?: string
  readonly code?: string
  /** Of the access token. */
  readonly jti?: string
  readonly idToken?: string
  readonly refreshToken?: string
}

export interface UserInfoRequest extends OfClient {
  readonly kind: 'oidc.userinfo'
  readonly jti?: string
  readonly scope?: string
  /** Names of the claims that were released. */
  readonly released?: readonly string[]
}

export interface Revocation extends OfClient {
  readonly kind: 'oidc.revocation'
  readonly tokenKind?: string
  /** Of the token that was presented, known or not. */
  readonly jti?: string
}

export interface EndSession extends OfTenant {
  readonly kind: 'oidc.end-session'
  readonly client?: string
  readonly redirectUri?: string
  readonly state?: string
  readonly sub?: string
  /** The session here ended, the citizen was asked, or there was none. */
  readonly result: 'ended' | 'asked' | 'no session'
}

/** Somebody read the register. Written before anything is shown. */
export interface Access {
  readonly kind: 'register.access'
  readonly action: 'search' | 'export' | 'report' | 'drop'
  /** Who, as the operating system knows them. */
  readonly by: string
  readonly reason: string
  readonly tenant?: string
  readonly person?: string
  readonly assertionId?: string
  readonly requestId?: string
  readonly support?: string
  /** Also what is about persons was shown. */
  readonly personal?: true
  readonly from?: string
  readonly to?: string
}

/** The first record of each chain: what there was before it, and what the process could not write. */
export interface ChainOpened {
  readonly kind: 'chain.opened'
  /** The last anchor then. */
  readonly previous?: { readonly day: string; readonly sha256: string }
  /** The chain of the same process before this one, with so many records: nobody cuts off its end unnoticed. */
  readonly after?: { readonly day: string; readonly chain: string; readonly records: number }
  readonly lost?: { readonly records: number; readonly since: string }
}

/** The last one, of a process that could still write it. */
export interface ChainEnded {
  readonly kind: 'chain.ended'
}

/** The end of a chain that its process was killed in the middle of was cut off: bytes that nobody was told were written. */
export interface ChainRepaired {
  readonly kind: 'chain.repaired'
  readonly day: string
  readonly chain: string
  readonly bytes: number
}

export type RegisterRecord =
  | LoginRequest
  | LoginResponse
  | LoginTold
  | LogoutMessage
  | Authorization
  | TokenRequest
  | UserInfoRequest
  | Revocation
  | EndSession
  | Access
  | ChainOpened
  | ChainEnded
  | ChainRepaired

export type Kind = RegisterRecord['kind']
export type RecordOf<K extends Kind> = Extract<RegisterRecord, { readonly kind: K }>

/** As it lies in the register: with its time (ISO 8601, UTC) and a salt that keeps its hash from being guessed. */
export type StoredRecord = RegisterRecord & { readonly time: string; readonly salt: string }

type Fields<K extends Kind> = K extends Kind ? readonly (Exclude<keyof RecordOf<K>, 'kind'> & string)[] : never

/** Everything is sealed; these fields are shown only to who asks for them. */
export const personalFields: { readonly [K in Kind]: Fields<K> } = {
  'login.request': ['clientAddress', 'message'],
  'login.response': ['clientAddress', 'message', 'person', 'subject', 'checks'],
  'login.told': ['clientAddress'],
  'logout.request': ['clientAddress', 'message'],
  'logout.response': ['clientAddress', 'message'],
  'oidc.authorization': ['clientAddress', 'sub', 'claims'],
  'oidc.token': ['clientAddress', 'sub'],
  'oidc.userinfo': ['clientAddress', 'sub'],
  'oidc.revocation': ['clientAddress', 'sub'],
  'oidc.end-session': ['clientAddress', 'sub'],
  'register.access': ['by', 'person', 'reason'],
  'chain.opened': [],
  'chain.ended': [],
  'chain.repaired': [],
}

/** Without what is about a person, and without the salt: who has that could guess the person from the record's hash. */
export const withoutPerson = (record: StoredRecord): Readonly<Record<string, unknown>> => {
  const personal: readonly string[] = [...personalFields[record.kind], 'salt']
  return Object.fromEntries(Object.entries(record).filter(([name]) => !personal.includes(name)))
}
