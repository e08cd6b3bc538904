/** What the citizen reads at each check of docs/rules/cns.md section 4, and what there is to do: over real handshakes, with real cards. */
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../sandbox/pki/certificate.ts'
import { startGateway, type TestGateway } from '../fixtures/gateway/start.ts'
import {
  type Authority,
  cardProfile,
  createAuthority,
  type Profile,
  pemOf,
  subject,
} from '../unit/upstream/cns/card-authority.ts'

const authority = createAuthority({ subject: subject('CA Cittadini') })
const past = createAuthority({ subject: subject('CA passata'), notAfter: '2025-01-01T00:00:00Z' })
const stranger = createAuthority({ subject: subject('CA di nessuno') })
const forger = createAuthority({ subject: subject('CA Cittadini') })

const keysOf = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits })
const usual = keysOf(2048)
const card = (changes: Partial<Profile> = {}, by: Authority = authority, keys = usual): Identity => ({
  key: keys.privateKey,
  certificate: pemOf(by.issue(cardProfile(changes), keys.publicKey)),
})

let gateway: TestGateway
let strict: TestGateway
const start = (minKeyBits: 1024 | 2048) =>
  startGateway({
    config: ({ cns, ...config }) => {
      if (cns === undefined) throw new Error('no cards here')
      const trust = [...cns.trust, authority.pem, past.pem]
      return { ...config, cns: { ...cns, trust, minKeyBits } }
    },
  })
beforeAll(async () => {
  gateway = await start(1024)
  strict = await start(2048)
})
afterAll(() => Promise.all([gateway.close(), strict.close()]))

/** Visible text of the alert above the choice. */
const alertOf = (text: string) =>
  (/<[^>]+role="alert"[\s\S]*?<\/(?:section|div)>/.exec(text)?.[0] ?? '').replace(/<[^>]+>/g, ' ')

const OTHER_WAY = 'Scegli un altro modo di entrare'
const OTHER_CARD = 'hiudi e riapri il browser'

describe('a citizen is led back to the choice', () => {
  it.each<
    [check: string, what: string, code: string, sentence: string, todo: readonly string[], card: Identity | undefined]
  >([
    [
      '–',
      'without a card',
      'cns_certificate_missing',
      'Non abbiamo trovato la carta',
      [OTHER_CARD, 'lettore'],
      undefined,
    ],
    [
      '2',
      'with a card of nobody',
      'cns_issuer_unknown',
      'Non possiamo verificare la carta',
      [OTHER_WAY],
      card({}, stranger),
    ],
    [
      '2',
      'with a forged card',
      'cns_signature_invalid',
      'Non possiamo verificare la carta',
      [OTHER_WAY],
      card({}, forger),
    ],
    [
      '2',
      'with an expired card',
      'cns_certificate_expired',
      'La carta è scaduta',
      [OTHER_WAY, OTHER_CARD],
      card({ notAfter: '2025-01-01T00:00:00Z' }),
    ],
    [
      '3',
      'with a card whose authority expired',
      'cns_issuer_expired',
      'Chi ha rilasciato la carta non è più riconosciuto',
      [OTHER_WAY, 'devi cambiarla'],
      card({}, past),
    ],
    [
      '4',
      'with the signature certificate',
      'cns_key_usage_wrong',
      'Questo certificato non va bene per entrare',
      [OTHER_CARD, 'certificato di autenticazione'],
      card({ keyUsage: ['nonRepudiation'] }),
    ],
    [
      '5',
      'with a certificate for something else',
      'cns_client_auth_missing',
      'Questo certificato non va bene per entrare',
      [OTHER_CARD],
      card({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'] }),
    ],
    [
      '6',
      'with a card that is no CNS',
      'cns_policy_missing',
      'Questa carta non è una CNS',
      [OTHER_WAY, OTHER_CARD],
      card({ policies: ['1.3.76.47.4'] }),
    ],
    [
      '8',
      'with a name that is no tax code',
      'cns_common_name_invalid',
      'Non troviamo il codice fiscale sulla carta',
      [OTHER_WAY, 'assistenza'],
      card({ subject: subject('Mario Rossi/12.ab') }),
    ],
    [
      '–',
      'with a key of 512 bits',
      'cns_key_too_short',
      'Questa carta è di un tipo che non accettiamo più',
      [OTHER_WAY, 'carta nuova'],
      card({}, authority, keysOf(512)),
    ],
  ])('check %s, %s: %s', async (_check, _what, code, sentence, todo, shown) => {
    const { end } = await gateway.loginByCard(shown)
    expect([end?.status, end?.location]).toEqual([403, undefined])
    const alert = alertOf(end?.text ?? '')
    for (const words of [code, sentence, ...todo]) expect(alert).toContain(words)
  })
})

describe('check 9: a card that no login waits for', () => {
  const shownAt = async (url: string) => {
    const { status, location, text } = await gateway.presentCard(url, card())
    expect([status, location]).toEqual([403, undefined])
    expect(text).toMatch(/Torna al servizio e ricomincia da lì|Questo accesso è già stato usato/)
    return /cns_\w+|saml_\w+/.exec(text)?.[0]
  }
  const ticketFor = async (tenant: string) =>
    new URL((await gateway.choose(await gateway.begin({ tenant }), 'cns')).location ?? '')

  it('opens nothing and says where to begin', async () => {
    const url = await ticketFor('ala')
    const invented = new URL(url)
    invented.searchParams.set('ticket', 'invented')
    expect(await shownAt(invented.href)).toBe('cns_ticket_unknown')
    expect(await shownAt(`${url.origin}${url.pathname}`)).toBe('cns_ticket_unknown')
    expect(await shownAt(`${url.href}&ticket=another`)).toBe('cns_ticket_unknown')
    const elsewhere = new URL(url)
    elsewhere.pathname = url.pathname.replace('/ala/', '/moena/')
    expect(await shownAt(elsewhere.href)).toBe('cns_ticket_unknown')
    // none of this has spent the login
    expect((await gateway.presentCard(url.href, card())).status).toBe(303)
    expect(await shownAt(url.href)).toBe('saml_response_already_used')
  })
})

describe('a card with a key of 1024 bits', () => {
  const old = card({}, authority, keysOf(1024))

  it('enters unless the region says otherwise', async () => {
    const { login, end } = await gateway.loginByCard(old)
    expect((await gateway.claimsOf(login, end as NonNullable<typeof end>)).idToken.idp_type).toBe('cns')
  })

  it('is refused where the region says so, and one of 2048 bits enters', async () => {
    const { end } = await strict.loginByCard(old)
    expect(alertOf(end?.text ?? '')).toContain('cns_key_too_short')
    const { login, end: well } = await strict.loginByCard(card())
    expect((await strict.claimsOf(login, well as NonNullable<typeof well>)).idToken.idp_type).toBe('cns')
  })
})
