/**
 * Every text a citizen can read, by page. The Italian dictionary is complete by type and so are German and English;
 * a string that Ladin lacks is shown in Italian inside an element with `lang="it"`. `{name}` marks what the page fills in.
 */
import type { Sentence } from '../../src/errors.ts'
import type { claimNames } from '../../src/tenant/claim-names.ts'

/** Plain language, A2 to B1: what happened, why, and one thing to do. `{provider}` is named or is `frame.someProvider`. */
export interface SentenceText {
  readonly title: string
  readonly what: string
  readonly next: string
}

/** Every claim that a client may declare has a name for people, but for the one that tells nothing of them. */
export type ClaimName = Exclude<(typeof claimNames)[number], 'preferred_username'>

export interface Dictionary {
  readonly frame: {
    readonly skip: string
    /** Names the group of language links to a screen reader. */
    readonly language: string
    /** `{title}`: what a `<title>` begins with after a failure, so that it is the first thing read out. */
    readonly errorTitle: string
    readonly help: string
    /** On every page of a tenant that is only being tried out. */
    readonly trial: string
    /** `{tenant}` was merged into `{successor}`; a link to its site follows. */
    readonly succeeded: string
    readonly phone: string
    readonly email: string
    readonly hours: string
    /** Names the group of legal links to a screen reader. */
    readonly legal: string
    readonly privacy: string
    readonly accessibility: string
    readonly notes: string
    /** To the page that says how the ways in are doing. */
    readonly status: string
    /** To the page with questions and answers. */
    readonly questions: string
    /** Opens an e-mail or a form to the help desk. */
    readonly write: string
    /** `{tenant}`: the municipality's site. */
    readonly site: string
    /** Above a page in a language whose dictionary is not whole: only Ladin today, which falls back to the Italian words. */
    readonly incomplete: string
    /** Above every Ladin page until an office has signed its words: views/locales/lld.ts. */
    readonly unreviewed: string
    /** Stands for `{provider}` where none is known; German: in the dative, as every sentence uses it. */
    readonly someProvider: string
  }
  readonly login: {
    /** `{service}` */
    readonly title: string
    /** `{tenant}`, which may be any body: no article or preposition can be put before it. */
    readonly offeredBy: string
    readonly levels: { readonly 1: string; readonly 2: string; readonly 3: string }
    /** Heading over the ways in, for those who move by headings. */
    readonly choose: string
    /** Instead of the ways in, while there is none: no list of providers could be had. */
    readonly none: string
    /** The same below somebody who may go on as they are. */
    readonly chooseOther: string
    /** `{name}`: who is logged in already. */
    readonly present: string
    readonly presentUnnamed: string
    readonly goOn: string
    readonly goOnUnnamed: string
    /** Why they must log in again. */
    readonly obstacles: { readonly level: string; readonly data: string; readonly again: string }
    /** `{method}`: the text of a button. */
    readonly enter: string
    readonly spid: string
    /** Shown at level 3: the list must stay complete all the same (AgID). */
    readonly spidLevel3: string
    readonly spidChoose: string
    readonly spidInfo: string
    readonly spidRequest: string
    readonly spidHelp: string
    readonly cie: string
    /** For who would rather read the card though the service asks for less: it says what it needs. */
    readonly cieCard: string
    readonly cieLevel3: string
    readonly cieActivate: string
    readonly ciePassword: string
    readonly ciePin: string
    readonly cns: string
    readonly cnsHint: string
    /** On a phone, where a card can hardly be read: what opens the rest. */
    readonly cnsElsewhere: string
    /** The text of the button. */
    readonly eidasEnter: string
    readonly eidas: string
    /** Where the service works with the Italian tax code. */
    readonly eidasFiscalNumber: string
    /** `{service}` */
    readonly cancel: string
    readonly data: string
    /** `{service}`, `{tenant}` */
    readonly dataIntro: string
    /** Instead of the list, where the service asks for nothing personal. `{service}`, `{tenant}` */
    readonly dataNone: string
    /** The service may renew the login by itself. `{service}`, `{time}`: "8 ore" */
    readonly dataRenewed: string
    readonly dataKept: string
    readonly dataPrivacy: string
    /** A way in that is not ours. */
    readonly other: string
    readonly otherText: string
    /** Beside a provider whose logins fail at the moment. It stays in the list all the same. */
    readonly trouble: string
    /** The same of a way in that has no providers to choose from. */
    readonly troubleWay: string
    /** To the questions and answers about a way in. `{method}` */
    readonly questions: string
  }
  /** For who came here inside of another app, whose browser cannot hand on to the apps of the providers. */
  readonly inApp: {
    readonly title: string
    readonly text: string
    readonly copy: string
    readonly copied: string
  }
  readonly error: {
    readonly todo: string
    /** `{service}` */
    readonly restart: string
    readonly support: string
    readonly code: string
    readonly id: string
    readonly time: string
    /** `{time}`, as 30 seconds. */
    readonly wait: string
    /** `{provider}` */
    readonly retry: string
    /** With the card, where the level was too low. */
    readonly retryCard: string
    readonly forgotten: string
    readonly providersHelp: string
    /** Of the message to the help desk. `{code}` */
    readonly subject: string
    /** First line of it: the rest says code, number, time, service. */
    readonly message: string
    readonly service: string
  }
  readonly help: {
    readonly title: string
    readonly lead: string
    /** `{service}` */
    readonly back: string
    readonly everyone: string
    /** `{source}`, `{reviewed}` */
    readonly source: string
  }
  readonly status: {
    readonly title: string
    readonly lead: string
    /** `{until}` */
    readonly maintenance: string
    readonly well: string
    readonly partly: string
    readonly trouble: string
    readonly unknown: string
    readonly paused: string
    /** `{time}` */
    readonly explained: string
  }
  readonly post: {
    /** `{to}` */
    readonly title: string
    readonly text: string
    readonly button: string
  }
  readonly logout: {
    readonly askTitle: string
    readonly askText: string
    /** `{name}`: who is logged in. */
    readonly askWho: string
    /** Before the list of services. */
    readonly askServices: string
    readonly button: string
    readonly buttonAll: string
    readonly doneTitle: string
    readonly doneText: string
    readonly doneShared: string
    /** Before the list of services that are not told by us. */
    readonly untold: string
    /** Somebody else was logged in with this browser. */
    readonly switchedTitle: string
    readonly switchedText: string
    readonly switchedNext: string
    readonly switchedShared: string
    /** Logged out here; the identity provider did not confirm. */
    readonly partialTitle: string
    readonly partialText: string
    readonly partialShared: string
    /** To the service, which is not named: the session that knew it is gone. */
    readonly back: string
  }
  readonly claims: Readonly<Record<ClaimName, string>>
  readonly sentences: Readonly<Record<Sentence, SentenceText>>
  /** Where CIE must say something else than SPID: there is no private provider to turn to. */
  readonly cieSentences: Readonly<Record<'attempts' | 'level' | 'blocked', SentenceText>>
  /** `identity_type`, where it is known which kind the service wants. */
  readonly identitySentences: Readonly<Record<'personal' | 'professional', SentenceText>>
}

/** The same keys, none of them required: what may fall back to Italian. */
export type PartialDictionary = Incomplete<Dictionary>

type Incomplete<T> = { readonly [K in keyof T]?: T[K] extends string ? string : Incomplete<T[K]> }
