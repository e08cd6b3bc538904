/** docs/rules/spid-saml.md sections 1, 2 and 11: what is written. What AgID looks at is in metadata-checks.test.ts. */
import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../../../src/upstream/saml/verify-signature.ts'
import { namespaces, parseXml } from '../../../../src/upstream/saml/xml.ts'
import { type SpidServiceProvider, spidMetadata } from '../../../../src/upstream/spid/metadata.ts'
import { canonicalByOthers, domOf } from '../../../fixtures/saml/dom.ts'
import { foreignSigner } from '../../../fixtures/saml/login.ts'
import { aggregated, operator, publicBody, signing } from '../../../fixtures/spid/service-provider.ts'

const write = (sp: SpidServiceProvider) => spidMetadata(sp, signing)
const contacts = (xml: string) => xml.slice(xml.indexOf('  <md:ContactPerson'), xml.indexOf('</md:EntityDescriptor>'))

describe('SPID metadata', () => {
  it('are the same bytes for the same values, and others for others', () => {
    expect(write(structuredClone(aggregated))).toBe(write(aggregated))
    expect(write({ ...aggregated, body: { ipaCode: 'c_d705' } })).not.toBe(write(aggregated))
  })

  it('are signed (1.7.x, 1.9.0), by the key that was given and no other', () => {
    const document = parseXml(write(aggregated))
    expect(verifySignature(document, document.root, [signing.certificate]).read().localName).toBe('EntityDescriptor')
    expect(() => verifySignature(document, document.root, [foreignSigner.certificate])).toThrow(
      'saml_signature_invalid',
    )
    const changed = parseXml(write(aggregated).replace('Comune di Forlì', 'Comune di Rimini'))
    expect(() => verifySignature(changed, changed.root, [signing.certificate])).toThrow('saml_signature_invalid')
  })

  it('are canonical but for the declarations at the root', () => {
    const role = domOf(write(aggregated)).getElementsByTagNameNS(namespaces.metadata, 'SPSSODescriptor').item(0)
    const text = canonicalByOthers(role as Element)
    expect(
      text.replaceAll(` xmlns:md="${namespaces.metadata}"`, '').replaceAll(` xmlns:ds="${namespaces.signature}"`, ''),
    ).toBe(write(aggregated).match(/<md:SPSSODescriptor[\s\S]*<\/md:SPSSODescriptor>/)?.[0])
  })

  it('publish both certificates while keys change, the one that signs first (2.5)', () => {
    const xml = write({ ...aggregated, certificates: [signing.certificate, foreignSigner.certificate] })
    expect(xml.match(/<md:KeyDescriptor use="signing">/g)).toHaveLength(2)
    expect(xml.indexOf(foreignSigner.certificate.slice(100, 130))).toBeGreaterThan(xml.indexOf('<md:KeyDescriptor'))
  })

  it('of pub-ag-full name the aggregator and the aggregated body (2.4)', () => {
    expect(
      contacts(write({ ...aggregated, body: { ipaCode: 'c_d704', email: 'ced@comune.forli.example' } })),
    ).toMatchInlineSnapshot(`
        "  <md:ContactPerson contactType="other" spid:entityType="spid:aggregator">
            <md:Extensions>
              <spid:IPACode>r_prova</spid:IPACode>
              <spid:PublicServicesFullAggregator></spid:PublicServicesFullAggregator>
            </md:Extensions>
            <md:Company>Regione di Prova</md:Company>
            <md:EmailAddress>spid@regione.example</md:EmailAddress>
            <md:TelephoneNumber>+390461000000</md:TelephoneNumber>
          </md:ContactPerson>
          <md:ContactPerson contactType="other" spid:entityType="spid:aggregated">
            <md:Extensions>
              <spid:IPACode>c_d704</spid:IPACode>
              <spid:Public></spid:Public>
            </md:Extensions>
            <md:Company>Comune di Forlì</md:Company>
            <md:EmailAddress>ced@comune.forli.example</md:EmailAddress>
          </md:ContactPerson>
        "
      `)
  })

  it('of pub-op-full have one contact, which stands where an aggregator would (2.4)', () => {
    expect(contacts(write(operator))).toMatchInlineSnapshot(`
      "  <md:ContactPerson contactType="other" spid:entityType="spid:aggregator">
          <md:Extensions>
            <spid:IPACode>c_d704</spid:IPACode>
            <spid:VATNumber>IT01234567890</spid:VATNumber>
            <spid:FiscalCode>01234567890</spid:FiscalCode>
            <spid:PublicServicesFullOperator></spid:PublicServicesFullOperator>
          </md:Extensions>
          <md:Company>Comune di Forlì</md:Company>
          <md:EmailAddress>ced@comune.forli.example</md:EmailAddress>
        </md:ContactPerson>
      "
    `)
  })

  it('of a public body by itself have one contact without a type (2.3)', () => {
    expect(contacts(write(publicBody))).toMatchInlineSnapshot(`
      "  <md:ContactPerson contactType="other">
          <md:Extensions>
            <spid:IPACode>c_d704</spid:IPACode>
            <spid:Public></spid:Public>
          </md:Extensions>
          <md:Company>Comune di Forlì</md:Company>
          <md:EmailAddress>ced@comune.forli.example</md:EmailAddress>
        </md:ContactPerson>
      "
    `)
  })

  it('have the two sets of eIDAS, with their English names in Italian, only where it is on (11)', () => {
    expect(write(aggregated)).not.toContain('eIDAS')
    const xml = write({ ...aggregated, eidas: true })
    expect(xml.match(/AttributeConsumingService index="\d+"/g)).toEqual(
      [0, 3, 99, 100].map((index) => `AttributeConsumingService index="${index}"`),
    )
    expect(xml).toContain('<md:ServiceName xml:lang="it">eIDAS Natural Person Minimum Attribute Set</md:ServiceName>')
  })
})
