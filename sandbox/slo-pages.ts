/** The logout pages of a SPID test provider: it answers as it is told to, and can begin a logout itself (docs/rules/spid-saml.md 6). */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { html } from './html.ts'
import { pathOf, readForm, redirect, sendPage } from './http.ts'
import { basePathOf, type IdpFrame, idpLayout, outcomeButton } from './idp-server.ts'
import { postingForm, type Script } from './layout.ts'
import type { IdentityProvider } from './saml/identity-provider.ts'
import { type LogoutMessage, readLogoutMessage, type Sent } from './saml/logout.ts'
import { UnreadableRequest } from './saml/read-request.ts'
import type { ServiceProvider } from './saml/service-providers.ts'

const frame: IdpFrame = { look: 'spid', detail: 'Gestore di identità SPID (di prova)' }

/** Resolves `true` when the request was about a logout. */
export const sloPages = (idp: IdentityProvider, serviceProviders: readonly ServiceProvider[]) => {
  const base = basePathOf(idp)
  const asked = new Map<string, { readonly message: LogoutMessage; readonly sp: ServiceProvider }>()

  const page = (res: ServerResponse, title: string, body: ReturnType<typeof html>, status = 200, script?: Script) =>
    sendPage(
      res,
      idpLayout(idp, frame, title, html`<section class="card narrow"><h1>${title}</h1>${body}</section>`, script),
      status,
    )

  const go = (res: ServerResponse, sp: ServiceProvider, sent: Sent) => {
    if ('url' in sent) return redirect(res, sent.url)
    return page(res, 'Ritorno al servizio', postingForm(sent, `Continua verso ${sp.name}`), 200, 'submit')
  }

  const receive = async (req: IncomingMessage, res: ServerResponse) => {
    let message: LogoutMessage
    try {
      message = readLogoutMessage(req.method === 'POST' ? await readForm(req) : (req.url ?? ''))
    } catch (error) {
      if (error instanceof UnreadableRequest) return page(res, 'Uscita non valida', html`<p>${error.message}</p>`, 403)
      throw error
    }
    const received = idp.receiveLogout(message)
    if ('reason' in received) {
      const body = html`<p>Il messaggio di uscita non è valido.</p><p class="small">Dettaglio tecnico: ${received.reason}</p>`
      return page(res, 'Uscita non valida', body, 403)
    }
    const { sp } = received
    if (message.kind === 'LogoutResponse') {
      return page(
        res,
        'Uscita avviata dal gestore',
        html`<p>${sp.name} ha risposto: <code>${message.status.join(' / ')}</code></p>`,
      )
    }
    const id = randomUUID()
    asked.set(id, { message, sp })
    const body = html`<p>${sp.name} chiede di chiudere la tua sessione.</p>
<form method="post" action="${idp.baseUrl}/slo/answer"><input type="hidden" name="request" value="${id}">
<p class="actions">${outcomeButton('success', 'Esci', 'primary')} ${outcomeButton('partial', 'Uscita parziale', 'secondary')}</p></form>`
    return page(res, 'Uscita da SPID', body)
  }

  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const { request = '', outcome } = await readForm(req)
    const known = asked.get(request)
    asked.delete(request)
    if (known === undefined) return page(res, 'Sessione scaduta', html`<p>Ricomincia dal sito del servizio.</p>`, 400)
    return go(res, known.sp, idp.respondLogout(known.sp, known.message, { partial: outcome === 'partial' }))
  }

  const start = async (req: IncomingMessage, res: ServerResponse) => {
    const open = serviceProviders.flatMap((sp) => {
      const session = idp.lastSession(sp)
      return session === undefined ? [] : [{ sp, session }]
    })
    if (req.method === 'POST') {
      const { sp: entityId } = await readForm(req)
      const chosen = open.find(({ sp }) => sp.entityId === entityId)
      const binding = idp.metadata.slo.redirect === undefined ? 'post' : 'redirect'
      if (chosen !== undefined) return go(res, chosen.sp, idp.requestLogout(chosen.sp, chosen.session, binding))
    }
    const body = html`<p>Solo gli accessi di livello 1 aprono una sessione presso il gestore.</p>
${open.map(
  ({
    sp,
  }) => html`<form method="post" action="${idp.baseUrl}/slo/start"><input type="hidden" name="sp" value="${sp.entityId}">
<p class="actions"><button type="submit" class="primary">Chiudi l’ultimo accesso a ${sp.name}</button></p></form>`,
)}${open.length === 0 && html`<p>Nessuno ancora.</p>`}`
    return page(res, 'Uscita avviata dal gestore', body)
  }

  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const handler = { [`${base}/slo`]: receive, [`${base}/slo/answer`]: answer, [`${base}/slo/start`]: start }[
      pathOf(req)
    ]
    await handler?.(req, res)
    return handler !== undefined
  }
}
