import { describe, expect, it } from 'vitest'
import { decodeMessage } from '../../../../src/upstream/saml/base64.ts'
import {
  attributeOf,
  childNamed,
  escapeAttribute,
  escapeText,
  MAX_MESSAGE_BYTES,
  parseXml,
  textOf,
} from '../../../../src/upstream/saml/xml.ts'
import { encoded, goodResponse } from '../../../fixtures/saml/idp.ts'
import { answer, idpSigner, verdict } from '../../../fixtures/saml/login.ts'

const refusal = (call: () => unknown): string => {
  try {
    call()
  } catch (err) {
    return (err as { code: string }).code
  }
  return 'accepted'
}

describe('parseXml', () => {
  it.each([
    ['nothing', ''],
    ['no markup', 'SAMLResponse'],
    ['an element left open', '<a>'],
    ['a stray end tag', '<a></b></a>'],
    ['crossed elements', '<a><b></a></b>'],
    ['an end tag in another case', '<a></A>'],
    ['a second root', '<a/><b/>'],
    ['text after the root', '<a/>x'],
    ['CDATA after the root', '<a/><![CDATA[x]]>'],
    ['an attribute without quotes', '<a b=c/>'],
    ['an attribute without value', '<a b/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute twice by namespace', '<a xmlns:x="urn:u" xmlns:y="urn:u" x:b="" y:b=""/>'],
    ['attributes without a space between', '<a b="1"c="2"/>'],
    ['< in an attribute', '<a b="<"/>'],
    ['an entity', '<a>&nbsp;</a>'],
    ['an entity in an attribute', '<a b="&x;"/>'],
    ['a bare ampersand in an attribute', '<a b="a&b"/>'],
    ['a prefix taken back', '<a xmlns:p=""/>'],
    ['a bare ampersand', '<a>a & b</a>'],
    ['a reference to no character', '<a>&#0;</a>'],
    ['a reference to half a character', '<a>&#xD800;</a>'],
    ['a control character', '<a>\u0001</a>'],
    [']]> in text', '<a>]]></a>'],
    ['-- in a comment', '<a><!-- -- --></a>'],
    ['a processing instruction', '<a><?x y?></a>'],
    ['a stylesheet instruction', '<?xml-stylesheet href="x"?><a/>'],
    ['a declaration that is not first', ' <?xml version="1.0"?><a/>'],
    ['a declaration with another word', '<?xml ersion="1.0"?><a/>'],
    ['a declaration with half its words', '<?xml encoding="UTF-8"?><a/>'],
    ['version 1.1', '<?xml version="1.1"?><a/>'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
    ['an undeclared prefix', '<p:a/>'],
    ['an attribute named like a declaration', '<a xmlnsb="u:x"/>'],
    ['a prefix named like a declaration', '<a xmlns:xmlnsb="u:x" xmlnsb:c=""/>'],
    ['a relative namespace', '<a xmlns:b="c"/>'],
    ['a relative namespace by default', '<a xmlns="./c"/>'],
    ['a namespace that is no URI', '<a xmlns:b="u:x y"/>'],
    ['a namespace with a port that is none', '<a xmlns:b="http://c:d/"/>'],
    ['a prefix for the namespace of xml', '<a xmlns:b="http://www.w3.org/XML/1998/namespace"/>'],
    ['the namespace of declarations', '<a xmlns="http://www.w3.org/2000/xmlns/"/>'],
    ['xml declared as something else', '<a xmlns:xml="u:x"/>'],
    ['an undeclared prefix of an attribute', '<a p:b=""/>'],
    ['a prefix that JavaScript knows', '<constructor:a/>'],
    ['too deep a nest', `${'<a>'.repeat(101)}${'</a>'.repeat(101)}`],
  ])('refuses %s', (_, xml) => {
    expect(refusal(() => parseXml(xml))).toBe('saml_message_malformed')
  })

  it('takes xml declared as what it is, as the Ministry’s metadata does', () => {
    expect(parseXml('<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="it"/>').root.localName).toBe('a')
  })

  it('row xxe: refuses a DOCTYPE, before any parser sees it', () => {
    for (const xml of [
      '<!DOCTYPE a><a/>',
      '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ]) {
      expect(refusal(() => parseXml(xml))).toBe('saml_doctype_forbidden')
    }
  })

  it('refuses an ID that stands twice, in each spelling that the signature engine looks up', () => {
    expect(refusal(() => parseXml('<a ID="1"><b Id="1"/></a>'))).toBe('saml_structure_forbidden')
    expect(refusal(() => parseXml('<a ID="1" id="1"/>'))).toBe('saml_structure_forbidden')
  })

  it('refuses more than 256 KB, and takes that much', () => {
    const filled = (bytes: number) => `<a>${'x'.repeat(bytes - 7)}</a>`
    expect(refusal(() => parseXml(filled(MAX_MESSAGE_BYTES)))).toBe('accepted')
    expect(refusal(() => parseXml(filled(MAX_MESSAGE_BYTES + 1)))).toBe('saml_message_too_large')
  })

  it('reads what XML allows', () => {
    const { root } = parseXml(
      '\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<a x=\'1>2\'><!-- c -->&amp;&#x20AC;<![CDATA[<&]]></a >\n',
    )
    expect(textOf(root)).toBe('&€<&')
    expect(attributeOf(root, 'x')).toBe('1>2')
  })
})

it('two elements where one belongs are refused, and text does not look into elements', () => {
  const { root } = parseXml('<a xmlns="urn:u"><b>1</b><b/><c>x<d/></c></a>')
  expect(refusal(() => childNamed(root, 'urn:u', 'b'))).toBe('saml_structure_forbidden')
  const c = childNamed(root, 'urn:u', 'c')
  expect(c && refusal(() => textOf(c))).toBe('saml_structure_forbidden')
  expect(childNamed(root, 'v', 'c')).toBeUndefined()
})

it('what is escaped comes back as it was', () => {
  const text = 'a<b>&"\'\t\n c'
  const { root } = parseXml(`<a b="${escapeAttribute(text)}">x${escapeText(text)}x</a>`)
  expect(attributeOf(root, 'b')).toBe(text)
  expect(textOf(root)).toBe(`x${text}x`)
})

describe('the posted field', () => {
  it.each([
    ['is absent', undefined, 'saml_message_malformed'],
    ['is empty', '', 'saml_message_malformed'],
    ['is not base64', '<a/>', 'saml_message_malformed'],
    ['is base64url', 'PGE-_w==', 'saml_message_malformed'],
    ['is cut', 'PGEvP', 'saml_message_malformed'],
    ['is not UTF-8', Buffer.from('<a>\xe0</a>', 'latin1').toString('base64'), 'saml_message_malformed'],
    // RFC 4648 3.5: `PGEvPh==` and `PGEvPg==` are the same four bytes to a reader that does not look
    ['says something in its unused bits', 'PGEvPh==', 'saml_message_malformed'],
    ['is too long', 'A'.repeat(400_000), 'saml_message_too_large'],
  ])('is refused when it %s', (_, field, code) => {
    expect(refusal(() => decodeMessage(field))).toBe(code)
  })

  it('may be wrapped in lines', () => {
    expect(decodeMessage(encoded('<a>à</a>').replace(/..../g, '$&\r\n'))).toBe('<a>à</a>')
  })
})

it.each([
  ['garbage', 'SAML', 'saml_message_malformed'],
  ['a cut response', goodResponse({ signer: idpSigner }).slice(0, -40), 'saml_message_malformed'],
  ['a DTD', `<!DOCTYPE x>${goodResponse({ signer: idpSigner }).replace(/^<\?.*\?>/, '')}`, 'saml_doctype_forbidden'],
  [
    'a LogoutResponse',
    '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1"/>',
    'saml_message_malformed',
  ],
])('%s is no answer', async (_, xml, code) => {
  expect(verdict(await answer(xml))).toBe(code)
})
