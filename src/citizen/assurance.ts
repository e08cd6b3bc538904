/** Levels of assurance: one scale for SPID, CIE, CNS and eIDAS. Source: docs/rules/oidc-claims.md 3.2. */

/** 1 = low, 2 = significant (two factors), 3 = high (a card or another device). */
export type Level = 1 | 2 | 3

const CLASSES = {
  1: 'https://www.spid.gov.it/SpidL1',
  2: 'https://www.spid.gov.it/SpidL2',
  3: 'https://www.spid.gov.it/SpidL3',
} as const satisfies Record<Level, string>

export type AuthnContextClass = (typeof CLASSES)[Level]

/** The three classes, lowest first: `acr_values_supported`. */
export const authnContextClasses: readonly AuthnContextClass[] = [CLASSES[1], CLASSES[2], CLASSES[3]]

export const classOfLevel = (level: Level): AuthnContextClass => CLASSES[level]

/** `undefined` for anything but the three exact URIs (row 97: the old `urn:` classes are refused). */
export const levelOfClass = (uri: string): Level | undefined => {
  const index = (authnContextClasses as readonly string[]).indexOf(uri)
  return index === -1 ? undefined : ((index + 1) as Level)
}
