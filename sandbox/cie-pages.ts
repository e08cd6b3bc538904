/** The pages of the CIE test provider at the computer, in the words of the public guides (Trentino 2025-08, Sassari, Piemonte). */
import { CARD_PIN, identityCards } from './cie-cards.ts'
import { isExpired, type Phone, type Problem, type Step, type Walk } from './cie-walk.ts'
import { html, type Markup } from './html.ts'
import { basePathOf, type IdpFrame, idpLayout, outcomeButton, type Visit } from './idp-server.ts'
import type { Script } from './layout.ts'
import { qrSvg } from './qr-code.ts'
import { attributeLabel, cieAttributes } from './saml/attributes.ts'
import type { IdentityProvider } from './saml/identity-provider.ts'

export const cieFrame: IdpFrame = { look: 'cie', detail: 'Entra con CIE (di prova)' }

export interface WalkPage {
  readonly idp: IdentityProvider
  readonly visit: Visit
  readonly walk: Walk
  readonly now: number
}

const sentences: Readonly<Record<Problem, string>> = {
  'user-unknown': 'Numero, codice fiscale o e-mail non riconosciuti. Controlla e riprova.',
  'password-missing': 'Scrivi la password.',
  'card-unknown':
    'Non conosciamo una carta con questo numero. Il numero è in alto a destra sulla carta, ad esempio CA00001AA.',
  'code-wrong': 'Il codice non è giusto. Controlla e riprova.',
  'code-expired': 'Il codice è scaduto. Chiedine uno nuovo.',
  'code-void': 'Il codice è stato sbagliato tre volte e non vale più. Chiedine uno nuovo.',
  'pin-wrong': 'Il PIN non è giusto. Dopo tre errori la carta si blocca.',
}

export const problemNote = (problem: Problem | undefined): Markup | undefined =>
  problem && html`<p class="problem" role="alert">${sentences[problem]}</p>`

/** What must become different for a waiting page to be another one. */
export const stateOf = ({ step, phone }: Walk, now: number): string =>
  [step.is, phone?.ticket, phone?.shows, phone && isExpired(phone, now)].join(' ')

/** `4:59`; a script goes on counting. */
const countdown = (until: number, now: number) => {
  const seconds = Math.max(0, Math.ceil((until - now) / 1000))
  return html`<strong role="timer" data-seconds="${seconds}">${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}</strong>`
}

const visitField = ({ visit }: WalkPage) => html`<input type="hidden" name="visit" value="${visit.id}">`

const form = (page: WalkPage, body: Markup, style = 'card') =>
  html`<form class="${style}" method="post" action="${page.idp.baseUrl}/answer">${visitField(page)}${body}</form>`

const errors = (codes: readonly (readonly [number, string])[]) =>
  codes.map(([code, name]) => outcomeButton(`error-${code}`, `nr${code} ${name}`, 'small-button'))

/** Below every page: the way out, and what a tester may want. */
const foot = (page: WalkPage, more: Markup | false = false) =>
  form(
    page,
    html`<p class="actions">${outcomeButton('error-25', 'Torna al servizio', 'secondary')}</p>
<details><summary>Simula una risposta</summary><p class="buttons">
${errors([
  [21, 'tempo scaduto'],
  [22, 'nego il consenso'],
  [23, 'carta scaduta o revocata'],
])}${more}
</p></details>`,
    'way-out',
  )

const eyebrow = ({ walk }: WalkPage, level = walk.asked) =>
  html`<p class="eyebrow">RICHIESTA D'ACCESSO CIE LIVELLO ${level}</p>`

const people = html`<details><summary>Persone di prova</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Persone di prova"><table><thead><tr><th>Persona</th><th>Numero della carta</th><th>Codice fiscale</th><th>E-mail</th></tr></thead>
<tbody>${identityCards.map(
  ({ citizen, number, revoked }) =>
    html`<tr><td>${citizen.name} ${citizen.familyName}${revoked && ' (carta revocata)'}</td><td><code>${number}</code></td><td><code>${citizen.fiscalNumber}</code></td><td><code>${citizen.email}</code></td></tr>`,
)}</tbody></table></div>
<p class="small">Password: una qualsiasi. PIN di tutte le carte: <code>${CARD_PIN}</code>.</p></details>`

/** A choice of the test cards for who has none in hand. */
export const cardSelect = (label: string): Markup => html`<label class="field">${label}
<select name="number">${identityCards.map(
  ({ citizen, number, revoked }) =>
    html`<option value="${number}">${citizen.name} ${citizen.familyName} (${number}${revoked && ', revocata'})</option>`,
)}</select></label>`

const appHere = (page: WalkPage, text: string) =>
  form(
    page,
    html`<h2>Sei sul telefono?</h2><p class="small">${text}</p>
<p class="actions">${outcomeButton('app', 'Apri l’app CieID', 'primary')}</p>`,
    'card phone-only',
  )

const credentials = (page: WalkPage, problem?: Problem) => html`${eyebrow(page)}<h1>${page.visit.sp.name}</h1>
${appHere(page, 'Approva con PIN o impronta nell’app, poi torni qui da solo.')}
<div class="grid">
${form(
  page,
  html`<h2>Entra con le tue credenziali CIE</h2>${problemNote(problem)}
<label class="field">Numero CIE, codice fiscale o e-mail <input name="user" value="${identityCards[0]?.citizen.fiscalNumber}" autocomplete="off" autocapitalize="none" spellcheck="false"></label>
<label class="field">Password <input type="password" name="password" value="prova" autocomplete="off"></label>
${
  page.walk.asked === 2 &&
  html`<fieldset><legend>Secondo fattore</legend>
<label class="choice"><input type="radio" name="second" value="sms" checked> Codice via SMS</label>
<label class="choice"><input type="radio" name="second" value="notification"> Notifica nell’app CieID</label></fieldset>`
}
<p class="actions">${outcomeButton('credentials', 'Procedi', 'primary')}</p>
${people}`,
)}
<div>
${form(
  page,
  html`<h2>Entra con QR Code</h2><p class="small">Apri l’app CieID sul telefono e inquadra il codice che ti mostriamo.</p>
<p class="actions">${outcomeButton('qr', 'Entra con QR Code', 'secondary')}</p>`,
)}
${form(
  page,
  html`<h2>Entra con lettura carta</h2><p class="small">Livello 3: da uno smartphone NFC con l’app CieID, registrando la tua carta, o da computer con il software CIE e un lettore di smart card.</p>
<p class="actions">${outcomeButton('card', 'Entra con lettura carta', 'secondary')}</p>`,
)}
</div></div>`

const cardChoice = (page: WalkPage) => html`${eyebrow(page, 3)}<h1>${page.visit.sp.name}</h1>
<p>Entra con lettura carta: scegli come leggere la tua Carta d’identità elettronica.</p>
${appHere(page, 'L’app ti chiede il PIN o l’impronta e legge la carta appoggiata al telefono.')}
<div class="grid">
${form(
  page,
  html`<h2>Con lo smartphone</h2><p class="small">Android 6.0 o superiore, o iOS 13 o superiore, con NFC, la carta e l’app CieID installata e configurata.</p>
<p class="actions">${outcomeButton('smartphone', 'Prosegui con smartphone', 'primary')}</p>`,
)}
${form(
  page,
  html`<h2>Con il computer</h2><p class="small">Windows, Mac o Linux, un lettore di smart card contactless e il software CIE. Appoggia la carta sul lettore prima di proseguire.</p>
<p class="actions">${outcomeButton('computer', 'Prosegui con computer', 'primary')}</p>`,
)}
</div>
${backToLevel2(page)}`

const backToLevel2 = (page: WalkPage) =>
  page.walk.asked < 3 &&
  form(page, html`<p class="actions">${outcomeButton('level-2', 'Torna a livello 2', 'secondary')}</p>`, 'way-out')

const of = (page: WalkPage) => html`<p class="recipient">${page.visit.sp.name}</p>`

const serial = (page: WalkPage, problem?: Problem) =>
  html`${form(
    page,
    html`${eyebrow(page, 3)}<h1>Numero di serie della carta</h1>${of(page)}${problemNote(problem)}
<label class="field">Numero della carta (in alto a destra) <input name="number" value="${identityCards[0]?.number}" autocomplete="off" autocapitalize="characters" spellcheck="false"></label>
<p class="actions">${outcomeButton('serial', 'Procedi', 'primary')}</p>${people}`,
    'card narrow',
  )}${backToLevel2(page)}`

const reader = (page: WalkPage, problem?: Problem) =>
  html`${form(
    page,
    html`${eyebrow(page, 3)}<h1>Appoggia la carta sul lettore</h1>${of(page)}${problemNote(problem)}
${cardSelect('Carta sul lettore di prova')}
<label class="field">PIN di 8 cifre <input name="pin" type="password" inputmode="numeric" autocomplete="off" aria-describedby="pin-help"></label>
<p class="small" id="pin-help">Il PIN di tutte le carte di prova è <code>${CARD_PIN}</code>.</p>
<p class="actions">${outcomeButton('reader', 'Procedi', 'primary')}</p>`,
    'card narrow',
  )}${backToLevel2(page)}`

const phoneLink = ({ idp }: WalkPage, { ticket }: Phone) =>
  html`<a href="${idp.baseUrl}/phone?ticket=${ticket}" target="_blank" rel="noopener">Apri il telefono di prova</a>`

const qrTitles = { qr: 'Inquadra il codice con l’app CieID', 'card-qr': 'Fase 1: inquadra il codice con l’app CieID' }

const waiting = (page: WalkPage, phone: Phone) => {
  const { idp, visit, walk, now } = page
  const title =
    phone.asks === 'qr' || phone.asks === 'card-qr'
      ? qrTitles[phone.asks]
      : phone.asks === 'app'
        ? 'Continua nell’app CieID'
        : 'Approva la notifica sul telefono'
  if (isExpired(phone, now)) {
    return html`${eyebrow(page, phone.level)}<h1>${phone.asks === 'notification' ? 'La notifica è scaduta' : 'Il codice QR è scaduto'}</h1>
<p>Nessun problema: puoi averne ${phone.asks === 'notification' ? 'un’altra' : 'un altro'}.</p>
${form(page, html`<p class="actions">${outcomeButton('renew', phone.asks === 'notification' ? 'Nuova notifica' : 'Nuovo codice QR', 'primary')}</p>`, 'plain')}`
  }
  const address = `${idp.baseUrl}/phone?ticket=${phone.ticket}`
  return html`<div data-state="${stateOf(walk, now)}" data-ask="${basePathOf(idp)}/walk/state?visit=${visit.id}">${eyebrow(page, phone.level)}<h1>${title}</h1>${of(page)}
${(phone.asks === 'qr' || phone.asks === 'card-qr') && qrSvg(address, 'Codice QR per l’app CieID')}
<p>${phone.asks === 'notification' ? 'La notifica vale ancora' : phone.asks === 'app' ? 'Hai ancora' : 'Il codice vale ancora'} ${countdown(phone.until, now)} minuti. Questa pagina prosegue da sola.</p>
<p>${phoneLink(page, phone)}</p></div>`
}

const code = (page: WalkPage, phone: Phone, problem?: Problem) => {
  const isMessage = phone.asks === 'sms'
  const again = isMessage ? 'Invia un nuovo codice' : 'Nuovo codice QR'
  const expired = problem === undefined && isExpired(phone, page.now) ? 'code-expired' : problem
  const lost = expired === 'code-expired' || expired === 'code-void'
  const title = isMessage ? 'Inserisci il codice ricevuto via SMS' : 'Fase 2: inserisci il codice mostrato dall’app'
  const mobile = phone.card?.citizen.mobilePhone.slice(-4)
  return html`${form(
    page,
    html`${eyebrow(page, phone.level)}<h1>${title}</h1>${of(page)}${problemNote(expired)}
<p class="small">${isMessage ? `Lo abbiamo inviato al numero che finisce con ${mobile}. Sono 6 cifre.` : 'Sono 4 cifre, valgono una volta sola e per due minuti.'}</p>
${
  !lost &&
  html`<label class="field">Codice <input name="digits" inputmode="numeric" autocomplete="one-time-code" maxlength="8"></label>
<p class="actions">${outcomeButton('code', 'Procedi', 'primary')}</p>`
}
<p class="actions">${outcomeButton('renew', again, lost ? 'primary' : 'secondary')}</p>
${!lost && html`<p>${phoneLink(page, phone)}</p>`}`,
    'card narrow',
  )}`
}

const blocked = (page: WalkPage) => html`<section class="card narrow">${eyebrow(page)}<h1>La carta è bloccata</h1>
<p>Il PIN è stato sbagliato tre volte. Si sblocca con il PUK, nell’app CieID: Gestione carta, poi Sblocco carta.</p>
<p class="small">Di prova: al prossimo accesso la carta è di nuovo buona.</p></section>`

const consent = (page: WalkPage, { card, level }: Extract<Step, { is: 'consent' }>) => {
  const { name, familyName } = card.citizen
  return form(
    page,
    html`<p class="eyebrow">Richiesta di accesso CIE Livello ${level}</p><h1>${name} ${familyName}</h1>
<p>I seguenti dati stanno per essere inviati a:</p>
<p class="recipient"><strong>${page.visit.sp.name}</strong></p>
<ul class="plain-list">${cieAttributes.map((one) => html`<li>${attributeLabel(one)}</li>`)}</ul>
<p class="actions">${outcomeButton('error-22', 'Annulla', 'secondary')} ${outcomeButton('consent', 'Prosegui', 'primary')}</p>`,
    'card narrow',
  )
}

const bodyOf = (page: WalkPage): readonly [title: string, body: Markup, script?: Script | undefined] => {
  const { step, phone } = page.walk
  switch (step.is) {
    case 'credentials':
      return [`Richiesta d'accesso CIE livello ${page.walk.asked}`, credentials(page, step.problem)]
    case 'card-choice':
      return ['Entra con lettura carta', cardChoice(page)]
    case 'serial':
      return ['Numero di serie della carta', serial(page, step.problem)]
    case 'reader':
      return ['Lettura della carta', reader(page, step.problem)]
    case 'consent':
      return ['Consenso', consent(page, step)]
    case 'blocked':
      return ['Carta bloccata', blocked(page)]
    case 'phone':
    case 'code':
      if (phone === undefined) throw new Error(`no phone at ${step.is}`)
      if (step.is === 'code') return ['Codice', code(page, phone, step.problem)]
      return [
        'App CieID',
        html`<section class="card narrow">${waiting(page, phone)}</section>`,
        isExpired(phone, page.now) ? undefined : 'wait',
      ]
    case 'ended':
      throw new Error('an ended walk has no page')
  }
}

export const walkPage = (page: WalkPage): Markup => {
  const [title, body, script] = bodyOf(page)
  const wrong = page.walk.step.is === 'consent' && outcomeButton('wrong-signature', 'Firma sbagliata', 'small-button')
  return idpLayout(page.idp, cieFrame, title, html`${body}${foot(page, wrong)}`, script)
}
