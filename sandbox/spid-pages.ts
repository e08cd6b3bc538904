/** The pages of a SPID test provider: login, consent, and every answer that a gateway must survive. */
import type { ServerResponse } from 'node:http'
import type { Level, TestCitizen } from './citizens.ts'
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
import { italianDate } from './layout.ts'
import { attributeLabel, attributeValues } from './saml/attributes.ts'
import type { IdentityProvider } from './saml/identity-provider.ts'
import { errorNames } from './saml/status.ts'

const frameOf = ({ foreign }: IdentityProvider): IdpFrame => ({
  look: 'spid',
  detail: foreign ? 'Nodo eIDAS italiano (di prova)' : 'Gestore di identità SPID (di prova)',
})
const schemeOf = ({ foreign }: IdentityProvider) => (foreign ? 'eIDAS' : 'SPID')
const atLogin = [19, 21, 23, 30]
const aboutTheRequest = [8, 9, 11, 12, 13, 14, 15, 16, 17, 18]
const levels: readonly Level[] = [1, 2, 3]

const errorButtons = (codes: readonly number[]) =>
  codes.map((code) =>
    outcomeButton(`error-${code}`, `nr${String(code).padStart(2, '0')} ${errorNames[code]}`, 'small-button'),
  )

const visitField = (visit: Visit) => html`<input type="hidden" name="visit" value="${visit.id}">`

const loginPage = (idp: IdentityProvider, visit: Visit) => {
  const body = html`<form class="card" method="post" action="${idp.baseUrl}/answer">
<p class="eyebrow">Richiesta di accesso ${schemeOf(idp)} livello ${visit.level}</p>
<h1>Entra in «${visit.sp.name}»</h1>
${visitField(visit)}
<fieldset><legend>Chi sei?</legend>
${idp.people.map(
  (
    citizen,
    index,
  ) => html`<label class="person"><input type="radio" name="citizen" value="${citizen.id}" ${index === 0 && html`checked`}>
<span><strong>${citizen.name} ${citizen.familyName}</strong> <code>${citizen.eidasIdentifier ?? citizen.fiscalNumber}</code><br><span class="small">${citizen.special}</span></span></label>`,
)}
</fieldset>
<label class="field">Password <input type="password" name="password" value="prova" autocomplete="off"></label>
<p class="actions">${outcomeButton('login', `Entra con ${schemeOf(idp)}`, 'primary')} ${outcomeButton('error-25', 'Annulla', 'secondary')}</p>
<details><summary>Simula un errore</summary>
<p>Il cittadino non riesce a entrare:</p><p class="buttons">${errorButtons(atLogin)}</p>
<p>La richiesta del servizio è sbagliata:</p><p class="buttons">${errorButtons(aboutTheRequest)}</p>
</details>
</form>`
  return idpLayout(idp, frameOf(idp), 'Accesso', body)
}

const consentPage = (idp: IdentityProvider, visit: Visit, citizen: TestCitizen, hasSiblings: boolean) => {
  const values = attributeValues(visit.attributes, citizen, { idpCode: 'XXXX', style: 'as registered' })
  const body = html`<form class="card" method="post" action="${idp.baseUrl}/answer">
<p class="eyebrow">Richiesta di accesso ${schemeOf(idp)} livello ${visit.level}</p>
<h1>I tuoi dati per «${visit.sp.name}»</h1>
<p>Ciao ${citizen.name}. I seguenti dati stanno per essere inviati a <strong>${visit.sp.name}</strong>:</p>
${visitField(visit)}<input type="hidden" name="citizen" value="${citizen.id}">
<dl class="data">${values.map(
    ({ name, type, value }) =>
      html`<div><dt>${attributeLabel(name)}</dt><dd>${type === 'xs:date' ? italianDate(value) : value}</dd></div>`,
  )}</dl>
<p class="actions">${outcomeButton(`consent-${visit.level}`, 'Acconsento', 'primary')} ${outcomeButton('error-22', 'Nego il consenso', 'secondary')} ${outcomeButton('error-25', 'Annulla', 'secondary')}</p>
<details><summary>Prova altre risposte</summary>
<p>Livello raggiunto:</p>
<p class="buttons">${levels.map((level) => outcomeButton(`consent-${level}`, `Acconsento, livello ${level}`, 'small-button'))}</p>
<p>Errori:</p>
<p class="buttons">${errorButtons([19, 20, 21, 23, 30])}</p>
<p>Risposte che un gateway deve rifiutare:</p>
<p class="buttons">${outcomeButton('wrong-signature', 'Firma sbagliata', 'small-button')} ${outcomeButton('unsigned', 'Nessuna firma', 'small-button')} ${outcomeButton('replay', 'Risposta già usata', 'small-button')} ${hasSiblings && outcomeButton('wrong-idp', 'Risposta di un altro gestore', 'small-button')}</p>
</details>
</form>`
  return idpLayout(idp, frameOf(idp), 'Consenso', body)
}

/** `siblings`: other providers, for the answer that comes from the wrong one. */
export const spidPages = (idp: IdentityProvider, now: () => number, siblings: () => readonly IdentityProvider[]) => {
  const frame = frameOf(idp)
  const give = (res: ServerResponse, visit: Visit, citizen: TestCitizen, level: Level) => {
    if (level > citizen.levels.spid) return sendError(res, idp, frame, visit, 20)
    const post = idp.respond({ samlRequest: visit.request, citizen, level })
    return sendAnswer(res, idp, frame, visit, post, `Identità verificata al livello ${level}.`)
  }

  const misbehave = async (res: ServerResponse, visit: Visit, citizen: TestCitizen, outcome: string) => {
    const samlRequest = visit.request
    const good = { samlRequest, citizen, level: visit.level }
    if (outcome === 'wrong-signature') {
      return sendAnswer(
        res,
        idp,
        frame,
        visit,
        idp.respond({ ...good, sign: 'wrong-key' }),
        'Risposta firmata con una chiave sconosciuta.',
      )
    }
    if (outcome === 'unsigned') {
      return sendAnswer(res, idp, frame, visit, idp.respond({ ...good, sign: 'none' }), 'Risposta senza firma.')
    }
    const sibling = siblings().find(({ entityId }) => entityId !== idp.entityId)
    if (outcome === 'wrong-idp' && sibling !== undefined) {
      return sendAnswer(res, idp, frame, visit, sibling.respond(good), `Risposta firmata da ${sibling.name}.`)
    }
    // Somebody who saw the response delivers it first, from another computer; the citizen's browser comes second.
    const post = idp.respond(good)
    await fetch(post.action, { method: 'POST', body: new URLSearchParams(post.fields), redirect: 'manual' })
    return sendAnswer(
      res,
      idp,
      frame,
      visit,
      post,
      'La stessa risposta è già stata consegnata una volta, da un altro computer.',
    )
  }

  return createIdpHandler(idp, frame, now, {
    start: (res, visit) => sendPage(res, loginPage(idp, visit)),
    answer: (res, visit, form) => {
      const { outcome = '' } = form
      const citizen = idp.people.find(({ id }) => id === form.citizen) ?? idp.people[0]
      if (citizen === undefined) throw new Error('no citizens')
      const error = /^error-(\d+)$/.exec(outcome)?.[1]
      if (error !== undefined) return sendError(res, idp, frame, visit, Number(error))
      const level = /^consent-([123])$/.exec(outcome)?.[1]
      if (level !== undefined) return give(res, visit, citizen, Number(level) as Level)
      if (outcome !== 'login') return misbehave(res, visit, citizen, outcome)
      if (citizen.levels.spid < visit.level) return sendError(res, idp, frame, visit, 20)
      return sendPage(res, consentPage(idp, visit, citizen, siblings().length > 1))
    },
  })
}
