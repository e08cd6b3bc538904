/** The telephone of a test citizen: its text messages and its CieID app, as a page beside that of the computer. */
import { APP_PIN, CARD_PIN } from './cie-cards.ts'
import { cardSelect, cieFrame, problemNote } from './cie-pages.ts'
import { isExpired, type Phone, type Walk } from './cie-walk.ts'
import { html, type Markup } from './html.ts'
import { basePathOf, idpLayout, outcomeButton, type Visit } from './idp-server.ts'
import type { IdentityProvider } from './saml/identity-provider.ts'

interface PhonePage {
  readonly idp: IdentityProvider
  readonly visit: Visit
  readonly walk: Walk
  readonly phone: Phone
  readonly now: number
}

const form = ({ idp, phone }: PhonePage, body: Markup) =>
  html`<form method="post" action="${idp.baseUrl}/phone"><input type="hidden" name="ticket" value="${phone.ticket}">${body}</form>`

const refuse = outcomeButton('refuse', 'Rifiuta', 'secondary')

/** The button of the PIN comes first: it is what Enter in the field presses, and the finger would approve anything. */
const request = (page: PhonePage) => {
  const { visit, phone } = page
  return form(
    page,
    html`<h1>Richiesta di accesso</h1>
<p><strong>${visit.sp.name}</strong> chiede di farti entrare con CIE, livello ${phone.level}.</p>
${problemNote(phone.problem)}
${phone.card ? html`<p class="small">CieID di ${phone.card.citizen.name} ${phone.card.citizen.familyName}</p>` : cardSelect('Di chi è il telefono di prova?')}
<label class="field">Ultime 4 cifre del PIN <input name="pin" type="password" inputmode="numeric" maxlength="4" autocomplete="off" aria-describedby="app-pin"></label>
<p class="small" id="app-pin">Di prova: <code>${APP_PIN}</code> (il PIN intero è ${CARD_PIN}).</p>
<p class="actions">${outcomeButton('pin', 'Approva con il PIN', 'primary')} ${outcomeButton('finger', 'Usa l’impronta', 'secondary')} ${refuse}</p>`,
  )
}

const card = (page: PhonePage) =>
  form(
    page,
    html`<h1>Avvicina la carta</h1>
<p>Appoggia la Carta d’identità elettronica sul retro del telefono e tienila ferma una decina di secondi.</p>
<p class="actions">${outcomeButton('card', 'Carta appoggiata', 'primary')} ${refuse}</p>`,
  )

const message = ({ phone }: PhonePage, digits: string) => html`<h1>Messaggi</h1>
<p class="bubble">CieID: il codice per il tuo accesso è <strong class="code">${digits}</strong>. Vale tre minuti. Non dirlo a nessuno.</p>
<p class="small">Al telefono di ${phone.card?.citizen.name} ${phone.card?.citizen.familyName}, ${phone.card?.citizen.mobilePhone}</p>`

const oneTimeCode = (digits: string) => html`<h1>Il tuo codice</h1>
<p>Scrivilo sul computer. Vale una volta sola e per due minuti.</p><p class="code big">${digits}</p>`

/** The app opens the browser that the phone prefers, which need not be the one that asked. */
const wayBack = ({ idp, visit, phone }: PhonePage) => {
  const address = `${idp.baseUrl}/walk?visit=${visit.id}`
  if (phone.asks !== 'app') return html`<p>Continua sul computer.</p>`
  return html`<p>Ora si torna nel browser.</p>
<p class="actions"><a class="button primary" href="${address}">Torna nel browser</a></p>
<p class="small">L’app torna nel browser predefinito, che può essere un altro. Per provarlo, apri in un altro browser:<br><code>${address}</code></p>`
}

const done = (page: PhonePage) => {
  const { step } = page.walk
  const refused = step.is === 'ended' && step.code === 25
  const title = refused ? 'Accesso rifiutato' : step.is === 'ended' ? 'La carta non è valida' : 'Fatto'
  return html`<h1>${title}</h1>${wayBack(page)}`
}

const screen = (page: PhonePage): Markup => {
  const { walk, phone, now } = page
  if (walk.step.is === 'blocked')
    return html`<h1>La carta è bloccata</h1><p>Il PIN è stato sbagliato tre volte. Sbloccala con il PUK: Gestione carta, poi Sblocco carta.</p>${wayBack(page)}`
  if (phone.shows === 'done') return done(page)
  if (isExpired(phone, now))
    return html`<h1>È passato troppo tempo</h1><p>Il codice è scaduto: chiedine uno nuovo sul computer.</p>`
  if (phone.shows === 'code' && walk.step.is === 'code') {
    const digits = phone.code?.digits
    if (digits !== undefined) return phone.asks === 'sms' ? message(page, digits) : oneTimeCode(digits)
  }
  if (walk.step.is !== 'phone') return html`<h1>Niente da fare</h1><p>Questo codice non vale più.</p>`
  return phone.shows === 'card' ? card(page) : request(page)
}

export const phonePage = (page: PhonePage): Markup =>
  idpLayout(page.idp, { ...cieFrame, detail: 'Telefono di prova' }, 'Telefono', inPhone(page.phone, screen(page)))

const inPhone = ({ asks }: Phone, body: Markup) =>
  html`<section class="phone"><p class="phone-bar">${asks === 'sms' ? 'SMS' : 'CieID (di prova)'}</p>${body}</section>`

/** For a ticket that nobody knows, or no longer. */
export const phoneLostPage = (idp: IdentityProvider): Markup =>
  idpLayout(
    idp,
    { ...cieFrame, detail: 'Telefono di prova' },
    'Telefono',
    html`<section class="phone"><p class="phone-bar">CieID (di prova)</p><h1>Codice non più valido</h1>
<p>È stato usato, oppure sul computer ce n’è già uno nuovo.</p><p><a href="${basePathOf(idp)}/">CIE di prova</a></p></section>`,
  )
