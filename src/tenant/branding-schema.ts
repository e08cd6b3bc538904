/** What a Comune may change about the look of its pages. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { block, faultless, filePath, localised, text } from '../config/rules.ts'
import { contrast, darkEnough, ENOUGH } from './contrast.ts'

const colour = z.string().superRefine(
  faultless((value) => {
    if (!/^#[0-9a-f]{6}$/i.test(value)) return told('is not a colour', 'write it as "#004a99", in quotes')
    const measured = contrast(value, '#ffffff')
    if (measured >= ENOUGH) return undefined
    // cut off, not rounded: 4.49 must not read as 4.5
    const ratio = (Math.floor(measured * 10) / 10).toFixed(1)
    return told(
      `has contrast ${ratio}:1 with white text and needs ${ENOUGH}:1`,
      `write "${darkEnough(value)}", or one that is darker`,
    )
  }),
)

export const branding = block({
  logo: filePath.exactOptional(),
  colour: colour.exactOptional(),
  text: localised(text).exactOptional(),
})
