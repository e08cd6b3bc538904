/** Every key and certificate of the demo: kept in its folder, but for the cards that nobody shall import. */
import type { CardsOptions } from './cards.ts'
import { citizens, theCitizen } from './citizens.ts'
import type { Authority, Identity } from './pki/certificate.ts'
import {
  authorityName,
  cardIdentity,
  certificationAuthority,
  foreignIdentity,
  identityProviderIdentity,
  serviceProviderIdentity,
  tlsIdentity,
} from './pki/profiles.ts'
import type { Urls } from './ports.ts'
import { spidIdpDescriptions } from './spid-idp.ts'
import type { State } from './state.ts'

const CNS_HOST = 'cns.localhost'
const CARD_CA = 'CA CNS di prova'
const TLS_CA = 'CA TLS di prova'

/** Everything that has a key, made once and kept in the state folder. */
export const openKeys = async (state: State, now: Date, urls: Urls) => {
  const authority = (file: string, name: string) =>
    state.authority(file, authorityName(name), () => certificationAuthority(name, now))
  const standing = standingAt(urls)
  const [cardCa, tlsCa] = await Promise.all([authority('cns-ca', CARD_CA), authority('tls-ca', TLS_CA)])
  const holders = citizens.filter(({ card }) => card !== undefined)
  const [spidSp, cieSp, cieIdp, eidasNode, tls, spidIdps, cards] = await Promise.all([
    state.identity('sp-spid', () => serviceProviderIdentity(urls.gateway, now)),
    state.identity('sp-cie', () => serviceProviderIdentity(urls.gateway, now)),
    state.identity('idp-cie', () => identityProviderIdentity('CIE di prova', now)),
    state.identity('idp-eidas', () => identityProviderIdentity('Nodo eIDAS di prova', now)),
    state.identity('cns-tls', () => tlsIdentity(tlsCa, CNS_HOST, now), tlsCa),
    Promise.all(
      spidIdpDescriptions.map(
        async ({ id, name }) =>
          [id, await state.identity(`idp-${id}`, () => identityProviderIdentity(name, now))] as const,
      ),
    ),
    Promise.all(
      holders.map(async (citizen) => ({
        citizen,
        // not under the name of the cards that could not be revoked yet
        ...(await state.identity(
          `cns-${citizen.id}`,
          () => cardIdentity(cardCa, citizen, now, 'cns', standing),
          cardCa,
        )),
      })),
    ),
  ])
  return { cardCa, tlsCa, spidSp, cieSp, cieIdp, eidasNode, tls, spidIdps: new Map<string, Identity>(spidIdps), cards }
}

/** The gateway asks there by itself: an address, because names under .localhost are for browsers. */
const standingAt = (urls: Urls) => ({ crl: `http://127.0.0.1:${new URL(urls.cards).port}/cns.crl` })

/** Made at every start: nobody imports them. */
export const makeTrialCards = async (cardCa: Authority, now: Date, urls: Urls) => {
  const ada = theCitizen('ada')
  const standing = standingAt(urls)
  const [old, stranger, foreign, expired, signature, cie, noTaxCode, revoked, unchecked] = await Promise.all([
    cardIdentity(cardCa, ada, now, 'rsa-1024', standing),
    certificationAuthority(CARD_CA, now).then((unknown) => cardIdentity(unknown, ada, now)),
    foreignIdentity(now),
    cardIdentity(cardCa, ada, now, 'expired'),
    cardIdentity(cardCa, ada, now, 'signature'),
    cardIdentity(cardCa, ada, now, 'cie'),
    cardIdentity(cardCa, ada, now, 'no-tax-code'),
    cardIdentity(cardCa, ada, now, 'cns', standing),
    cardIdentity(cardCa, ada, now),
  ])
  return {
    'rsa-1024': {
      label: 'Carta vecchia, RSA 1024',
      tries: 'La CNS 1.0 di Ada, come se ne davano fino al 2018: la chiave è corta, ma la carta vale.',
      identity: old,
    },
    'unknown-ca': {
      label: "Carta di un'autorità sconosciuta",
      tries: "L'autorità si chiama come quella vera, ma ha un'altra chiave: la firma non torna.",
      refusal: 'Non possiamo verificare la carta',
      identity: stranger,
    },
    foreign: {
      label: 'Carta di un altro Paese',
      tries: "Certificato di un'autorità austriaca inventata, con il nome al posto del codice fiscale.",
      refusal: 'Non possiamo verificare la carta',
      identity: foreign,
    },
    expired: {
      label: 'Carta scaduta',
      tries: 'Il certificato è scaduto ieri.',
      refusal: 'La carta è scaduta',
      identity: expired,
    },
    revoked: {
      label: 'Carta revocata',
      tries: "L'autorità l'ha messa nella lista delle carte revocate.",
      refusal: 'La carta è stata revocata',
      identity: revoked,
    },
    unchecked: {
      label: 'Carta che nessuno può controllare',
      tries: 'Il certificato non dice dove chiedere se è revocato.',
      refusal: 'Ora non possiamo controllare la carta',
      identity: unchecked,
    },
    signature: {
      label: 'Certificato di firma',
      tries: 'Sta sulla stessa carta, ma serve a firmare documenti e non a entrare.',
      refusal: 'Questo certificato non va bene per entrare',
      identity: signature,
    },
    'not-cns': {
      label: 'Certificato CIE, non CNS',
      tries: "L'autorità è riconosciuta, ma il certificato non ha la policy delle CNS.",
      refusal: 'Questa carta non è una CNS',
      identity: cie,
    },
    'no-tax-code': {
      label: 'Carta senza codice fiscale',
      tries: "L'autorità ha scritto soltanto il nome dove va il codice fiscale.",
      refusal: 'Non troviamo il codice fiscale sulla carta',
      identity: noTaxCode,
    },
  } satisfies CardsOptions['trialCards']
}
