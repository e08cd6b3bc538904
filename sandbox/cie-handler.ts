/** What the CIE test provider does with each address: the walks that are under way, and the two devices that move them. */
import { randomBytes, randomInt } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { cieFrame, stateOf, walkPage } from './cie-pages.ts'
import { phoneLostPage, phonePage } from './cie-phone-pages.ts'
import {
  type Action,
  act,
  actAtPhone,
  atTime,
  beginWalk,
  type Chance,
  type PhoneAction,
  type Walk,
} from './cie-walk.ts'
import type { Handler } from './http.ts'
import { queryOf, readForm, redirect, send, sendPage } from './http.ts'
import { basePathOf, createIdpHandler, sendAnswer, sendError, sendLost, type Visit } from './idp-server.ts'
import type { IdentityProvider } from './saml/identity-provider.ts'

type Form = Readonly<Record<string, string>>

const LEAST_KEPT = 5 * 60_000

const actionOf = ({ outcome, user = '', password = '', second, number = '', pin = '', digits = '' }: Form): Action => {
  switch (outcome) {
    case 'credentials':
      return { do: 'credentials', user, password, second: second === 'notification' ? 'notification' : 'sms' }
    case 'serial':
      return { do: 'serial', number }
    case 'reader':
      return { do: 'reader', number, pin }
    case 'code':
      return { do: 'code', digits }
    case 'qr':
    case 'app':
    case 'card':
    case 'level-2':
    case 'smartphone':
    case 'computer':
    case 'renew':
      return { do: outcome }
  }
  return { do: 'end', code: Number(/^error-(\d+)$/.exec(outcome ?? '')?.[1] ?? 25) }
}

const phoneActionOf = ({ outcome, number, pin = '' }: Form): PhoneAction => {
  if (outcome === 'card' || outcome === 'refuse') return { do: outcome }
  return { do: 'unlock', ...(number === undefined ? {} : { number }), ...(outcome === 'pin' ? { pin } : {}) }
}

export const createCieHandler = (idp: IdentityProvider, now: () => number): Handler => {
  const base = basePathOf(idp)
  const walks = new Map<string, { readonly visit: Visit; readonly walk: Walk }>()
  const chance = (): Chance => ({
    now: now(),
    ticket: () => randomBytes(16).toString('base64url'),
    digits: (count) => String(randomInt(10 ** count)).padStart(count, '0'),
  })

  const begin = (visit: Visit): Walk => {
    for (const [id, { walk }] of walks) if (now() > walk.endsAt + LEAST_KEPT) walks.delete(id)
    const walk = beginWalk(visit.level, now())
    walks.set(visit.id, { visit, walk })
    return walk
  }
  const walkOf = (visit: Visit) => walks.get(visit.id)?.walk ?? begin(visit)

  const show = (res: ServerResponse, visit: Visit, before: Walk) => {
    const walk = atTime(before, now())
    if (walk.step.is === 'ended') return sendError(res, idp, cieFrame, visit, walk.step.code)
    return sendPage(res, walkPage({ idp, visit, walk, now: now() }))
  }

  const release = (res: ServerResponse, visit: Visit, walk: Walk, sign: 'both' | 'wrong-key') => {
    const { step } = walk
    if (step.is !== 'consent') return show(res, visit, walk)
    const post = idp.respond({ samlRequest: visit.request, citizen: step.card.citizen, level: step.level, sign })
    return sendAnswer(res, idp, cieFrame, visit, post, `Identità verificata al livello ${step.level}.`)
  }

  const computer = (res: ServerResponse, path: string, id: string) => {
    const known = walks.get(id)
    if (path === '/walk/state') return send(res, known ? 200 : 404, 'text/plain', known ? stateNow(known.walk) : '')
    return known === undefined ? sendLost(res, idp, cieFrame) : show(res, known.visit, known.walk)
  }
  const stateNow = (walk: Walk) => stateOf(atTime(walk, now()), now())

  const telephone = async (req: IncomingMessage, res: ServerResponse) => {
    const form = req.method === 'POST' ? await readForm(req) : undefined
    const ticket = form?.ticket ?? queryOf(req).get('ticket') ?? ''
    const known = [...walks.values()].find(({ walk }) => atTime(walk, now()).phone?.ticket === ticket)
    if (known?.walk.phone === undefined) return sendPage(res, phoneLostPage(idp), 404)
    if (form !== undefined) {
      const walk = actAtPhone(known.walk, phoneActionOf(form), chance())
      walks.set(known.visit.id, { ...known, walk })
      return redirect(res, `${base}/phone?ticket=${ticket}`)
    }
    return sendPage(res, phonePage({ idp, ...known, phone: known.walk.phone, now: now() }))
  }

  return createIdpHandler(idp, cieFrame, now, {
    start: (res, visit) => show(res, visit, begin(visit)),
    answer: (res, visit, form) => {
      const before = atTime(walkOf(visit), now())
      if (form.outcome === 'consent') return release(res, visit, before, 'both')
      if (form.outcome === 'wrong-signature') return release(res, visit, before, 'wrong-key')
      const walk = act(before, actionOf(form), chance())
      walks.set(visit.id, { visit, walk })
      if (form.outcome === 'app' && walk.phone) return redirect(res, `${base}/phone?ticket=${walk.phone.ticket}`)
      // the page that answers can be loaded again without doing anything twice
      return redirect(res, `${base}/walk?visit=${visit.id}`)
    },
    more: async (req, res, path) => {
      if (path === '/phone') await telephone(req, res)
      else if (path === '/walk' || path === '/walk/state') computer(res, path, queryOf(req).get('visit') ?? '')
      else return false
      return true
    },
  })
}
