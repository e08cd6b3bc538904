/** docs/rules/cie.md A2: what is written. What the Ministry looks at is in metadata-checks.test.ts. */
import { describe, expect, it } from 'vitest'
import { type CieServiceProvider, cieMetadata } from '../../../../src/upstream/cie/metadata.ts'
import { verifySignature } from '../../../../src/upstream/saml/verify-signature.ts'
import { parseXml } from '../../../../src/upstream/saml/xml.ts'
import { comune, region, signing } from '../../../fixtures/cie/service-provider.ts'
import { foreignSigner } from '../../../fixtures/saml/login.ts'

const write = (sp: CieServiceProvider) => cieMetadata(sp, signing)
const part = (xml: string, from: string, to: string) => xml.slice(xml.indexOf(from), xml.lastIndexOf(to))

describe('CIE metadata', () => {
  it('are the same bytes for the same values, and others for others', () => {
    expect(write(structuredClone(comune))).toBe(write(comune))
    expect(write({ ...comune, operator: region })).not.toBe(write(comune))
  })

  it('declare the namespace of CIE on the root, and none of SPID (cie.md 2.1)', () => {
    expect(write(comune)).toMatch(
      /<md:EntityDescriptor [^>]*xmlns:cie="https:\/\/www\.cartaidentita\.interno\.gov\.it\/saml-extensions"/,
    )
    expect(write(comune)).not.toContain('spid.gov.it')
  })

  it('are signed by the key that was given and no other (cie.md 3)', () => {
    const document = parseXml(write(comune))
    expect(verifySignature(document, document.root, [signing.certificate]).read().localName).toBe('EntityDescriptor')
    expect(() => verifySignature(document, document.root, [foreignSigner.certificate])).toThrow(
      'saml_signature_invalid',
    )
    const changed = parseXml(write(comune).replace('c_d704</cie', 'c_d705</cie'))
    expect(() => verifySignature(changed, changed.root, [signing.certificate])).toThrow('saml_signature_invalid')
  })

  it('name the service by its UUID without a language, and describe it for people (cie.md 4.21, 4.22)', () => {
    expect(part(write(comune), '    <md:AttributeConsumingService', '  </md:SPSSODescriptor>')).toMatchInlineSnapshot(`
      "    <md:AttributeConsumingService index="0">
            <md:ServiceName xml:lang="">urn:uuid:5b0c1f0e-6a3d-4c55-9d8e-2f4b7a9c1d30</md:ServiceName>
            <md:ServiceDescription xml:lang="it">Servizi online</md:ServiceDescription>
            <md:ServiceDescription xml:lang="de">Online-Dienste</md:ServiceDescription>
            <md:RequestedAttribute Name="name"></md:RequestedAttribute>
            <md:RequestedAttribute Name="familyName"></md:RequestedAttribute>
            <md:RequestedAttribute Name="dateOfBirth"></md:RequestedAttribute>
            <md:RequestedAttribute Name="fiscalNumber"></md:RequestedAttribute>
          </md:AttributeConsumingService>
      "
    `)
  })

  it('have the Comune as administrative and a company as technical contact (cie.md A2.1)', () => {
    expect(part(write(comune), '  <md:ContactPerson', '</md:EntityDescriptor>')).toMatchInlineSnapshot(`
      "  <md:ContactPerson contactType="administrative">
          <md:Extensions>
            <cie:Public></cie:Public>
            <cie:IPACode>c_d704</cie:IPACode>
            <cie:IPACategory>L6</cie:IPACategory>
            <cie:Municipality>D704</cie:Municipality>
            <cie:Province>FC</cie:Province>
            <cie:Country>IT</cie:Country>
          </md:Extensions>
          <md:Company>Comune di Forlì</md:Company>
          <md:EmailAddress>ced@comune.forli.example</md:EmailAddress>
        </md:ContactPerson>
        <md:ContactPerson contactType="technical">
          <md:Extensions>
            <cie:Private></cie:Private>
            <cie:VATNumber>IT01234567890</cie:VATNumber>
            <cie:FiscalCode>01234567890</cie:FiscalCode>
            <cie:NACE2Code>62.01.00</cie:NACE2Code>
            <cie:NACE2Code>63.11</cie:NACE2Code>
            <cie:Municipality>L378</cie:Municipality>
            <cie:Province>TN</cie:Province>
            <cie:Country>IT</cie:Country>
          </md:Extensions>
          <md:Company>Aggregatore di Prova S.p.A.</md:Company>
          <md:EmailAddress>cie@aggregatore.example</md:EmailAddress>
          <md:TelephoneNumber>+390461000000</md:TelephoneNumber>
        </md:ContactPerson>
      "
    `)
  })

  it('have a public operator with its IPA code instead (cie.md A2.1)', () => {
    const xml = write({ ...comune, operator: region })
    expect(part(xml, '  <md:ContactPerson contactType="technical"', '</md:EntityDescriptor>')).toMatchInlineSnapshot(`
      "  <md:ContactPerson contactType="technical">
          <md:Extensions>
            <cie:Public></cie:Public>
            <cie:IPACode>r_prova</cie:IPACode>
            <cie:Municipality>L378</cie:Municipality>
            <cie:Country>IT</cie:Country>
          </md:Extensions>
          <md:Company>Regione di Prova</md:Company>
          <md:EmailAddress>cie@regione.example</md:EmailAddress>
        </md:ContactPerson>
      "
    `)
  })
})
