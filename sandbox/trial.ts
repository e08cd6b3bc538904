/** The providers and the card of `varco tenant test`: no ports, no pages; asked by the process that started this one. */
import type { KeyObject } from 'node:crypto'
import type { Answered, Envelope, Prepared, Presented, Question, Reply, TrialWay } from '../src/cli/trial/protocol.ts'
import { foreigners, type TestCitizen, theCitizen } from './citizens.ts'
import type { Identity } from './pki/certificate.ts'
import {
  cardIdentity,
  certificationAuthority,
  identityProviderIdentity,
  serviceProviderIdentity,
  tlsIdentity,
} from './pki/profiles.ts'
import { presentCard } from './present-card.ts'
import { createIdentityProvider, type IdentityProvider } from './saml/identity-provider.ts'
import { aggregateMetadata } from './saml/metadata.ts'
import { readAuthnRequest } from './saml/read-request.ts'

interface Prepare extends Extract<Question, { readonly ask: 'prepare' }> {}

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const pairOf = ({ key, certificate }: Identity) => ({ key: pem(key), certificate })

const ada = theCitizen('ada')
/** Ada has a card, and an identity of her firm: whatever a service wants to see. */
const personAt = (way: TrialWay): TestCitizen => (way === 'eidas' ? (foreigners.at(-1) ?? ada) : ada)

const prepare = async ({ spid, cie, cardUrl }: Prepare) => {
  const now = new Date()
  const [sp, spidIdp, cieIdp, node, tlsAuthority, cardAuthority] = await Promise.all([
    serviceProviderIdentity(spid.entityId, now),
    identityProviderIdentity('SPID di prova', now),
    identityProviderIdentity('CIE di prova', now),
    identityProviderIdentity('Nodo eIDAS di prova', now),
    certificationAuthority('CA TLS di prova', now),
    certificationAuthority('CA CNS di prova', now),
  ])
  const [tls, card] = await Promise.all([
    tlsIdentity(tlsAuthority, new URL(cardUrl).hostname, now),
    cardIdentity(cardAuthority, ada, now),
  ])
  const { certificate } = sp
  const provider = (name: TrialWay, signer: Identity, registered: Prepare['spid']): IdentityProvider => {
    const url = `https://${name}.trial.example`
    return createIdentityProvider({
      ...signer,
      entityId: url,
      baseUrl: url,
      kind: name === 'cie' ? 'cie' : 'spid',
      name,
      foreign: name === 'eidas',
      serviceProviders: [{ ...registered, certificate }],
      now: Date.now,
    })
  }
  const idps = {
    spid: provider('spid', spidIdp, spid),
    cie: provider('cie', cieIdp, cie),
    eidas: provider('eidas', node, spid),
  }
  const prepared: Prepared = {
    serviceProvider: pairOf(sp),
    cardListener: pairOf(tls),
    cardAuthority: cardAuthority.certificate,
    metadata: {
      spid: aggregateMetadata([idps.spid.metadata]),
      cie: idps.cie.metadataXml(),
      eidas: idps.eidas.metadataXml(),
    },
  }
  return { prepared, idps, card, cardUrl, tlsAuthority: tlsAuthority.certificate }
}
type World = Awaited<ReturnType<typeof prepare>>

let world: World | undefined

const asked = (): World => {
  if (world === undefined) throw new Error('nothing was prepared')
  return world
}

const answer = ({ way, request, errorCode }: Extract<Question, { readonly ask: 'answer' }>): Answered => {
  const idp = asked().idps[way]
  const samlRequest = readAuthnRequest(request)
  const received = idp.receive(samlRequest)
  if (!('level' in received)) {
    const { code, reason } = 'page' in received ? received.page : received.answered
    throw new Error(`the provider refuses the request: ${code}, ${reason}`)
  }
  const citizen = personAt(way)
  const { level } = received
  const post = idp.respond({ samlRequest, citizen, level, ...(errorCode !== undefined && { errorCode }) })
  return { ...post, ...(citizen.fiscalNumber !== '' && { fiscalNumber: citizen.fiscalNumber }) }
}

const present = async ({ port, path }: Extract<Question, { readonly ask: 'present' }>): Promise<Presented> => {
  const { card, cardUrl, tlsAuthority } = asked()
  const reader = { cnsUrl: cardUrl, port, authority: tlsAuthority }
  const { status, location } = await presentCard(reader, path, card)
  return { status, ...(location !== undefined && { location }), fiscalNumber: ada.fiscalNumber }
}

const reply = async (question: Question): Promise<Prepared | Answered | Presented> => {
  switch (question.ask) {
    case 'prepare':
      world = await prepare(question)
      return world.prepared
    case 'answer':
      return answer(question)
    case 'present':
      return await present(question)
  }
}

const send = (message: Reply): void => void process.send?.(message)

process.on('message', (envelope: Envelope) => {
  const { id } = envelope
  reply(envelope).then(
    (given) => send({ id, answer: given }),
    (error: unknown) => send({ id, fault: error instanceof Error ? error.message : String(error) }),
  )
})
// without its asker it has nothing to live for
process.on('disconnect', () => process.exit(0))
