import { describe, expect, it } from 'vitest'
import { canonicalXml, documentXml, element } from '../../../../src/upstream/saml/write-xml.ts'
import { canonicalByOthers, domOf } from '../../../fixtures/saml/dom.ts'

const prefixes = { b: 'urn:b', a: 'urn:z', c: 'urn:c' }

const tree = element(
  'a:root',
  { z: '1', A: '2', 'b:y': '3', 'a:x': '4', left: undefined },
  element('c:leaf', { 'xml:lang': 'it', q: '"<&>\'\t\n' }, 'a < b & c > d "é"'),
  element('a:empty', {}),
  element('a:inner', {}, element('c:deep', { 'b:t': 'x' }, ' blanks '), element('c:next', {}, 'é')),
)

describe('XML written from values', () => {
  it('has the canonical form that another implementation gives the document', () => {
    expect(canonicalByOthers(domOf(documentXml(tree, prefixes)))).toBe(canonicalXml(tree, prefixes))
    expect(canonicalByOthers(domOf(canonicalXml(tree, prefixes)))).toBe(canonicalXml(tree, prefixes))
  })

  it('declares every namespace at the root of the document, also one that nobody uses', () => {
    expect(documentXml(element('a:root', {}), prefixes)).toBe(
      '<a:root xmlns:a="urn:z" xmlns:b="urn:b" xmlns:c="urn:c"></a:root>',
    )
    expect(canonicalXml(element('a:root', {}), prefixes)).toBe('<a:root xmlns:a="urn:z"></a:root>')
  })

  it('carries any value unchanged', () => {
    const root = domOf(documentXml(tree, prefixes))
    const leaf = root.getElementsByTagName('c:leaf')[0]
    expect(leaf?.getAttribute('q')).toBe('"<&>\'\t\n')
    expect(leaf?.textContent).toBe('a < b & c > d "é"')
  })

  it('refuses a prefix that stands for nothing', () => {
    expect(() => canonicalXml(element('d:root', {}), prefixes)).toThrow('no namespace for the prefix d')
  })
})
