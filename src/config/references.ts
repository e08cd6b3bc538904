/** Secrets stand elsewhere: a file of the configuration only says where. And whatever else has to be read from a file. */
import { dirname, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { told } from './explain.ts'
import { type Path, type Problem, whyUnreadable } from './problem.ts'
import { filePath } from './rules.ts'
import type { YamlFile } from './yaml-file.ts'

/** The outside world as the configuration sees it. */
export interface Readers {
  readonly env: Readonly<Record<string, string | undefined>>
  /** UTF-8; rejects where there is no such file, and with `EFBIG` one of more than `largest` bytes. */
  readonly readFile: (path: string, largest?: number) => Promise<string>
  /** As they are; otherwise the same. */
  readonly readBytes: (path: string, largest?: number) => Promise<Buffer>
  /** Names in a folder; rejects where there is no such folder. */
  readonly readDir: (path: string) => Promise<readonly string[]>
  /** Where a path leads once every link is followed; rejects where that is nowhere. */
  readonly realPath: (path: string) => Promise<string>
}

export type Reference = { readonly env: string } | { readonly file: string }

/** `env:NAME` or `file:path`. Anything else is taken for the secret itself and refused without repeating it. */
export const secretReference = z.string().transform((value, context): Reference => {
  const env = /^env:([A-Za-z_]\w*)$/.exec(value)?.[1]
  if (env !== undefined) return { env }
  const file = /^file:(.+)$/.exec(value)?.[1]
  if (file !== undefined) return { file }
  const fix = 'write env:NAME for a variable or file:path for a file, and change the secret if this was one'
  context.addIssue({ code: 'custom', message: told('is neither env:NAME nor file:path', fix) })
  return z.NEVER
})

/** A certificate is no secret: a plain path will do. */
export const certificateReference = z.union(
  [secretReference, filePath.transform((file) => ({ file }))],
  told('is not a file', 'write a path beside this file, or env:NAME'),
)

/** `path` as seen from the file that names it. */
export const beside = (yaml: { readonly file: string }, path: string): string =>
  isAbsolute(path) ? path : join(dirname(yaml.file), path)

/**
 * Reads what a file refers to. What cannot be read is added to `problems` and answered with an empty text: the caller
 * goes on to find the other problems and throws its result away at the end.
 */
export const createReading = (readers: Readers, problems: Problem[]) => {
  const attempt = async <T>(yaml: YamlFile, path: Path, name: string, read: (place: string) => Promise<T>) => {
    const place = beside(yaml, name)
    try {
      return await read(place)
    } catch (cause) {
      const [reason, fix] = whyUnreadable(cause)
      problems.push(yaml.problem(path, `${place} ${reason}`, fix))
      return undefined
    }
  }
  const file = async (yaml: YamlFile, path: Path, name: string): Promise<string> =>
    (await attempt(yaml, path, name, readers.readFile)) ?? ''
  const bytes = (yaml: YamlFile, path: Path, name: string): Promise<Buffer | undefined> =>
    attempt(yaml, path, name, readers.readBytes)
  /** The secret without the line break at its end. */
  const secret = async (yaml: YamlFile, path: Path, reference: Reference): Promise<string> => {
    if ('file' in reference) return (await file(yaml, path, reference.file)).replace(/\r?\n$/, '')
    const value = readers.env[reference.env]
    if (value === undefined || value === '') {
      problems.push(
        yaml.problem(
          path,
          `the variable ${reference.env} is not set`,
          `set ${reference.env}, or name a file with file:path`,
        ),
      )
    }
    return value ?? ''
  }
  return { file, bytes, secret }
}
export type Reading = ReturnType<typeof createReading>
