/** The frame of every page of the sandbox: plainly a test, and presentable. Works without JavaScript. */

import { html, type Markup } from './html.ts'
import type { Post } from './saml/identity-provider.ts'

/** Whose page it is: only colours and the header differ. */
export type Look = 'spid' | 'cie' | 'cards' | 'site'

export interface Page {
  readonly look: Look
  readonly title: string
  /** The header: who speaks. `detail` small below it. */
  readonly header: { readonly name: string; readonly detail?: string; readonly href?: string }
  readonly body: Markup
  /** Path of `sandbox.css` and the scripts, e.g. `/assets`. */
  readonly assets: string
  readonly script?: Script
}

/** What a page does by itself: sends its form, or waits for something and counts the seconds. */
export type Script = 'submit' | 'wait'

export const layout = ({ look, title, header, body, assets, script }: Page): Markup => html`<!doctype html>
<html lang="it">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${header.name}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets}/sandbox.css">
${script && html`<script src="${assets}/${script}.js" defer></script>`}
${script === 'wait' && html`<noscript><meta http-equiv="refresh" content="2"></noscript>`}
</head>
<body class="${look}">
<p class="test-band"><strong>Ambiente di prova.</strong> Nessun dato vero, nessun ente vero: persone e identità sono inventate.</p>
<header><div class="inner">
${header.href === undefined ? html`<span class="name">${header.name}</span>` : html`<a class="name" href="${header.href}">${header.name}</a>`}
${header.detail !== undefined && html`<span class="detail">${header.detail}</span>`}
</div></header>
<main>
${body}
</main>
<footer><div class="inner">Sandbox di Varco · non è un servizio pubblico</div></footer>
</body>
</html>
`

/** A form that sends itself, with a button for who has no JavaScript. */
export const postingForm = (
  { action, fields }: Post,
  button: string,
): Markup => html`<form method="post" action="${action}">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button class="primary" type="submit">${button}</button>
</form>`

/** Italian, for dates that citizens read: `31/10/1972`. */
export const italianDate = (date: string): string => date.split('-').reverse().join('/')
