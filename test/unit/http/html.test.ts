/** The pages as text: valid HTML, whole in every language, with the help in the same place. */
import { HtmlValidate } from 'html-validate'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../../../src/errors.ts'
import { languages } from '../../../src/tenant/tenant.ts'
import { states } from '../../fixtures/pages/states.ts'

const validator = new HtmlValidate({
  extends: ['html-validate:recommended', 'html-validate:standard', 'html-validate:a11y'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }],
    // names of services and Comuni are as long as they are
    'long-title': 'off',
  },
})

const rendered = states.flatMap(({ name, html }) =>
  languages.map((language) => ({ name: `${name} (${language})`, language, html: html(language) })),
)

describe('every page, in every state and language', () => {
  it('is valid HTML', { timeout: 90_000 }, async () => {
    const found: string[] = []
    for (const { name, html } of rendered) {
      const { results } = await validator.validateString(html)
      for (const { messages } of results)
        for (const { ruleId, message, line } of messages) found.push(`${name}:${line} ${ruleId}: ${message}`)
    }
    expect(found).toEqual([])
  })

  it('leaves no placeholder, undefined or object in its text', () => {
    expect(rendered.filter(({ html }) => /\{\w+\}|undefined|\[object/.test(html)).map(({ name }) => name)).toEqual([])
  })

  it('has the help line as a number to dial with its hours, in the same place', () => {
    for (const { name, html } of rendered) {
      expect([name, /<\/main>\n<footer>\n<section class="help"/.test(html)]).toEqual([name, true])
      expect([name, /<a class="dial" href="tel:\+39046\d+">/.test(html)]).toEqual([name, true])
      expect([name, /<span class="hours">/.test(html)]).toEqual([name, true])
    }
  })

  it('links the privacy notice and the accessibility declaration', () => {
    for (const { name, html } of rendered) {
      const foot = html.slice(html.indexOf('<div class="foot">'))
      expect([name, foot.includes('/privacy"') || foot.includes('/datenschutz"')]).toEqual([name, true])
      expect([name, foot.includes('/accessibilita"')]).toEqual([name, true])
    }
  })

  it('shows every sentence of the error table', () => {
    const names = new Set(states.map(({ name }) => name))
    for (const { page, sentence } of Object.values(errorTable)) {
      const prefix = page === 'choice' ? 'alert' : 'error'
      expect(names).toContain(`${prefix}-${sentence.replaceAll('_', '-')}`)
    }
  })
})
