import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { pages, tenantOf } from '../../fixtures/pages/place.ts'

const moena = tenantOf('moena')
const asked = (url: string, more: object = {}) => ({ url, method: 'GET', headers: {}, ...more }) as IncomingMessage
const errorAt = (url: string, more: object = {}) =>
  pages.error(asked(url, more), { code: 'page_not_found', requestId: 'r', tenant: moena })
const languageLinks = (html: string) => [...html.matchAll(/hreflang="\w+" href="([^"]*)"/g)].map(([, href]) => href)

describe('the languages of an error page', () => {
  it('are those of the tenant, at the address that was asked for', () => {
    expect(languageLinks(errorAt('/t/moena/x?a=1&lang=de'))).toEqual(
      ['it', 'lld', 'de', 'en'].map((language) => `/t/moena/x?a=1&amp;lang=${language}`),
    )
    expect(languageLinks(errorAt('/x', { originalUrl: '/t/moena/authorize?b' }))[0]).toBe(
      '/t/moena/authorize?b=&amp;lang=it',
    )
  })

  it.each([
    '//evil.example/x',
    '/.//evil.example/x',
    '/\\evil.example',
    'https://evil.example/',
    '/%2e//evil.example/',
  ])('never lead to another host: %j', (url) => {
    for (const href of languageLinks(errorAt(url))) {
      expect(new URL(href ?? '', 'https://login.regione.example').host).toBe('login.regione.example')
    }
  })

  it.each(['/t/moena/login/u/finish?handle=h', '/t/moena/login/u/begin?upstream=cie', '/t/moena/cns?ticket=t'])(
    'are not offered for a step that is taken once: %s',
    (url) => expect(languageLinks(errorAt(url))).toEqual([]),
  )

  it('are not offered for what was posted', () => {
    expect(languageLinks(errorAt('/t/moena/saml/spid/acs', { method: 'POST' }))).toEqual([])
  })
})

describe('the page of an error that passes', () => {
  it.each([
    [20, 'it', 'Puoi riprovare tra 20 secondi.'],
    [120, 'de', 'Sie können es in 120 Sekunden noch einmal versuchen.'],
    [181, 'en', 'You can try again in 4 minutes.'],
    [3 * 3600, 'it', 'Puoi riprovare tra 3 ore.'],
  ] as const)('says after %i seconds in %s when to try again', (wait, language, sentence) => {
    const error = { code: 'rate_limited', requestId: 'r', tenant: moena, language, wait } as const
    expect(pages.error(asked('/'), error)).toContain(sentence)
    expect(pages.error(asked('/'), { ...error, wait: undefined })).not.toContain(sentence)
  })
})

describe('the furniture of a page', () => {
  it('is the tenant’s help desk as a whole, else the region’s as a whole', () => {
    expect(errorAt('/')).toContain('lun–ven 8–18')
    const own = { ...moena, helpdesk: { phone: '+39 0462 1' } }
    const html = pages.error(asked('/'), { code: 'page_not_found', requestId: 'r', tenant: own })
    expect(html).toContain('href="tel:+3904621"')
    expect(html).not.toContain('lun–ven 8–18')
  })

  it('leads to no help page of a tenant that is suspended: it is not served', () => {
    expect(errorAt('/')).toContain('https://login.regione.example/t/moena/help?lang=it')
    const suspended = { ...moena, state: 'suspended' as const }
    const html = pages.error(asked('/'), { code: 'tenant_suspended', requestId: 'r', tenant: suspended })
    expect(html).not.toContain('/t/moena/help')
  })

  it('leads to a form of the help desk, with what happened', () => {
    const own = { ...moena, helpdesk: { formUrl: 'https://aiuto.example/nuovo?da=varco' } }
    const html = pages.error(asked('/'), { code: 'page_not_found', requestId: '7k2m', tenant: own })
    const [, href = ''] = /href="(https:\/\/aiuto\.example[^"]*code[^"]*)"/.exec(html) ?? []
    expect(Object.fromEntries(new URL(href.replaceAll('&amp;', '&')).searchParams)).toEqual({
      da: 'varco',
      code: 'page_not_found',
      request: '7k2m',
      time: expect.stringContaining('22/11/26'),
      tenant: 'Comune di Moena',
    })
  })
})
