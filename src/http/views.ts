/** What each page shows. Pages get these models and a dictionary, nothing else: no request, no configuration. */
import type { ErrorCode, Sentence } from '../errors.ts'
import type { Language } from '../tenant/tenant.ts'
import type { Phrase } from './phrases.ts'

/** Shared by every page: header, footer, language links, help. All texts already in the page's language. */
export interface Frame {
  readonly language: Language
  /** The same page in each language: relative links. Empty where the page cannot be asked for again (answers to a POST). */
  readonly languageLinks: readonly { readonly language: Language; readonly href: string }[]
  readonly region: string
  /** Absent on pages that know no tenant. `name` in the page's language, `otherName` where it differs from the Italian one. */
  readonly tenant?: {
    readonly name: string
    readonly otherName?: string
    /** Of `otherName`, for its `lang` attribute; Italian unless said. */
    readonly otherLanguage?: Language
    readonly siteUrl: string
    readonly logoHref?: string
    /** Of a stylesheet with its colour. */
    readonly stylesHref?: string
  }
  readonly helpdesk: {
    readonly phone?: string
    readonly email?: string
    readonly hours?: Phrase
    /** Of a form in the place of an e-mail. */
    readonly formUrl?: string
  }
  /** The page with questions and answers. */
  readonly helpHref?: string
  readonly legal: { readonly privacyUrl?: string; readonly accessibilityUrl?: string; readonly notesUrl?: string }
  /** Of the page that says how the ways in are doing. */
  readonly statusHref: string
  /** Addresses of the official marks, where the region has them. */
  readonly marks?: {
    readonly spid?: string
    readonly cie?: string
    readonly eidas?: string
    readonly footer?: string
  }
  /** The tenant is not open to citizens yet. */
  readonly trial?: boolean
  /** The body that took the place of this one. */
  readonly successor?: { readonly name: string; readonly siteUrl: string }
  /** Said on every page, above its heading: planned maintenance, say. */
  readonly banners: readonly Phrase[]
  /** Path prefix of the static files, e.g. `/assets`. */
  readonly assets: string
}

/** What happened and what to do, above the choice or as a page. `id` is the request id: the same in the log. */
export interface Alert {
  readonly code: ErrorCode
  readonly sentence: Sentence
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Name of the provider that the citizen came back from. */
  readonly provider?: string
  /** Where they came back from: some sentences differ for CIE. */
  readonly upstream?: 'spid' | 'cie' | 'cns' | 'eidas'
  /** The kind of identity that the service wants, for a citizen who came with the other. */
  readonly wants?: 'personal' | 'professional'
  /** The same way in once more; `card`: this time by reading the card. */
  readonly retry?: { readonly href: string; readonly name: string; readonly card: boolean }
  /** At the service, where that is better than to go on. */
  readonly restart?: { readonly href: string; readonly service: string }
}

export interface LoginView {
  readonly service: string
  /** The Comune's own sentence. */
  readonly text?: Phrase
  readonly level: 1 | 2 | 3
  readonly alert?: Alert
  /** Who is logged in already: they go on as they are, or the service needs another login of theirs. */
  readonly present?: {
    /** Absent where their card bears none. */
    readonly name?: string
    readonly continueHref?: string
    readonly obstacle?: 'level' | 'data' | 'again'
  }
  /** In the region's order. `entries` of spid: in this login's shuffled order. */
  readonly methods: readonly {
    readonly id: 'spid' | 'cie' | 'cns' | 'eidas'
    readonly label: string
    /** `troubled`: its logins fail at the moment. It is said, and the provider stays. */
    readonly entries: readonly {
      readonly name: string
      readonly href: string
      readonly troubled?: boolean
      /** All of them have one, or none. */
      readonly logoHref?: string
    }[]
    /** The service has said which: its list is open. */
    readonly open?: boolean
    /** Of CIE, where the service asks for less: by reading the card, level 3. */
    readonly cardHref?: string
  }[]
  /** Names of the claims that the service will receive, as keys of `claims` in the dictionaries. */
  readonly claims: readonly string[]
  /** How long the service may ask for them again without the citizen, in words. */
  readonly renewableFor?: string
  /** The service works with the Italian tax code, which few people of other countries have: said before they set out. */
  readonly needsFiscalNumber?: boolean
  /** Not ours: shown last. */
  readonly other?: { readonly label: Phrase; readonly href: string }
  /** On a phone a card can hardly be read: what it needs is folded up. */
  readonly phone?: boolean
  /** The page is open inside of another app: where to begin again in a browser of its own. */
  readonly beginAt?: string
  readonly cancelHref: string
}

export interface ErrorView {
  readonly alert: Alert
  /** How long until it makes sense to try again, in words. */
  readonly wait?: string
  /** Start again at the service, where it is known. */
  readonly restart?: { readonly href: string; readonly service: string }
}

/** Questions and answers for the ways in of a tenant, in the region's order. */
export interface HelpView {
  readonly methods: readonly { readonly id: 'spid' | 'cie' | 'cns' | 'eidas'; readonly label: string }[]
  /** To the login that it was opened from. */
  readonly back?: { readonly href: string; readonly service: string }
}

/** A page that sends itself on (SAML POST binding, OAuth form_post); with a visible button without JavaScript. */
export interface PostView {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** Where to, for the sentence: the provider's or service's name. */
  readonly to: string
}

export interface LogoutView {
  /**
   * `ask`: one button; `done`: logged out; `partial`: logged out here, perhaps not at the identity provider; `switched`:
   * somebody else was, and this person goes on.
   */
  readonly step: 'ask' | 'done' | 'partial' | 'switched'
  /** `partial`: the way back to the service, where it asked for one. */
  readonly backHref?: string
  /** `ask`: who is logged in, where that is known. */
  readonly name?: string
  /** `ask`: all that the session opened; else those that still believe in it. */
  readonly services?: readonly { readonly name: string; readonly href: string }[]
  /** `switched`: on to the service. */
  readonly nextHref?: string
  readonly service?: string
  /** `ask`: where the button posts to, with its hidden fields. */
  readonly form?: { readonly action: string; readonly fields: Readonly<Record<string, string>> }
}

/** `partly`: some logins fail; `unknown`: too few logins to say. */
export type Standing = 'well' | 'partly' | 'trouble' | 'unknown' | 'paused'

export interface StatusView {
  /** Milliseconds since 1970, as `maintenanceUntil`. */
  readonly at: number
  /** Nobody can begin a login until then. */
  readonly maintenanceUntil?: number
  readonly ways: readonly {
    readonly label: string
    readonly standing: Standing
    /** Empty where there is one only. */
    readonly providers: readonly { readonly name: string; readonly standing: Standing }[]
  }[]
}

export interface Views {
  status: StatusView
  login: LoginView
  error: ErrorView
  help: HelpView
  post: PostView
  logout: LogoutView
}
