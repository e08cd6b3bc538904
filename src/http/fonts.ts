/** Titillium Web, the typeface of the public administration, from the package that brings it with its licence (OFL 1.1). */
import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)
const weights = [400, 600, 700] as const

/** Name as the stylesheet knows it → file. Italian, German and Ladin need the Latin subset alone. */
export const fonts: Readonly<Record<string, string>> = Object.fromEntries(
  weights.map((weight) => [
    `titillium-${weight}.woff2`,
    resolve(`@fontsource/titillium-web/files/titillium-web-latin-${weight}-normal.woff2`),
  ]),
)
