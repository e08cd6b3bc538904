/** What the pages of all test identity providers share: receiving a request, remembering it, posting the answer back. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Level } from './citizens.ts'
import { citizens } from './citizens.ts'
import { html } from './html.ts'
import { type Handler, pathOf, readForm, send, sendPage, serveAsset } from './http.ts'
import { type Look, layout, postingForm, type Script } from './layout.ts'
import type { IdentityProvider, Post } from './saml/identity-provider.ts'
import { type AuthnRequest, type Binding, readAuthnRequest, UnreadableRequest } from './saml/read-request.ts'
import type { ServiceProvider } from './saml/service-providers.ts'
import { errorNames } from './saml/status.ts'

/** A request on its way through the pages. */
export interface Visit {
  readonly id: string
  readonly request: AuthnRequest
  readonly sp: ServiceProvider
  readonly attributes: readonly string[]
  /** The level asked. */
  readonly level: Level
  readonly at: number
}

export interface IdpPages {
  /** What is shown when a good request came. */
  start(res: ServerResponse, visit: Visit): void
  /** What happens when a form of ours is posted to `{base}/answer`. */
  answer(res: ServerResponse, visit: Visit, form: Readonly<Record<string, string>>): void | Promise<void>
  /** Further addresses of this provider, `path` below the base. False when it is none of them. */
  readonly more?: (req: IncomingMessage, res: ServerResponse, path: string) => Promise<boolean>
}

export interface IdpFrame {
  readonly look: Look
  readonly detail: string
}

const VISIT_LIFE = 15 * 60_000

export const basePathOf = (idp: IdentityProvider): string => new URL(idp.baseUrl).pathname.replace(/\/$/, '')

export const idpLayout = (
  idp: IdentityProvider,
  frame: IdpFrame,
  title: string,
  body: ReturnType<typeof html>,
  script?: Script,
) =>
  layout({
    look: frame.look,
    title,
    header: { name: idp.name, detail: frame.detail },
    body,
    assets: `${basePathOf(idp)}/assets`,
    ...(script && { script }),
  })

/** `message`: for without JavaScript, and for who is quick enough. */
export const sendAnswer = (
  res: ServerResponse,
  idp: IdentityProvider,
  frame: IdpFrame,
  visit: { sp: ServiceProvider },
  post: Post,
  message: string,
) => {
  const body = html`<section class="card narrow"><h1>Ritorno al servizio</h1><p>${message}</p>${postingForm(post, `Continua verso ${visit.sp.name}`)}</section>`
  sendPage(res, idpLayout(idp, frame, 'Ritorno al servizio', body, 'submit'))
}

export const sendError = (
  res: ServerResponse,
  idp: IdentityProvider,
  frame: IdpFrame,
  visit: Visit,
  errorCode: number,
  reason = '',
) => {
  const citizen = citizens[0]
  if (citizen === undefined) return
  const post = idp.respond({ samlRequest: visit.request, citizen, level: visit.level, errorCode })
  sendAnswer(
    res,
    idp,
    frame,
    visit,
    post,
    `Errore nr${errorCode}: ${errorNames[errorCode] ?? ''}${reason && ` (${reason})`}.`,
  )
}

/** The visit is over, or of a server that was started again. */
export const sendLost = (res: ServerResponse, idp: IdentityProvider, frame: IdpFrame) => {
  const body = html`<section class="card narrow"><h1>Sessione scaduta</h1><p>Ricomincia dal sito del servizio.</p></section>`
  sendPage(res, idpLayout(idp, frame, 'Sessione scaduta', body), 400)
}

const startPage = (idp: IdentityProvider, frame: IdpFrame) =>
  idpLayout(
    idp,
    frame,
    'Ambiente di prova',
    html`<section class="card"><h1>${idp.name}</h1><p>Qui si arriva dalla pagina di accesso di un Comune.</p>
<p><code>${idp.entityId}</code> · <a href="${idp.baseUrl}/metadata">metadata</a></p>
${idp.kind === 'spid' && html`<p><a href="${idp.baseUrl}/slo/start">Uscita avviata dal gestore</a></p>`}</section>`,
  )

export const createIdpHandler = (
  idp: IdentityProvider,
  frame: IdpFrame,
  now: () => number,
  pages: IdpPages,
): Handler => {
  const base = basePathOf(idp)
  const visits = new Map<string, Visit>()

  const refuse = (res: ServerResponse, code: number, reason: string) => {
    const body = html`<section class="card narrow"><h1>Errore ${code}</h1><p>La richiesta di accesso non è valida: ${errorNames[code]}.</p><p class="small">Dettaglio tecnico: ${reason}</p></section>`
    sendPage(res, idpLayout(idp, frame, `Errore ${code}`, body), 403)
  }

  const receive = async (req: IncomingMessage, res: ServerResponse, binding: Binding) => {
    if ((req.method === 'POST') !== (binding === 'post')) return refuse(res, 6, `${req.method} su ${binding}`)
    let request: AuthnRequest
    try {
      request = readAuthnRequest(binding === 'post' ? await readForm(req) : (req.url ?? ''))
    } catch (error) {
      if (error instanceof UnreadableRequest) return refuse(res, 4, error.message)
      throw error
    }
    const reception = idp.receive(request)
    if ('page' in reception) return refuse(res, reception.page.code, reception.page.reason)
    const visit = { id: randomUUID(), request, attributes: [], level: 1 as Level, at: now(), ...reception }
    if ('answered' in reception)
      return sendError(res, idp, frame, visit, reception.answered.code, reception.answered.reason)
    for (const [id, { at }] of visits) if (now() - at > VISIT_LIFE) visits.delete(id)
    visits.set(visit.id, visit)
    return pages.start(res, visit)
  }

  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const form = await readForm(req)
    const visit = visits.get(form.visit ?? '')
    if (visit === undefined) return sendLost(res, idp, frame)
    return pages.answer(res, visit, form)
  }

  return async (req, res) => {
    const path = pathOf(req)
    if (serveAsset(req, res, base)) return
    for (const binding of ['redirect', 'post'] as const) {
      const url = idp.ssoUrl(binding)
      if (url !== undefined && new URL(url).pathname === path) return await receive(req, res, binding)
    }
    if (path === `${base}/`) return sendPage(res, startPage(idp, frame))
    if (path === `${base}/answer` && req.method === 'POST') return await answer(req, res)
    if (path === `${base}/metadata` || path === `${base}/idp/shibboleth`)
      return send(res, 200, 'application/samlmetadata+xml', idp.metadataXml())
    if (await pages.more?.(req, res, path.slice(base.length))) return
    send(res, 404, 'text/plain; charset=utf-8', 'Pagina inesistente.')
  }
}

/** A submit button whose form says what shall happen. */
export const outcomeButton = (outcome: string, label: string, style = '') =>
  html`<button type="submit" name="outcome" value="${outcome}" class="${style}">${label}</button>`
