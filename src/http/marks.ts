/** The official marks on the pages, where the region has them; without them neutral pictograms and names. */
import type { Marks } from '../tenant/region.ts'
import type { Asset, Assets } from './assets.ts'
import { pictureFile } from './pictures.ts'
import type { Frame } from './views.ts'

export interface ServedMarks extends Pick<Assets, 'get'> {
  readonly hrefs: NonNullable<Frame['marks']>
  /** Of all these providers, by entityID; undefined when one has no logo: none is shown in front of another. */
  logosOf(entityIds: readonly (string | undefined)[]): ReadonlyMap<string, string> | undefined
}

export const createMarks = (marks: Marks = { providers: {} }): ServedMarks => {
  const files = new Map<string, Asset>()
  const serve = (name: string, picture: NonNullable<Marks['spid']>) => {
    const [href, asset] = pictureFile('marks', name, picture)
    files.set(href, asset)
    return href
  }
  const { providers, ...own } = marks
  const hrefs = Object.fromEntries(
    Object.entries(own).flatMap(([name, picture]) => (picture ? [[name, serve(name, picture)]] : [])),
  )
  const logos = new Map(Object.entries(providers).map(([entityId, picture]) => [entityId, serve('provider', picture)]))
  return {
    hrefs,
    get: (path) => files.get(path),
    logosOf: (entityIds) =>
      entityIds.every((entityId) => entityId !== undefined && logos.has(entityId)) ? logos : undefined,
  }
}
