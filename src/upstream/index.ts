/** The national systems, one line each. Absent in the configuration, absent here. */
import type { UpstreamId } from '../citizen/citizen.ts'
import { createCie } from './cie/cie.ts'
import { createCns } from './cns/cns.ts'
import { createEidas } from './eidas/eidas.ts'
import { createSpid } from './spid/spid.ts'
import type { Upstream } from './upstream.ts'

export interface UpstreamsOptions {
  readonly spid?: Parameters<typeof createSpid>[0]
  readonly cie?: Parameters<typeof createCie>[0]
  readonly cns?: Parameters<typeof createCns>[0]
  readonly eidas?: Parameters<typeof createEidas>[0]
}

export const createUpstreams = ({ spid, cie, cns, eidas }: UpstreamsOptions): ReadonlyMap<UpstreamId, Upstream> =>
  new Map(
    [
      ...(spid ? [createSpid(spid)] : []),
      ...(cie ? [createCie(cie)] : []),
      ...(cns ? [createCns(cns)] : []),
      ...(eidas ? [createEidas(eidas)] : []),
    ].map((upstream) => [upstream.id, upstream]),
  )
