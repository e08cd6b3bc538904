/** Sentences above every page for a while: planned maintenance, an office that is closed. */
import { z } from 'zod'
import { told } from '../config/explain.ts'
import { always, block, localised, text } from '../config/rules.ts'
import type { Localised } from './tenant.ts'

/** Times in milliseconds since 1970. */
export interface Notice {
  readonly text: Localised
  readonly from: number
  readonly until: number
}

const time = z.iso.datetime({
  offset: true,
  error: told('is not a time', 'write it with its offset, as 2026-12-01T22:00:00+01:00'),
})

const notice = block({ text: localised(text), from: time.exactOptional(), until: time }).superRefine(
  ({ from, until }: { from?: unknown; until?: unknown }, context) => {
    if (typeof from !== 'string' || typeof until !== 'string' || Date.parse(from) < Date.parse(until)) return
    const message = told('ends before it begins', 'write a later time')
    context.addIssue({ code: 'custom', path: ['until'], message })
  },
  always,
)

export const noticesSchema = z.array(notice).default([])

export const noticesOf = (notices: z.output<typeof noticesSchema>): readonly Notice[] =>
  notices.map(({ text, from, until }) => ({
    text,
    from: from === undefined ? 0 : Date.parse(from),
    until: Date.parse(until),
  }))
