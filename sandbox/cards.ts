/** Virtual CNS: the cards to download, and the page that stands between the login page and the gateway's CNS listener. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestCitizen } from './citizens.ts'
import { html, type Markup } from './html.ts'
import { type Handler, pathOf, readForm, redirect, send, sendPage, serveAsset } from './http.ts'
import { layout } from './layout.ts'
import type { Identity } from './pki/certificate.ts'
import { pkcs12 } from './pki/pkcs12.ts'
import { type CardReader, presentCard } from './present-card.ts'

export interface VirtualCard extends Identity {
  readonly citizen: TestCitizen
}

/** A card made to try one thing. */
export interface TrialCard {
  readonly label: string
  /** One sentence: what it tries. */
  readonly tries: string
  /** Title of the gateway's refusal; absent: it must enter. */
  readonly refusal?: string
  readonly identity: Identity
}

export interface CardsOptions {
  /** One a citizen who has one. */
  readonly cards: readonly VirtualCard[]
  /** By the value of their button. */
  readonly trialCards: Readonly<Record<string, TrialCard>>
  /** PEM of the CA that issued `cards`: goes into the `.p12`. */
  readonly cardAuthority: string
  readonly reader: CardReader
  /** DER, made anew each time; absent: nobody keeps such a list. */
  readonly revocationList?: () => Buffer
}

/** Of every `.p12`. */
export const CARD_PASSWORD = 'varco'

const page = (title: string, body: Markup) =>
  layout({
    look: 'cards',
    title,
    header: { name: 'Carte CNS di prova', detail: 'Lettore e carte virtuali', href: '/' },
    body,
    assets: '/assets',
  })

const fullName = ({ name, familyName }: TestCitizen) => `${name} ${familyName}`

const describe = (citizen: TestCitizen) =>
  html`<span><strong>${fullName(citizen)}</strong> <code>${citizen.fiscalNumber}</code><br><span class="small">${citizen.special}</span></span>`

const instructions = (cnsUrl: string) => html`<section class="card"><h2>Importare una carta nel browser</h2>
<p>Serve solo a chi vuole vedere la vera domanda del browser. La password di ogni file è <code>${CARD_PASSWORD}</code>.</p>
<ul>
<li><strong>Chrome o Edge su Windows:</strong> doppio clic sul file <code>.p12</code>, <em>Utente corrente</em>, password, <em>Fine</em>.</li>
<li><strong>Chrome o Edge su macOS:</strong> doppio clic, portachiavi <em>login</em>, password.</li>
<li><strong>Chrome o Chromium su Linux:</strong> <em>Impostazioni → Privacy e sicurezza → Sicurezza → Gestisci certificati → I tuoi certificati → Importa</em>; oppure <code>pk12util -d sql:$HOME/.pki/nssdb -i ada.p12 -W ${CARD_PASSWORD}</code>.</li>
<li><strong>Firefox:</strong> <em>Impostazioni → Privacy e sicurezza → Certificati → Mostra certificati → Certificati personali → Importa</em>.</li>
</ul>
<p>L'indirizzo <code>${new URL(cnsUrl).host}</code> ha un certificato firmato dall'autorità di questa prova: il browser avvisa una volta, e si va avanti con <em>Avanzate → Procedi</em>. Chi non vuole l'avviso importa <a href="/tls-ca.pem">l'autorità di prova</a>.</p>
<p>Il browser ricorda il certificato scelto: per cambiare carta, chiudilo e riaprilo.</p></section>`

const listPage = ({ cards, reader }: CardsOptions) =>
  page(
    'Carte',
    html`<h1>Carte CNS di prova</h1>
<p>Un certificato per ogni cittadino di prova, firmato da un'autorità che vale soltanto qui. Per entrare senza importare nulla basta il pulsante nella pagina che appare scegliendo la CNS.</p>
<section class="card"><ul class="cards-list">
${cards.map(
  ({ citizen }) => html`<li>${describe(citizen)}
<a class="button" href="/cards/${citizen.id}.p12" download>${citizen.id}.p12</a></li>`,
)}
</ul></section>
${instructions(reader.cnsUrl)}`,
  )

const cardButton = (value: string, label: string, style: string) =>
  html`<button type="submit" name="card" value="${value}" class="${style}">${label}</button>`

const PRESENT = 'Presenta questa carta'

const trial = (value: string, { label, tries, refusal }: Omit<TrialCard, 'identity'>, button = PRESENT) =>
  html`<li><span><strong>${label}</strong><br><span class="small">${tries} ${refusal === undefined ? 'Risultato atteso: si entra.' : `Risultato atteso: «${refusal}».`}</span></span>
${cardButton(value, button, 'small-button')}</li>`

const noCard = {
  label: 'Lettore vuoto',
  tries: 'Il browser non manda nessun certificato, come senza carta o senza il suo software.',
  refusal: 'Non abbiamo trovato la carta',
}

const readerPage = ({ cards, trialCards, reader }: CardsOptions, path: string) => {
  const trials = Object.entries(trialCards)
  const [accepted, refused] = [true, false].map((enters) =>
    trials.filter(([, { refusal }]) => (refusal === undefined) === enters).map(([name, card]) => trial(name, card)),
  )
  return page(
    'Lettore',
    html`<form class="card" method="post" action="${path}">
<p class="eyebrow">Accesso con CNS</p>
<h1>Inserisci una carta nel lettore</h1>
<p>Il lettore è finto, il resto no: il sandbox apre una connessione TLS al gateway e dimostra di avere la chiave della carta.</p>
<ul class="cards-list">
${cards.map(
  ({ citizen }) => html`<li>${describe(citizen)}
${cardButton(citizen.id, PRESENT, 'primary')}</li>`,
)}
${accepted}
</ul>
<details><summary>Carte che il gateway deve rifiutare</summary><ul class="cards-list">
${trial('none', noCard, 'Nessuna carta')}
${refused}
</ul></details>
</form>
<section class="card"><h2>Con il tuo browser</h2>
<p><a href="${reader.cnsUrl}${path}">Usa la carta importata in questo browser</a>. La prima volta il browser avvisa che il certificato del sito non è conosciuto: <em>Avanzate → Procedi</em>. <a href="/">Scarica e importa una carta</a>.</p></section>`,
  )
}

export const createCardsHandler = (options: CardsOptions): Handler => {
  const { cards, trialCards, cardAuthority, reader } = options

  const present = async (req: IncomingMessage, res: ServerResponse, path: string) => {
    const { card: chosen = 'none' } = await readForm(req)
    const card = cards.find(({ citizen }) => citizen.id === chosen) ?? trialCards[chosen]?.identity
    if (card === undefined && chosen !== 'none')
      return send(res, 400, 'text/plain; charset=utf-8', 'Carta sconosciuta.')
    try {
      const answer = await presentCard(reader, path, card)
      if (answer.location !== undefined) return redirect(res, new URL(answer.location, reader.cnsUrl + path).href)
      send(res, answer.status, answer.contentType, answer.body)
    } catch (error) {
      const body = html`<section class="card narrow"><h1>Il gateway non ha risposto</h1><p>La connessione a ${reader.cnsUrl} non è riuscita: ${(error as Error).message}</p></section>`
      sendPage(res, page('Errore', body), 502)
    }
  }

  const download = (res: ServerResponse, { citizen, ...card }: VirtualCard) => {
    res.setHeader('content-disposition', `attachment; filename="${citizen.id}.p12"`)
    send(
      res,
      200,
      'application/x-pkcs12',
      pkcs12(card, cardAuthority, `${fullName(citizen)} (CNS di prova)`, CARD_PASSWORD),
    )
  }

  return async (req, res) => {
    const path = pathOf(req)
    if (serveAsset(req, res)) return
    if (path === '/') return sendPage(res, listPage(options))
    if (path === '/tls-ca.pem') return send(res, 200, 'application/x-x509-ca-cert', reader.authority)
    if (path === '/cns.crl' && options.revocationList !== undefined)
      return send(res, 200, 'application/pkix-crl', options.revocationList())
    const card = cards.find(({ citizen }) => path === `/cards/${citizen.id}.p12`)
    if (card !== undefined) return download(res, card)
    // Path and query are the gateway's own: they are passed on as they came.
    if (/^\/t\/[^/]+\/cns$/.test(path)) {
      return req.method === 'POST'
        ? await present(req, res, req.url ?? '/')
        : sendPage(res, readerPage(options, req.url ?? '/'))
    }
    send(res, 404, 'text/plain; charset=utf-8', 'Pagina inesistente.')
  }
}
