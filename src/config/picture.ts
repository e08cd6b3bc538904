/** A picture that a person put beside the configuration: small, and nothing in it that runs or calls elsewhere. */
import type { Picture } from '../tenant/tenant.ts'
import { explainMessage, told } from './explain.ts'
import type { Path, Problem } from './problem.ts'
import type { Reading } from './references.ts'
import type { YamlFile } from './yaml-file.ts'

/** Bytes: part of the first load of every page. */
const LARGEST = 24 * 1024

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Served under a sandboxing policy all the same: whoever opens the file itself must not run it either. */
const unwelcome: readonly (readonly [RegExp, string])[] = [
  [/<!(doctype|entity)/i, 'a document type'],
  [
    /<\s*([\w-]+:)?(script|foreignobject|iframe|handler|set|animate\w*)\b/i,
    'a script, an animation or foreign content',
  ],
  [/\son[a-z]+\s*=/i, 'an event handler'],
  [/\b(href|src)\s*=\s*(?!["']?\s*#|["']\s*data:image\/(png|jpeg);base64,)/i, 'a reference to something outside'],
  [/url\(\s*["']?\s*(?!#)/i, 'a reference to something outside'],
  [/@import|javascript:/i, 'a reference to something outside'],
]

const isSvg = (text: string): boolean =>
  /^\uFEFF?\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*(<!doctype[^>]*>\s*)?<svg[\s>]/i.test(text)

/** The picture, or what is wrong with it as `told`. */
export const pictureOf = (body: Buffer, largest = LARGEST): Picture | string => {
  if (body.length > largest) {
    const kilobytes = Math.ceil(body.length / 1024)
    return told(
      `has ${kilobytes} KB`,
      `make it smaller than ${largest / 1024} KB: a PNG of 160 pixels, or an SVG without needless paths`,
    )
  }
  if (body.subarray(0, PNG.length).equals(PNG)) return { type: 'image/png', body }
  const text = body.toString('utf8')
  if (!isSvg(text)) return told('is neither SVG nor PNG', 'export it as plain SVG or as PNG')
  const fault = unwelcome.find(([pattern]) => pattern.test(text))
  if (fault) return told(`holds ${fault[1]}`, 'export it as plain SVG, without scripts and links, or as PNG')
  return { type: 'image/svg+xml', body }
}

/** Undefined, with a problem told, where there is no such picture. */
export const readPicture = async (
  yaml: YamlFile,
  path: Path,
  name: string,
  reading: Reading,
  problems: Problem[],
  largest?: number,
): Promise<Picture | undefined> => {
  const body = await reading.bytes(yaml, path, name)
  if (body === undefined) return undefined
  const picture = pictureOf(body, largest)
  if (typeof picture !== 'string') return picture
  const [reason, fix] = explainMessage(picture)
  problems.push(yaml.problem(path, reason, fix))
  return undefined
}
