/** The whole demo: gateway, identity providers, cards and sample site. `npm run demo` and the browser tests start this same one. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { borrowTenants } from './borrowed-tenants.ts'
import { CARD_PASSWORD, createCardsHandler, type VirtualCard } from './cards.ts'
import { createCieIdp } from './cie-idp.ts'
import { citizens, type TestCitizen } from './citizens.ts'
import { makeTrialCards, openKeys } from './demo-keys.ts'
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts'
import { type Handler, type Listening, listen } from './http.ts'
import type { Identity } from './pki/certificate.ts'
import { revocationList } from './pki/crl.ts'
import { pkcs12 } from './pki/pkcs12.ts'
import { freePorts, movePorts, type Ports, portsFrom, type Urls, urlsOf } from './ports.ts'
import { aggregateMetadata } from './saml/metadata.ts'
import { createSiteHandler } from './site.ts'
import { createEidasNode, createSpidHandler, createSpidIdps } from './spid-idp.ts'
import { emptyFolder, openState, type State } from './state.ts'
import { type DemoTenant, readTenants } from './tenants.ts'
import type { TestIdp } from './test-idp.ts'

export interface DemoOptions {
  /** Seven ports in a row from here, or any seven. */
  readonly ports: number | 'free'
  readonly stateDir: string
  /** The checkout: where bin/, config/ and tenants/ are. Default: this one. */
  readonly root?: string
  /** Tenant files of a real region, a folder or one file, in the place of the demo's own: sandbox/borrowed-tenants.ts. */
  readonly tenants?: string
  /** `none`: everything but the gateway, which somebody else starts with `gateway.config`. */
  readonly gateway?: 'spawn' | 'none'
  /** Environment of the gateway. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly now?: () => number
}

export interface Demo {
  readonly urls: Urls
  readonly ports: Ports
  readonly citizens: readonly TestCitizen[]
  readonly tenants: readonly DemoTenant[]
  readonly idps: { readonly spid: readonly TestIdp[]; readonly cie: TestIdp; readonly eidas: TestIdp }
  readonly cards: readonly VirtualCard[]
  readonly files: {
    /** PEM of who signs the CNS listener's certificate. */
    readonly tlsAuthority: string
    /** `.p12` of a citizen's card; its password is CARD_PASSWORD. */
    readonly card: (citizenId: string) => string
  }
  /** `pid` 0 and no log when the gateway was not started here. */
  readonly gateway: Pick<GatewayProcess, 'pid' | 'log' | 'ended'> & {
    readonly config: string
    readonly env: Readonly<Record<string, string>>
  }
  close(): Promise<void>
}

/** config/demo.yaml and the tenants, with these ports, where the keys are. */
const writeConfiguration = (state: State, root: string, ports: Ports, from?: string): string => {
  const read = (name: string) => readFileSync(join(root, name), 'utf8')
  const moved = movePorts(read('config/demo.yaml'), ports)
  const writeGateway = () =>
    state.write('gateway.yaml', moved.replaceAll('../state/demo-7000/', './').replaceAll('../tenants', './tenants'))
  emptyFolder(state, 'tenants')
  state.write('region.yaml', read('config/region.yaml'))
  if (from !== undefined) {
    for (const { name, content } of borrowTenants(from, urlsOf(ports).site)) state.write(`tenants/${name}`, content)
    return writeGateway()
  }
  // the coats of arms lie beside the files
  for (const name of readdirSync(join(root, 'tenants')).filter((file) => /\.(yaml|svg)$/.test(file))) {
    state.write(`tenants/${name}`, movePorts(read(`tenants/${name}`), ports))
  }
  return writeGateway()
}

export const startDemo = async (options: DemoOptions): Promise<Demo> => {
  const { root = dirname(import.meta.dirname), env: inherited = process.env, now = Date.now } = options
  const ports = options.ports === 'free' ? await freePorts() : await portsFrom(options.ports)
  const urls = urlsOf(ports)
  const state = openState(options.stateDir, new Date(now()))
  const config = writeConfiguration(state, root, ports, options.tenants)
  const keys = await openKeys(state, new Date(now()), urls)
  const env = { VARCO_DEMO_CLIENT_SECRET: state.secret('secrets/client.secret') }
  state.secret('secrets/master.key')
  state.secret('secrets/subject.key')

  const tenants = readTenants(state.path('tenants'), urls.gateway, env)
  const registered = (upstream: 'spid' | 'cie', { certificate }: Identity) =>
    tenants.map(({ registrations }) => ({ ...registrations[upstream], certificate }))
  const spid = createSpidIdps({
    url: urls.spid,
    signerOf: (id) => keys.spidIdps.get(id) ?? keys.cieIdp,
    serviceProviders: registered('spid', keys.spidSp),
    now,
  })
  const cie = createCieIdp({ url: urls.cie, ...keys.cieIdp, serviceProviders: registered('cie', keys.cieSp), now })
  const eidas = createEidasNode({
    url: urls.spid,
    ...keys.eidasNode,
    serviceProviders: registered('spid', keys.spidSp),
    now,
  })
  state.write('idp/spid.xml', aggregateMetadata(spid.map(({ metadata }) => metadata)))
  state.write('idp/cie.xml', cie.metadataXml())
  state.write('idp/eidas.xml', eidas.metadataXml())
  state.write('idp/names.yaml', stringify(Object.fromEntries(spid.map(({ entityId, name }) => [entityId, name]))))
  for (const { citizen, ...card } of keys.cards) {
    const name = `${citizen.name} ${citizen.familyName} (CNS di prova)`
    state.write(`cards/${citizen.id}.p12`, pkcs12(card, keys.cardCa.certificate, name, CARD_PASSWORD))
  }

  const trialCards = await makeTrialCards(keys.cardCa, new Date(now()), urls)
  const handlers: readonly (readonly [port: number, handler: Handler])[] = [
    [ports.spid, createSpidHandler(spid, eidas)],
    [ports.cie, cie.handle],
    [
      ports.cards,
      createCardsHandler({
        cards: keys.cards,
        trialCards,
        revocationList: () => revocationList(keys.cardCa, [trialCards.revoked.identity], new Date(now())),
        cardAuthority: keys.cardCa.certificate,
        reader: { cnsUrl: urls.cns, authority: keys.tlsCa.certificate },
      }),
    ],
    [
      ports.site,
      createSiteHandler({
        tenants,
        url: urls.site,
        providers: [
          ...spid.map(({ entityId, name }) => ({ hint: entityId, name: `SPID: ${name}` })),
          { hint: 'cie', name: 'CIE' },
          { hint: 'cns', name: 'CNS' },
          { hint: 'eidas', name: 'eIDAS' },
        ],
      }),
    ],
  ]
  const servers: Listening[] = []
  const closeServers = async () => void (await Promise.all(servers.map(({ close }) => close())))
  try {
    for (const [port, handler] of handlers) servers.push(await listen(handler, port))
    const gateway =
      options.gateway === 'none'
        ? undefined
        : await startGatewayProcess({
            root,
            config,
            log: state.path('gateway.log'),
            readyUrl: `${urls.operations}/readyz`,
            env: { ...inherited, ...env },
          })
    return {
      urls,
      ports,
      citizens,
      tenants,
      idps: { spid, cie, eidas },
      cards: keys.cards,
      files: { tlsAuthority: state.path('keys/tls-ca.pem'), card: (id) => state.path(`cards/${id}.p12`) },
      gateway: {
        pid: gateway?.pid ?? 0,
        log: gateway?.log ?? '',
        ended: gateway?.ended ?? new Promise(() => {}),
        config,
        env,
      },
      close: async () => {
        await gateway?.close()
        await closeServers()
      },
    }
  } catch (error) {
    await closeServers()
    throw error
  }
}
