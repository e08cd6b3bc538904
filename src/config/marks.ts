/** The official marks of SPID, CIE and the providers: files that the region has fetched, with a word on whose they are. */
import { z } from 'zod'
import type { Marks } from '../tenant/region.ts'
import type { Picture } from '../tenant/tenant.ts'
import { readPicture } from './picture.ts'
import type { Path, Problem } from './problem.ts'
import { beside, type Reading } from './references.ts'
import { block, filePath, webUrl } from './rules.ts'
import { parseYaml, validate, type YamlFile } from './yaml-file.ts'

/** Bytes: they are fetched only when the list of providers is opened. */
const LARGEST_OF_PROVIDER = 64 * 1024

const schema = block({
  notice: filePath,
  spid: filePath.exactOptional(),
  cie: filePath.exactOptional(),
  eidas: filePath.exactOptional(),
  footer: filePath.exactOptional(),
  providers: z.record(webUrl, filePath).default({}),
})

/** Undefined, with its problems told, where the file is not whole. */
export const readMarks = async (
  region: YamlFile,
  name: string,
  reading: Reading,
  problems: Problem[],
): Promise<Marks | undefined> => {
  const text = await reading.file(region, ['marks'], name)
  if (text === '') return undefined
  const yaml = parseYaml(beside(region, name), text)
  const file = validate(yaml, schema, problems)
  if (file === undefined) return undefined
  const notice = await reading.bytes(yaml, ['notice'], file.notice)
  if (notice?.length === 0) {
    const fix = 'write for each file where it comes from, when, under which licence, and whose mark it is'
    problems.push(yaml.problem(['notice'], 'is empty', fix))
  }
  const picture = (path: Path, file: string, largest?: number) =>
    readPicture(yaml, path, file, reading, problems, largest)
  const marks: { -readonly [K in keyof Marks]: Marks[K] } = { providers: {} }
  for (const key of ['spid', 'cie', 'eidas', 'footer'] as const) {
    const found = file[key] === undefined ? undefined : await picture([key], file[key])
    if (found !== undefined) marks[key] = found
  }
  const providers: Record<string, Picture> = {}
  for (const [entityId, logo] of Object.entries(file.providers)) {
    const found = await picture(['providers', entityId], logo, LARGEST_OF_PROVIDER)
    if (found !== undefined) providers[entityId] = found
  }
  return { ...marks, providers }
}
