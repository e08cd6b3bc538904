/** `npm run demo [-- --port-base N] [--tenants PATH]`: starts the demo, says what to open, ends on Ctrl-C. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CARD_PASSWORD } from './cards.ts'
import { DEFAULT_PORT_BASE } from './ports.ts'
import { type Demo, startDemo } from './start-demo.ts'

export { startDemo }

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const describe = ({ urls, citizens, tenants, gateway }: Demo, stateDir: string): string => {
  const rows = citizens.map(({ id, name, familyName, fiscalNumber, special, card }) => {
    const who = `${name} ${familyName}`.padEnd(41)
    return `  ${id.padEnd(7)} ${who} ${fiscalNumber.padEnd(16)}  ${card === undefined ? '-  ' : 'CNS'}  ${special}`
  })
  const first = tenants[0]?.id ?? ''
  return `
Varco's demo is running. Everything listens on 127.0.0.1 only; people, identities and certificates are invented.

Open this first
  ${urls.site}/${first}/          the sample site of ${tenants[0]?.name}: press "Accedi"
${tenants
  .slice(1)
  .map(({ id, name }) => `  ${urls.site}/${id}/        ${name}`)
  .join('\n')}

Other addresses
  ${urls.gateway}            the gateway; e.g. ${tenants[0]?.issuer}/.well-known/openid-configuration
  ${urls.spid}       SPID test identity providers
  ${urls.cie}        CIE test identity provider
  ${urls.cards}      virtual CNS cards
  ${urls.operations}/readyz     is the gateway ready

Test citizens (any password)
${rows.join('\n')}

CNS
  Choose CNS on the login page and press "Presenta questa carta": the sandbox does the TLS handshake for you.
  Or import a card (${urls.cards}, password ${CARD_PASSWORD}) and use your browser's own certificate dialog. Then the
  browser warns once about ${urls.cns}, because the demo's own authority signs that certificate: "Avanzate", "Procedi"
  (Advanced, Proceed).

Log of the gateway (pid ${gateway.pid}): ${gateway.log}
Keys and state are kept in ${stateDir}; delete it to start afresh.
Stop with Ctrl-C.
`
}

const readOptions = (): { readonly base: number; readonly tenants?: string } => {
  const { values } = parseArgs({
    options: { 'port-base': { type: 'string', default: String(DEFAULT_PORT_BASE) }, tenants: { type: 'string' } },
  })
  const base = Number(values['port-base'])
  if (!Number.isInteger(base) || base < 1024 || base > 65_529) {
    throw new RangeError(`--port-base ${values['port-base']} is no port: give a number from 1024 to 65529.`)
  }
  return { base, ...(values.tenants !== undefined && { tenants: values.tenants }) }
}

const run = async (): Promise<number> => {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve())
  })
  let demo: Demo
  try {
    const { base, tenants } = readOptions()
    const stateDir = join(root, 'state', `demo-${base}`)
    demo = await startDemo({ ports: base, stateDir, ...(tenants !== undefined && { tenants }) })
    process.stdout.write(describe(demo, stateDir))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}
`)
    return 1
  }
  const ended = await Promise.race([stopped, demo.gateway.ended])
  if (ended !== undefined)
    process.stderr.write(`The gateway ended by itself with code ${ended}: see ${demo.gateway.log}.\n`)
  process.stdout.write('\nStopping.\n')
  await demo.close()
  return ended === undefined ? 0 : 1
}

// bin/varco.mjs imports this file and names it in argv; tests only import it.
if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(await run())
