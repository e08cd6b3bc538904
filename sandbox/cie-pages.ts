/** The pages of the CIE test provider, in the words of the public guides (docs: guides of Trentino, 2025-08). Plain for now. */
import type { ServerResponse } from 'node:http'
import { citizenOf, citizens, type Level, type TestCitizen } from './citizens.ts'
import { html } from './html.ts'
import { sendPage } from './http.ts'
import {
  createIdpHandler,
  type IdpFrame,
  idpLayout,
  outcomeButton,
  sendAnswer,
  sendError,
  type Visit,
} from './idp-server.ts'
import { attributeLabel, cieAttributes } from './saml/attributes.ts'
import type { IdentityProvider } from './saml/identity-provider.ts'

const frame: IdpFrame = { look: 'cie', detail: 'Entra con CIE (di prova)' }

const fields = (
  visit: Visit,
  citizen?: TestCitizen,
  level?: Level,
) => html`<input type="hidden" name="visit" value="${visit.id}">
${citizen && html`<input type="hidden" name="citizen" value="${citizen.id}">`}${level && html`<input type="hidden" name="level" value="${level}">`}`

const loginPage = (idp: IdentityProvider, visit: Visit) => {
  const body = html`<form class="card" method="post" action="${idp.baseUrl}/answer">
<p class="eyebrow">RICHIESTA D'ACCESSO CIE LIVELLO ${visit.level}</p>
<h1>${visit.sp.name}</h1>
${fields(visit)}
<fieldset><legend>Di chi è la carta?</legend>
${citizens.map(
  (
    citizen,
    index,
  ) => html`<label class="person"><input type="radio" name="citizen" value="${citizen.id}" ${index === 0 && html`checked`}>
<span><strong>${citizen.name} ${citizen.familyName}</strong> <code>${citizen.fiscalNumber}</code><br><span class="small">${citizen.special}</span></span></label>`,
)}
</fieldset>
${
  visit.level < 3 &&
  html`<h2>Entra con le tue credenziali CIE</h2>
<p class="small">Numero della carta, codice fiscale o e-mail, password e secondo fattore.</p>
<label class="field">Password <input type="password" name="password" value="prova" autocomplete="off"></label>
<p class="actions">${outcomeButton('credentials', 'Procedi', 'primary')}</p>`
}
<h2>Entra con lettura carta</h2>
<p class="small">Livello 3: la carta appoggiata al telefono o al lettore, e il PIN.</p>
<p class="actions">${outcomeButton('card', 'Entra con lettura carta', visit.level < 3 ? 'secondary' : 'primary')} ${outcomeButton('error-25', 'Annulla', 'secondary')}</p>
<details><summary>Simula un errore</summary><p class="buttons">
${outcomeButton('error-21', 'nr21 tempo scaduto', 'small-button')} ${outcomeButton('error-23', 'nr23 carta scaduta o revocata', 'small-button')}
</p></details>
</form>`
  return idpLayout(idp, frame, `Richiesta d'accesso CIE livello ${visit.level}`, body)
}

const consentPage = (idp: IdentityProvider, visit: Visit, citizen: TestCitizen, level: Level) => {
  const body = html`<form class="card" method="post" action="${idp.baseUrl}/answer">
<p class="eyebrow">Richiesta di accesso CIE Livello ${level}</p>
<h1>${citizen.name} ${citizen.familyName}</h1>
${fields(visit, citizen, level)}
<p>I seguenti dati stanno per essere inviati a:</p>
<p class="recipient"><strong>${visit.sp.name}</strong></p>
<ul class="plain-list">${cieAttributes.map((name) => html`<li>${attributeLabel(name)}</li>`)}</ul>
<p class="actions">${outcomeButton('error-25', 'Annulla', 'secondary')} ${outcomeButton('consent', 'Prosegui', 'primary')}</p>
<details><summary>Prova altre risposte</summary><p class="buttons">
${outcomeButton('error-22', 'nr22 nego il consenso', 'small-button')} ${outcomeButton('error-21', 'nr21 tempo scaduto', 'small-button')}
${outcomeButton('error-23', 'nr23 carta scaduta o revocata', 'small-button')} ${outcomeButton('wrong-signature', 'Firma sbagliata', 'small-button')}
</p></details>
</form>`
  return idpLayout(idp, frame, 'Consenso', body)
}

export const ciePages = (idp: IdentityProvider, now: () => number) => {
  const proceed = (res: ServerResponse, visit: Visit, citizen: TestCitizen, level: Level) =>
    sendPage(res, consentPage(idp, visit, citizen, level))
  return createIdpHandler(idp, frame, now, {
    start: (res, visit) => sendPage(res, loginPage(idp, visit)),
    answer: (res, visit, form) => {
      const { outcome = '' } = form
      const citizen = citizenOf(form.citizen ?? '') ?? citizens[0]
      if (citizen === undefined) throw new Error('no citizens')
      const error = /^error-(\d+)$/.exec(outcome)?.[1]
      if (error !== undefined) return sendError(res, idp, frame, visit, Number(error))
      if (outcome === 'card') return proceed(res, visit, citizen, 3)
      // User name and password reach what was asked: alone they are level 1, with the second factor level 2.
      if (outcome === 'credentials') return proceed(res, visit, citizen, visit.level === 1 ? 1 : 2)
      const level = form.level === '3' ? 3 : form.level === '1' ? 1 : 2
      const sign = outcome === 'wrong-signature' ? 'wrong-key' : 'both'
      const post = idp.respond({ samlRequest: visit.request, citizen, level, sign })
      return sendAnswer(res, idp, frame, visit, post, `Identità verificata al livello ${level}.`)
    },
  })
}
