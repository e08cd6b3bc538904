import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../../../src/errors.ts'
import { loadAssets } from '../../../src/http/assets.ts'
import { fonts } from '../../../src/http/fonts.ts'
import { Phrase, phrases } from '../../../src/http/phrases.ts'
import { createRenderer } from '../../../src/http/render.ts'
import type { Alert, ErrorView, Frame, LoginView, LogoutView, PostView } from '../../../src/http/views.ts'
import { languages } from '../../../src/tenant/tenant.ts'

const viewsDir = join(import.meta.dirname, '../../../views')
const { render } = createRenderer({ viewsDir, assets: loadAssets(join(viewsDir, 'assets'), fonts) })

const frame: Frame = {
  language: 'it',
  languageLinks: languages.map((language) => ({ language, href: `?lang=${language}` })),
  region: 'Provincia autonoma di Trento',
  tenant: {
    name: 'Comune di San Giovanni di Fassa – Sèn Jan',
    otherName: 'Comun de Sèn Jan',
    otherLanguage: 'lld',
    siteUrl: 'https://www.comune.example/',
  },
  helpdesk: { phone: '+39 0461 00 00 00', email: 'aiuto@regione.example', hours: new Phrase('lun–ven 8–18') },
  legal: { privacyUrl: 'https://regione.example/privacy', accessibilityUrl: 'https://regione.example/accessibilita' },
  assets: '/assets',
  statusHref: '/status?lang=it',
  banners: [],
}
const alert: Alert = {
  code: 'idp_timeout',
  sentence: 'timeout',
  id: 'req-1',
  at: 0,
  provider: 'Poste ID',
  upstream: 'spid',
}
const login: LoginView = {
  service: 'Iscrizione asilo nido',
  level: 2,
  methods: [
    {
      id: 'spid',
      label: 'SPID',
      entries: [
        { name: 'Poste ID', href: 'begin?idp=https%3A%2F%2Fposteid.poste.it&upstream=spid' },
        { name: 'Aruba ID', href: 'begin?idp=aruba' },
      ],
    },
    { id: 'cie', label: 'CIE', entries: [{ name: 'CIE', href: 'begin?upstream=cie' }] },
    { id: 'cns', label: 'CPS / CNS', entries: [{ name: 'CNS', href: 'begin?upstream=cns' }] },
  ],
  claims: ['given_name', 'fiscal_number', 'https://attributes.eid.gov.it/fiscal_number', 'ufficio'],
  cancelHref: 'abort',
}
const error: ErrorView = {
  alert: { code: 'interaction_expired', sentence: 'expired', id: 'req-2', at: 0 },
  restart: { href: 'https://servizi.comune.example/', service: 'Iscrizione asilo nido' },
}
const post: PostView = {
  action: 'https://idp.example/sso',
  fields: { SAMLRequest: 'PD94', RelayState: 'r' },
  to: 'Poste ID',
}
const logout: LogoutView = {
  step: 'ask',
  form: { action: '/session/end/confirm', fields: { xsrf: 'x', logout: 'yes' } },
}

const inLanguage = (language: Frame['language']): Frame => ({ ...frame, language })
const everyPage = (of: Frame): readonly (readonly [string, string])[] => [
  ['login', render('login', of, login)],
  ['login after a failure, level 3', render('login', of, { ...login, level: 3, alert })],
  ['error', render('error', of, error)],
  ['post', render('post', of, post)],
  ['logout', render('logout', of, logout)],
  ['logged out', render('logout', of, { step: 'done' })],
  ['logged out here only', render('logout', of, { step: 'partial', backHref: 'https://www.example/?state=1' })],
]
const pages = languages.flatMap((language) =>
  everyPage(inLanguage(language)).map(([name, html]) => ({ title: `${name} (${language})`, language, html })),
)
const count = (html: string, pattern: RegExp): number => html.match(pattern)?.length ?? 0

describe.each(pages)('$title', ({ html, language }) => {
  it('is a whole document in its language with one h1 and a skip link', () => {
    expect(html).toMatch(new RegExp(`^<!doctype html>\\n<html lang="${language}">`))
    expect(count(html, /<h1>/g)).toBe(1)
    expect(html).toContain('<a class="skip" href="#main">')
    expect(count(html, /id="main"/g)).toBe(1)
  })

  it('has no inline script, style or handler', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i)
    expect(html.match(/<script(?![^>]*\ssrc="\/assets\/)[^>]*>/g)).toBeNull()
    expect(html.match(/<script[^>]*>[^<]/g)).toBeNull()
  })

  it('loads nothing from elsewhere', () => {
    const loaded = [...html.matchAll(/<(?:img|script|link)\b[^>]*\s(?:src|href)="([^"]*)"/g)].map(([, url]) => url)
    expect(loaded.length).toBeGreaterThan(1)
    expect(loaded.filter((url) => !url?.startsWith('/assets/'))).toEqual([])
  })

  it('leaves no placeholder, undefined or object in the text', () => {
    expect(html).not.toMatch(/\{\w+\}|undefined|\[object/)
  })

  it('uses each id once', () => {
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(ids).toEqual([...new Set(ids)])
  })

  it('gives every image an empty alternative: the name stands beside it', () => {
    expect(count(html, /<img /g)).toBe(count(html, /<img [^>]*alt=""/g))
  })
})

describe('escaping', () => {
  const evil = `"><script>alert('x')</script><b a='&{title}$&`
  /** Every string of a model replaced, but for those that the program itself chose from a closed list. */
  const poisoned = <T>(value: T, key = ''): T => {
    if (typeof value === 'string')
      return (
        ['language', 'otherLanguage', 'assets', 'id', 'sentence', 'step', 'upstream'].includes(key) ? value : evil
      ) as T
    if (Array.isArray(value)) return value.map((item) => poisoned(item)) as T
    if (value instanceof Phrase) return new Phrase(evil, value.language) as T
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [key === 'fields' ? evil + name : name, poisoned(inner, name)]),
    ) as T
  }

  it.each([
    [
      'login',
      () =>
        render('login', poisoned(frame), { ...poisoned({ ...login, alert }), alert: { ...poisoned(alert), id: evil } }),
    ],
    [
      'error',
      () => render('error', poisoned(frame), { ...poisoned(error), alert: { ...poisoned(error.alert), id: evil } }),
    ],
    ['post', () => render('post', poisoned(frame), poisoned(post))],
    ['logout', () => render('logout', poisoned(frame), poisoned(logout))],
  ] as const)('lets no string of the %s page become markup', (_, page) => {
    const html = page()
    expect(html).toContain('&#34;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&lt;b a=&#39;&amp;{title}$&amp;')
    expect(html).not.toContain('<script>')
    expect(html).not.toContain("alert('x')")
    expect(html).not.toContain('<b a=')
  })

  it('has no raw output tag in any template', () => {
    const templates = readdirSync(viewsDir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ejs'),
    )
    expect(templates.length).toBeGreaterThan(10)
    expect(templates.filter((name) => readFileSync(join(viewsDir, name), 'utf8').includes('<%-'))).toEqual([])
  })
})

describe('the login page', () => {
  const html = render('login', frame, login)

  it('offers every provider in the given order, and CIE and CNS, as plain links without a form', () => {
    const spid = html.indexOf('href="begin?idp=https%3A%2F%2Fposteid.poste.it&amp;upstream=spid">Poste ID</a>')
    const aruba = html.indexOf('href="begin?idp=aruba">Aruba ID</a>')
    expect(spid).toBeGreaterThan(0)
    expect(aruba).toBeGreaterThan(spid)
    expect(html).toContain('href="begin?upstream=cie">Entra con CIE</a>')
    expect(html).toContain('href="begin?upstream=cns">Entra con CPS / CNS</a>')
    expect(html).toContain('<summary class="button spid">Entra con SPID</summary>')
    expect(html).not.toContain('<form')
  })

  it('offers eIDAS as a link, and says before the journey that a service needs the Italian tax code', () => {
    const eidas = { id: 'eidas', label: 'eIDAS', entries: [{ name: 'eIDAS', href: 'begin?upstream=eidas' }] } as const
    const page = render('login', frame, { ...login, methods: [...login.methods, eidas] })
    expect(page).toContain('href="begin?upstream=eidas">Entra con eIDAS – identità europea</a>')
    expect(page).not.toContain('codice fiscale italiano')
    const needing = render('login', frame, { ...login, methods: [eidas], needsFiscalNumber: true })
    expect(needing).toContain('Questo servizio chiede il codice fiscale italiano')
    expect(html).not.toContain('codice fiscale italiano')
  })

  it('names the service, the tenant in both languages and the way back', () => {
    expect(html).toContain('<h1>Accedi a «Iscrizione asilo nido»</h1>')
    expect(html).toContain('Servizio offerto da: Comune di San Giovanni di Fassa – Sèn Jan')
    expect(html).toContain('<span class="other" lang="lld">Comun de Sèn Jan</span>')
    expect(html).toContain('<a href="abort">Annulla e torna a «Iscrizione asilo nido»</a>')
  })

  it('has the three links that AgID asks for', () => {
    for (const path of ['', '/richiedi-spid', '/serve-aiuto'])
      expect(html).toContain(`href="https://www.spid.gov.it${path}"`)
  })

  it('keeps the order of the methods and leaves out one without entries', () => {
    const [spid, cie, cns] = login.methods
    if (!spid || !cie || !cns) throw new Error('three methods')
    const turned = render('login', frame, { ...login, methods: [cns, { ...cie, entries: [] }, spid] })
    expect(turned.indexOf('id="cns"')).toBeLessThan(turned.indexOf('id="spid"'))
    expect(turned).not.toContain('id="cie"')
  })

  it('says which data go to the service, each once, unknown ones by their own name', () => {
    expect([...html.matchAll(/<li>([^<]*)<\/li>/g)].map(([, label]) => label).slice(0, 3)).toEqual([
      'Nome',
      'Codice fiscale',
      'ufficio',
    ])
    expect(render('login', frame, { ...login, claims: [] })).toContain('nessun dato personale')
    expect(render('login', frame, { ...login, claims: ['toString'] })).toContain('<li>toString</li>')
  })

  it('says at level 3, and only there, that few SPID providers have it, and still lists them all', () => {
    const high = render('login', frame, { ...login, level: 3 })
    expect(high).toContain('Pochi gestori SPID hanno il livello 3')
    expect(count(high, /<li><a href="begin/g)).toBe(2)
    expect(html).not.toContain('Pochi gestori')
  })

  it.each([
    ['it', 'la carta, il PIN di 8 cifre e un telefono con NFC (o un lettore'],
    ['de', 'die Karte, die achtstellige PIN und ein Telefon mit NFC (oder ein Lesegerät'],
    ['en', 'your card, its 8-digit PIN and a phone with NFC (or a card reader'],
    ['lld', 'la carta, il PIN di 8 cifre e un telefono con NFC (o un lettore'],
  ] as const)('says in %s at level 3, and only there, what CIE needs', (language, needs) => {
    const cie = (level: 1 | 2 | 3) =>
      /<section class="method" aria-labelledby="cie">[\s\S]*?<\/section>/.exec(
        render('login', inLanguage(language), { ...login, level }),
      )?.[0] ?? ''
    expect(cie(3)).toContain(needs)
    for (const level of [1, 2] as const)
      expect(cie(level)).not.toMatch(/NFC|PIN di 8|achtstellig|8-digit|livello|level|Stufe/)
  })

  it('says at each level what is needed', () => {
    for (const level of [1, 2, 3] as const)
      expect(render('login', frame, { ...login, level })).toContain(`di livello ${level}`)
  })

  it('shows a failure above the choice, focused, with what the help line needs', () => {
    const failed = render('login', frame, { ...login, alert })
    expect(failed).toContain('<title>Errore: Accedi a «Iscrizione asilo nido» – ')
    expect(failed).toContain('<div class="alert" role="alert" tabindex="-1" autofocus>')
    expect(failed).toContain('>idp_timeout</code>')
    expect(failed).toContain('>req-1</code>')
    expect(failed.indexOf('role="alert"')).toBeLessThan(failed.indexOf('Entra con SPID'))
    expect(html).not.toContain('role="alert"')
  })

  it('does not call a cancel an error', () => {
    const cancelled = render('login', frame, {
      ...login,
      alert: { ...alert, code: 'idp_cancelled', sentence: 'cancelled' },
    })
    expect(cancelled).toContain('<title>Accedi a ')
    expect(cancelled).toContain('class="alert neutral"')
  })

  it.each([
    ['it', 'Errore: '],
    ['de', 'Fehler: '],
    ['en', 'Error: '],
  ] as const)('begins the title after a failure in %s with %j', (language, prefix) => {
    expect(render('login', inLanguage(language), { ...login, alert })).toContain(`<title>${prefix}`)
  })

  it('names the provider in the sentence, or says "your provider" in its own words', () => {
    const blocked: Alert = { code: 'idp_identity_blocked', sentence: 'blocked', id: 'r', at: 0 }
    const told = (extra: Partial<Alert>) => render('login', frame, { ...login, alert: { ...blocked, ...extra } })
    expect(told({ provider: 'Sielte ID', upstream: 'spid' })).toContain('Contatta Sielte ID per sbloccarla')
    expect(told({})).toContain('Contatta il tuo gestore di identità per sbloccarla')
    expect(told({ provider: 'CIE', upstream: 'cie' })).toContain('La tua CIE è scaduta o bloccata')
  })
})

describe('the other pages', () => {
  it('tell every error code of the table, in every language', () => {
    for (const language of languages)
      for (const [code, { sentence }] of Object.entries(errorTable)) {
        const html = render('error', inLanguage(language), {
          alert: { code: code as Alert['code'], sentence, id: 'r', at: 0 },
        })
        expect(html).toContain(`>${code}</code>`)
        expect(html).not.toMatch(/\{\w+\}/)
      }
  })

  it('offer to start again at the service, else at the site of the tenant', () => {
    expect(render('error', frame, error)).toContain(
      '<a class="button" href="https://servizi.comune.example/">Ricomincia da «Iscrizione asilo nido»</a>',
    )
    const { restart: _, ...lost } = error
    expect(render('error', frame, lost)).toContain('<a class="button" href="https://www.comune.example/">')
  })

  it('work without a tenant, help line or legal links', () => {
    const bare: Frame = {
      language: 'de',
      languageLinks: [],
      region: 'Region',
      helpdesk: {},
      legal: {},
      assets: '/assets',
      statusHref: '/status?lang=it',
      banners: [],
    }
    const html = render('error', bare, {
      alert: { code: 'tenant_unknown', sentence: 'unknown_tenant', id: 'r', at: 0 },
    })
    expect(html).toContain('<title>Fehler: Diese Einrichtung kennen wir nicht – Region</title>')
    expect(html).not.toMatch(/class="languages"|class="brand"|class="help"/)
  })

  it('post the fields with a visible button and one external script', () => {
    const html = render('post', frame, post)
    expect(html).toContain('<form id="onward" method="post" action="https://idp.example/sso">')
    expect(html).toContain('<input type="hidden" name="SAMLRequest" value="PD94">')
    expect(html).toContain('<input type="hidden" name="RelayState" value="r">')
    expect(html).toContain('<button class="button" type="submit">Continua</button>')
    expect(html).toMatch(/<script src="\/assets\/submit-[0-9a-f]{16}\.js" defer><\/script>/)
    expect(html).toContain('<h1>Stai per andare a Poste ID</h1>')
  })

  it('ask before logging out and say when it is done', () => {
    expect(render('logout', frame, logout)).toContain('<form method="post" action="/session/end/confirm">')
    const done = render('logout', frame, { step: 'done' })
    expect(done).toContain('<h1>Uscita completata</h1>')
    expect(done).not.toContain('<form')
  })

  it('shows a missing Ladin text in Italian, marked as Italian', () => {
    const html = render('post', inLanguage('lld'), post)
    expect(html).toContain(`<button class="button" type="submit">${phrases.lld.post.button.text}</button>`)
    expect(html).toContain('<h1><span lang="it">Stai per andare a Poste ID</span></h1>')
    expect(html).toContain('<title lang="it">')
  })

  it('mark the language of each language link and the one in use', () => {
    const html = render('logout', inLanguage('de'), logout)
    expect(html).toContain('<a lang="lld" hreflang="lld" href="?lang=lld">Ladin</a>')
    expect(html).toContain('<a lang="de" hreflang="de" href="?lang=de" aria-current="true">Deutsch</a>')
  })

  it('link the help line so that a phone can dial it', () => {
    expect(render('logout', frame, logout)).toContain(
      '<a class="dial" href="tel:+390461000000">+39\u00a00461\u00a000\u00a000\u00a000</a>',
    )
  })
})

it('refuses to start when a template is missing', () => {
  const assets = loadAssets(join(viewsDir, 'assets'), fonts)
  expect(() => createRenderer({ viewsDir: join(viewsDir, 'locales'), assets })).toThrow('login.ejs')
})

it('keeps the stylesheet small', () => {
  const assets = loadAssets(join(viewsDir, 'assets'), fonts)
  expect(assets.get(assets.href('varco.css'))?.body.length).toBeLessThan(15_000)
})
