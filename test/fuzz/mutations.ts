/** What an attacker may do to a message, one idea each. The message is a tree until it is written; then octets; then base64. */
import { parseXml } from '../../src/upstream/saml/xml.ts'
import { signElement } from '../fixtures/saml/idp.ts'
import { foreignSigner } from '../fixtures/saml/login.ts'
import type { Random } from './random.ts'
import {
  copyOf,
  type ElementNode,
  elementsIn,
  isNamed,
  localName,
  type Node,
  type Place,
  parse,
  write,
} from './tree.ts'

export interface Material {
  readonly random: Random
  /** Messages of the same provider, to take parts from. */
  readonly donor: () => Node[]
}

export type TreeMutation = (nodes: Node[], material: Material) => void
export type TextMutation = (xml: string, material: Material) => string | Buffer
export type FieldMutation = (base64: string, material: Material) => string

const DS = 'http://www.w3.org/2000/09/xmldsig#'
const namespaces = [
  'urn:oasis:names:tc:SAML:2.0:assertion',
  'urn:oasis:names:tc:SAML:2.0:protocol',
  DS,
  'http://www.w3.org/2001/XMLSchema',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'urn:x',
  '',
]
const prefixes = ['saml', 'samlp', 'ds', 'xs', 'xsi', 'x', 'xml']
const algorithms = [
  `${DS}enveloped-signature`,
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'http://www.w3.org/TR/1999/REC-xslt-19991116',
  'http://www.w3.org/TR/1999/REC-xpath-19991116',
  `${DS}base64`,
  `${DS}hmac-sha1`,
  `${DS}rsa-sha1`,
  `${DS}sha1`,
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
  '',
]
const texts = [
  '',
  ' ',
  'TINIT-VRDLGI75T20F205A',
  'Luigi',
  '1975-12-20',
  'https://www.spid.gov.it/SpidL3',
  'https://idp.example',
  'https://other.example',
  '_request-1',
  '_assertion-1',
  '#_assertion-1',
  '2026-01-15T10:00:30Z',
  'urn:oasis:names:tc:SAML:2.0:status:Success',
  'fiscalNumber',
]
const names = [
  'saml:Assertion',
  'saml:Subject',
  'saml:NameID',
  'saml:Attribute',
  'saml:AttributeValue',
  'saml:Advice',
  'saml:EncryptedAssertion',
  'saml:AttributeStatement',
  'samlp:Response',
  'samlp:Extensions',
  'ds:Signature',
  'ds:Object',
  'ds:KeyInfo',
  'x',
]

const place = (nodes: Node[], { random }: Material): Place => random.pick(elementsIn(nodes))
const named = (nodes: Node[], local: string) => elementsIn(nodes).filter(({ element }) => isNamed(element, local))
const insert = (list: Node[], node: Node, { random }: Material) => list.splice(random.below(list.length + 1), 0, node)
const remove = ({ siblings, element }: Place) => siblings.splice(siblings.indexOf(element), 1)
const contains = (outer: ElementNode, inner: ElementNode): boolean =>
  outer === inner || outer.children.some((child) => child.kind === 'element' && contains(child, inner))
const element = (name: string, children: Node[] = []): ElementNode => ({
  kind: 'element',
  name,
  attributes: [],
  children,
  short: false,
})
const setAttribute = (target: ElementNode, name: string, value: string) => {
  const found = target.attributes.find((one) => one.name === name)
  if (found) found.value = value
  else target.attributes.push({ name, value, quote: '"', space: ' ' })
}
const idOf = (target: ElementNode) => target.attributes.find(({ name }) => name === 'ID')?.value ?? ''
const textsIn = (nodes: Node[]) =>
  elementsIn(nodes).flatMap(({ element: { children } }) =>
    children.flatMap((node, index) => (node.kind === 'text' ? [{ node, index, children }] : [])),
  )
const valuesIn = (nodes: Node[]) => textsIn(nodes).filter(({ node }) => node.text.trim() !== '')

/** The message as somebody else would have it: another person, a higher level, another ID. */
const forge = (assertion: ElementNode, { random }: Material): ElementNode => {
  const forged = copyOf(assertion)
  for (const { node } of valuesIn([forged])) {
    if (node.text.includes('RSSMRA')) node.text = 'TINIT-VRDLGI75T20F205A'
    else if (node.text.includes('SpidL')) node.text = 'https://www.spid.gov.it/SpidL3'
  }
  setAttribute(forged, 'ID', random.pick(['_forged', '_forged', '_forged', '', idOf(assertion)]))
  if (random.chance(0.6)) for (const signature of named([forged], 'Signature')) remove(signature)
  return forged
}

/** A forged Assertion and the real one, each where the other may be looked for. */
interface Wrapping {
  readonly forged: ElementNode
  readonly real: ElementNode
  /** Of the real one. */
  readonly signature: Place | undefined
  /** What stands in the Assertion's place. */
  readonly become: (...nodes: Node[]) => void
}

const layouts: Readonly<Record<string, (wrapping: Wrapping) => void>> = {
  'forged before': ({ forged, real, become }) => become(forged, real),
  'forged behind': ({ forged, real, become }) => become(real, forged),
  'forged around': ({ forged, real, become }) => become({ ...forged, children: [...forged.children, real] }),
  'forged inside': ({ forged, real }) => void real.children.push(forged),
  'forged as advice': ({ forged, real }) => void real.children.unshift(element('saml:Advice', [forged])),
  'forged in an extension': ({ forged, real, become }) => become(element('samlp:Extensions', [forged]), real),
  'real in an extension': ({ forged, real, become }) => become(element('samlp:Extensions', [real]), forged),
  'real in the signature of the forged': ({ forged, real, signature, become }) => {
    if (!signature) return
    remove(signature)
    signature.element.children.push(real)
    become({ ...forged, children: [signature.element, ...forged.children] })
  },
  'real in an Object of the signature': ({ forged, real, signature, become }) => {
    if (!signature) return
    remove(signature)
    signature.element.children.push(element('ds:Object', [real]))
    become({ ...forged, children: [signature.element, ...forged.children] })
  },
  'signature on the forged, real behind': ({ forged, real, signature, become }) => {
    if (!signature) return
    remove(signature)
    become({ ...forged, children: [signature.element, ...forged.children] }, real)
  },
  'signature beside both': ({ forged, real, signature, become }) => {
    if (!signature) return
    remove(signature)
    become(signature.element, forged, real)
  },
}

const wrappings: Readonly<Record<string, TreeMutation>> = Object.fromEntries(
  Object.entries(layouts).map(([name, layout]) => [
    `wrapped: ${name}`,
    (nodes: Node[], material: Material) => {
      const found = material.random.maybe(named(nodes, 'Assertion'))
      if (!found) return
      const { element: real, siblings, parent } = found
      // the Response's own signature would tell
      if (material.random.chance(0.8))
        for (const signature of named(nodes, 'Signature')) if (signature.parent === parent) remove(signature)
      const become = (...put: Node[]) => void siblings.splice(siblings.indexOf(real), 1, ...put)
      layout({ forged: forge(real, material), real, signature: named([real], 'Signature')[0], become })
    },
  ]),
)

export const treeMutations: Readonly<Record<string, TreeMutation>> = {
  move: (nodes, material) => {
    const from = place(nodes, material)
    const to = place(nodes, material)
    if (contains(from.element, to.element)) return
    remove(from)
    insert(to.element.children, from.element, material)
  },
  'move up or down': (nodes, material) => {
    const { element: moved, siblings } = place(nodes, material)
    siblings.splice(siblings.indexOf(moved), 1)
    insert(siblings, moved, material)
  },
  duplicate: (nodes, material) => {
    const { element: original, siblings } = place(nodes, material)
    const copy = copyOf(original)
    if (material.random.chance(0.5))
      for (const { element: inner } of elementsIn([copy])) if (idOf(inner)) setAttribute(inner, 'ID', '_copy')
    insert(material.random.chance(0.5) ? siblings : place(nodes, material).element.children, copy, material)
  },
  drop: (nodes, material) => void remove(place(nodes, material)),
  'drop an attribute': (nodes, material) => {
    const { attributes } = place(nodes, material).element
    attributes.splice(material.random.below(attributes.length), 1)
  },
  'drop text': (nodes, { random }) => {
    const found = random.maybe(textsIn(nodes))
    found?.children.splice(found.index, 1)
  },
  rename: (nodes, material) => {
    place(nodes, material).element.name = material.random.pick(names)
  },
  'rename a prefix': (nodes, { random }) => {
    const [from, to] = [random.pick(prefixes), random.pick(prefixes)]
    const declarations = random.chance(0.7)
    for (const { element: one } of elementsIn(nodes)) {
      one.name = one.name.replace(new RegExp(`^${from}:`), `${to}:`)
      if (!declarations) continue
      for (const attribute of one.attributes) if (attribute.name === `xmlns:${from}`) attribute.name = `xmlns:${to}`
    }
  },
  unwrap: (nodes, material) => {
    const { element: outer, siblings } = place(nodes, material)
    siblings.splice(siblings.indexOf(outer), 1, ...outer.children)
  },
  wrap: (nodes, material) => {
    const { element: inner, siblings } = place(nodes, material)
    siblings.splice(siblings.indexOf(inner), 1, element(material.random.pick(names), [inner]))
  },
  'swap two elements': (nodes, material) => {
    const [a, b] = [place(nodes, material), place(nodes, material)]
    if (contains(a.element, b.element) || contains(b.element, a.element)) return
    const [left, right] = [copyOf(a.element), copyOf(b.element)]
    a.siblings[a.siblings.indexOf(a.element)] = right
    b.siblings[b.siblings.indexOf(b.element)] = left
  },
  'swap two texts': (nodes, { random }) => {
    const [a, b] = [random.maybe(valuesIn(nodes)), random.maybe(valuesIn(nodes))]
    if (a && b) [a.node.text, b.node.text] = [b.node.text, a.node.text]
  },
  'swap two attributes': (nodes, material) => {
    const any = () => material.random.maybe(place(nodes, material).element.attributes)
    const [a, b] = [any(), any()]
    if (a && b) [a.value, b.value] = [b.value, a.value]
  },
  'another text': (nodes, { random }) => {
    const found = random.maybe(valuesIn(nodes))
    if (found) found.node.text = random.pick(texts)
  },
  'another attribute value': (nodes, material) => {
    const attribute = material.random.maybe(place(nodes, material).element.attributes)
    if (attribute) attribute.value = material.random.pick([...texts, ...algorithms])
  },
  'another ID': (nodes, { random }) => {
    const ids = elementsIn(nodes).filter(({ element: one }) => idOf(one) !== '')
    const found = random.maybe(ids)
    if (found) setAttribute(found.element, 'ID', random.pick(['_x', '', idOf(random.pick(ids).element)]))
  },
  'one more ID': (nodes, material) => {
    const name = material.random.pick(['Id', 'id', 'xml:id', 'ID', 'saml:ID', 'AssertionID'])
    place(nodes, material).element.attributes.push({
      name,
      value: material.random.pick(['_assertion-1', '_response-1', '_x']),
      quote: '"',
      space: ' ',
    })
  },
  'an attribute twice': (nodes, material) => {
    const { attributes } = place(nodes, material).element
    const attribute = material.random.maybe(attributes)
    if (attribute) attributes.push({ ...attribute, value: material.random.pick([attribute.value, ...texts]) })
  },
  'order of attributes': (nodes, material) => {
    place(nodes, material).element.attributes.reverse()
  },
  'spelling of a tag': (nodes, material) => {
    const { element: one } = place(nodes, material)
    one.short = !one.short
    for (const attribute of one.attributes) {
      attribute.space = material.random.pick([' ', '\n', '\t ', '\r\n'])
      if (!/["']/.test(attribute.value)) attribute.quote = material.random.pick(['"', "'"])
    }
  },
  'comment in text': (nodes, { random }) => {
    const found = random.maybe(valuesIn(nodes))
    if (!found) return
    const at = random.below(found.node.text.length + 1)
    const filling = random.pick([
      '<!---->',
      '<!-- x -->',
      '<![CDATA[]]>',
      '<?x y?>',
      '<x/>',
      '&#x20;',
      '\u200b',
      ' ',
      '\n',
      '&#xD;',
      '&#0;',
      '&amp;',
    ])
    found.node.text = found.node.text.slice(0, at) + filling + found.node.text.slice(at)
  },
  'comment and more text': (nodes, { random }) => {
    const found = random.maybe(valuesIn(nodes))
    if (found) found.node.text += random.pick(['<!---->X', '<!-- -->.other', '<![CDATA[X]]>', '&#88;', '<?x?>X'])
  },
  'text as references': (nodes, { random }) => {
    const found = random.maybe(valuesIn(nodes))
    if (!found || found.node.text.includes('&')) return
    const at = random.below(found.node.text.length)
    const code = found.node.text.codePointAt(at) ?? 88
    const character = String.fromCodePoint(code)
    const spelled = random.pick([
      `&#${code};`,
      `&#x${code.toString(16)};`,
      `<![CDATA[${character}]]>`,
      `&#x000${code.toString(16)};`,
    ])
    found.node.text = found.node.text.slice(0, at) + spelled + found.node.text.slice(at + character.length)
  },
  'space around text': (nodes, { random }) => {
    const found = random.maybe(textsIn(nodes))
    if (found) found.node.text = random.pick([' ', '\n', '\r\n', '\t', '\u00a0', '\u2028']) + found.node.text
  },
  'comment between elements': (nodes, material) => {
    const text = material.random.pick(['<!-- x -->', '<?x y?>', '<![CDATA[ ]]>', '\n  ', ' x '])
    insert(
      material.random.chance(0.1) ? nodes : place(nodes, material).element.children,
      { kind: 'markup', text },
      material,
    )
  },
  'declare a prefix': (nodes, material) => {
    const { random } = material
    const name = random.chance(0.2) ? 'xmlns' : `xmlns:${random.pick(prefixes)}`
    setAttribute(place(nodes, material).element, name, random.pick(namespaces))
  },
  'another namespace': (nodes, { random }) => {
    const declarations = elementsIn(nodes).flatMap(({ element: one }) =>
      one.attributes.filter(({ name }) => name.startsWith('xmlns')),
    )
    const declaration = random.maybe(declarations)
    if (declaration) declaration.value = random.pick(namespaces)
  },
  'move a declaration': (nodes, material) => {
    const from = material.random.maybe(
      elementsIn(nodes).filter(({ element: one }) => one.attributes.some(({ name }) => name.startsWith('xmlns'))),
    )
    const declaration = from?.element.attributes.find(({ name }) => name.startsWith('xmlns'))
    if (!from || !declaration) return
    if (material.random.chance(0.5)) from.element.attributes.splice(from.element.attributes.indexOf(declaration), 1)
    setAttribute(place(nodes, material).element, declaration.name, declaration.value)
  },
  'another algorithm': (nodes, { random }) => {
    const found = random.maybe(
      elementsIn(nodes).filter(({ element: one }) => one.attributes.some(({ name }) => name === 'Algorithm')),
    )
    if (found) setAttribute(found.element, 'Algorithm', random.pick(algorithms))
  },
  'one more transform': (nodes, { random }) => {
    const found = random.maybe(named(nodes, random.pick(['Transforms', 'Transform', 'CanonicalizationMethod'])))
    if (!found) return
    const transform = element('ds:Transform')
    setAttribute(transform, 'Algorithm', random.pick(algorithms))
    const list = element('ec:InclusiveNamespaces')
    setAttribute(list, 'xmlns:ec', 'http://www.w3.org/2001/10/xml-exc-c14n#')
    setAttribute(list, 'PrefixList', random.pick(['xs', 'saml samlp', '#default', '']))
    found.element.children.push(random.chance(0.5) ? transform : list)
  },
  'another reference': (nodes, { random }) => {
    const found = random.maybe(named(nodes, 'Reference'))
    if (found)
      setAttribute(
        found.element,
        'URI',
        random.pick(['', '#', '#_assertion-1', '#_response-1', '#_else', "#xpointer(id('_assertion-1'))", '#_x']),
      )
  },
  'another value in the signature': (nodes, { random }) => {
    const found = random.maybe([...named(nodes, 'DigestValue'), ...named(nodes, 'SignatureValue')])
    const [text] = found?.element.children ?? []
    if (text?.kind !== 'text') return
    const at = random.below(text.text.length)
    text.text = random.pick([
      `${text.text.slice(0, at)}\n${text.text.slice(at)}`,
      `${text.text.slice(0, at)}A${text.text.slice(at + 1)}`,
      ` ${text.text} `,
      '',
      text.text.slice(0, -4),
      `${text.text}AAAA`,
      text.text.replaceAll('+', '-').replaceAll('/', '_'),
      text.text.replace(/=+$/, ''),
    ])
  },
  'drop a signature': (nodes, { random }) => {
    const found = random.maybe(named(nodes, 'Signature'))
    if (found) remove(found)
  },
  'copy a signature': (nodes, material) => {
    const found = material.random.maybe(named(nodes, 'Signature'))
    if (found) insert(place(nodes, material).element.children, copyOf(found.element), material)
  },
  'another KeyInfo': (nodes, { random }) => {
    const found = random.maybe(named(nodes, 'KeyInfo'))
    if (!found) return
    const certificate = foreignSigner.certificate.replace(/-----[^-]*-----|\s/g, '')
    const content = random.pick([
      [],
      parse('<ds:X509Data><ds:X509Certificate/></ds:X509Data>'),
      parse(`<ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data>`),
      parse('<ds:KeyName>x</ds:KeyName>'),
      parse('<ds:RetrievalMethod URI="http://127.0.0.1/"/>'),
    ])
    found.element.children = content
  },
  'a part of another message': (nodes, material) => {
    const part = place(material.donor(), material).element
    insert(place(nodes, material).element.children, part, material)
  },
  'the same part of another message': (nodes, material) => {
    const { element: one, siblings } = place(nodes, material)
    const replacement = material.random.maybe(named(material.donor(), localName(one.name)))
    if (replacement) siblings[siblings.indexOf(one)] = replacement.element
  },
  'the whole of another message inside': (nodes, material) => {
    insert(
      place(nodes, material).element.children,
      place(
        material.donor().filter(({ kind }) => kind === 'element'),
        material,
      ).element,
      material,
    )
  },
  ...wrappings,
  'wrap the Response': (nodes, material) => {
    const { random } = material
    const response = nodes.find((node) => isNamed(node, 'Response'))
    if (response?.kind !== 'element') return
    const real = copyOf(response)
    for (const one of named([response], 'Assertion'))
      one.siblings[one.siblings.indexOf(one.element)] = forge(one.element, material)
    if (random.chance(0.5)) setAttribute(response, 'ID', '_forged')
    const [signature] = named(response.children, 'Signature')
    const into = random.chance(0.5) && signature ? signature.element.children : response.children
    insert(into, random.chance(0.5) ? real : element('ds:Object', [real]), material)
  },
}

/** After the tree was changed: what a thief with a key of his own, or with a text editor, would do. */
export const textMutations: Readonly<Record<string, TextMutation>> = {
  'sign again with another key': (xml, { random }) => {
    const local = random.pick(['Assertion', 'Response'])
    const nodes = parse(xml)
    const [target] = named(nodes, local)
    for (const one of named(target?.element.children ?? [], 'Signature')) if (one.parent === undefined) remove(one)
    const bare = write(nodes)
    try {
      parseXml(bare) // what is no XML, xml-crypto repairs aloud
      return signElement(bare, local, foreignSigner)
    } catch {
      return bare
    }
  },
  'another line end': (xml, { random }) => xml.replaceAll('\n', random.pick(['\r\n', '\r', '\u0085', '\n\n'])),
  'byte order mark': (xml) => `\ufeff${xml}`,
  'another declaration': (xml, { random }) =>
    xml.replace(
      /^<\?xml[^>]*\?>\s*/,
      random.pick([
        '',
        '<?xml version="1.0"?>',
        '<?xml version="1.1" encoding="UTF-8"?>',
        "<?xml version='1.0' encoding='utf-8' standalone='yes'?>",
        '<?xml version="1.0" encoding="ISO-8859-1"?>',
        '<?xml version="1.0" encoding="UTF-16"?>',
        '<?xml version="1.0" encoding="UTF-7"?>',
        ' <?xml version="1.0"?>',
        '<?xml version="1.0"?><?xml version="1.0"?>',
      ]),
    ),
  'another encoding': (xml, { random }) => {
    const encodings: readonly (() => Buffer)[] = [
      () => Buffer.from(xml, 'utf16le'),
      () => Buffer.from(`\ufeff${xml}`, 'utf16le'),
      () => Buffer.from(`\ufeff${xml}`, 'utf16le').swap16(),
      () => Buffer.from(xml, 'latin1'),
      () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf]), Buffer.from(xml)]),
      // overlong "<"
      () => Buffer.concat([Buffer.from(xml.slice(0, 60)), Buffer.from([0xc0, 0xbc]), Buffer.from(xml.slice(61))]),
    ]
    return random.pick(encodings)()
  },
  'document type': (xml, { random }) => {
    const subset = random.pick([
      '',
      '[<!ENTITY x "y">]',
      '[<!ENTITY x SYSTEM "file:///etc/hostname">]',
      '[<!ATTLIST saml:Assertion ID ID #IMPLIED>]',
      '[<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]',
    ])
    return xml
      .replace(/^(<\?xml[^>]*\?>)?/, `$&<!DOCTYPE samlp:Response ${subset}>`)
      .replace('</saml:AttributeValue>', subset.includes(' x ') ? '&x;$&' : '$&')
  },
  'one character': (xml, { random }) => {
    const at = random.below(xml.length)
    const put = random.pick(['', '<', '>', '&', '"', '\0', ' ', 'A', '/', ':', '\u0301', xml[at + 1] ?? ''])
    return xml.slice(0, at) + put + xml.slice(at + 1)
  },
  'cut or repeat': (xml, { random }) => {
    const [from, length] = [random.below(xml.length), random.below(200)]
    return random.chance(0.5)
      ? xml.slice(0, from) + xml.slice(from + length)
      : xml.slice(0, from + length) + xml.slice(from)
  },
  'something after the end': (xml, { random }) =>
    xml + random.pick(['\n', ' ', '<!-- x -->', '<x/>', 'x', '\0', '<?x y?>', xml]),
}

export const fieldMutations: Readonly<Record<string, FieldMutation>> = {
  'base64 in lines': (base64, { random }) => base64.replace(/.{76}/g, `$&${random.pick(['\n', '\r\n', ' ', '\t'])}`),
  'base64 for addresses': (base64) => base64.replaceAll('+', '-').replaceAll('/', '_'),
  'base64 without its end': (base64) => base64.replace(/=*$/, ''),
  'base64 with more end': (base64) => `${base64}=`,
  'base64 twice': (base64) => Buffer.from(base64).toString('base64'),
  'base64 with other characters': (base64, { random }) => {
    const at = random.below(base64.length)
    return base64.slice(0, at) + random.pick(['%', '\0', '=', '\u00e0', '"', '.']) + base64.slice(at)
  },
  'base64 with loose last bits': (base64) =>
    base64.replace(
      /([A-Za-z0-9+/])(=+)$/,
      (_, last: string, end: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}${end}`,
    ),
  'base64 in two': (base64) => `${base64}${base64}`,
}
