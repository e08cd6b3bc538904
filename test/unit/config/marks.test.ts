import { describe, expect, it } from 'vitest'
import { configOf, load, problemsOf, validFiles } from './files.ts'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
const MARKS = '/etc/varco/marks/marks.yaml'

const withMarks = (yaml: string, files: Readonly<Record<string, string>> = {}) => {
  const given = validFiles()
  return load({
    ...given,
    '/etc/varco/region.yaml': `${given['/etc/varco/region.yaml']}marks: marks/marks.yaml\n`,
    [MARKS]: yaml,
    '/etc/varco/marks/NOTICE': 'spid.svg: github.com/italia, 2026-11-22, mark of AgID',
    '/etc/varco/marks/a.svg': SVG,
    ...files,
  })
}

describe('the official marks', () => {
  it('are read with the files that they name, beside the file that names them', async () => {
    const marks = configOf(
      await withMarks('notice: NOTICE\nspid: a.svg\nproviders: { "https://idp.example": a.svg }\n'),
    ).region.marks
    const picture = { type: 'image/svg+xml', body: Buffer.from(SVG) }
    expect(marks).toEqual({ spid: picture, providers: { 'https://idp.example': picture } })
  })

  it('are absent where the region names none', async () => {
    expect(configOf(await load()).region).not.toHaveProperty('marks')
  })

  it.each([
    ['no word on whose they are', 'spid: a.svg\n', {}, 'notice'],
    ['an empty word', 'notice: NOTICE\n', { '/etc/varco/marks/NOTICE': '' }, 'notice'],
    ['a file that is not there', 'notice: NOTICE\ncie: b.svg\n', {}, 'cie'],
    ['a file that runs', 'notice: NOTICE\ncie: b.svg\n', { '/etc/varco/marks/b.svg': '<svg onload="a()"/>' }, 'cie'],
    ['a mark nobody knows', 'notice: NOTICE\nlogo: a.svg\n', {}, 'logo'],
    [
      'a mark that is too large',
      'notice: NOTICE\nspid: b.svg\n',
      { '/etc/varco/marks/b.svg': SVG.padEnd(25 * 1024) },
      'spid',
    ],
    [
      'a provider that is too large',
      'notice: NOTICE\nproviders: { "https://idp.example": b.svg }\n',
      { '/etc/varco/marks/b.svg': SVG.padEnd(65 * 1024) },
      'providers.https://idp.example',
    ],
  ])('are refused with %s', async (_, yaml, files, path) => {
    expect(problemsOf(await withMarks(yaml, files))).toMatchObject([{ file: MARKS, path }])
  })

  it('may be larger where they are fetched with the list only', async () => {
    const logo = { '/etc/varco/marks/b.svg': SVG.padEnd(64 * 1024) }
    expect(problemsOf(await withMarks('notice: NOTICE\nproviders: { "https://idp.example": b.svg }\n', logo))).toEqual(
      [],
    )
  })
})
