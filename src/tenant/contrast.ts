/** Contrast of colours as WCAG 2.2 measures it (1.4.3). Colours are `#rrggbb`. Pure. */

/** What text needs against its ground: 1.4.3, level AA. */
export const ENOUGH = 4.5

const channels = (colour: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

const linear = (channel: number): number => {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

const luminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = channels(colour).map(linear)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** From 1 (the same) to 21 (black and white). */
export const contrast = (one: string, other: string): number => {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Mixed with black: `share` of it is the colour. */
export const shade = (colour: string, share: number): string =>
  `#${channels(colour)
    .map((channel) =>
      Math.floor(channel * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`

/** The lightest shade of a colour, in hundredths, that white text can be read on. */
export const darkEnough = (colour: string): string => {
  for (let share = 100; share > 0; share--) {
    const darker = shade(colour, share / 100)
    if (contrast(darker, '#ffffff') >= ENOUGH) return darker
  }
  return '#000000'
}
