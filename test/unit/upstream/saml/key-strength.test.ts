import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect, it } from 'vitest'
import { strongCertificates, weakAmong } from '../../../../src/upstream/saml/key-strength.ts'
import { selfSigned } from '../../../fixtures/saml/certificate.ts'
import { IDP } from '../../../fixtures/saml/idp.ts'
import { idpSigner, pendingLogin, respond, verdict } from '../../../fixtures/saml/login.ts'

const weak = selfSigned({ modulusLength: 1024 })

it('[12 key size] what an RSA key below 2048 bits signed is refused, though the metadata lists it', async () => {
  const idp = { entityId: IDP, binding: 'redirect', ssoUrl: `${IDP}/sso` } as const
  const listed = (...certificates: string[]) => pendingLogin({ idp: { ...idp, certificates } })
  const signed = (pending: ReturnType<typeof listed>, signer = weak) =>
    respond({ sign: { assertion: signer, response: signer } }, { pending }).then(verdict)
  expect(await signed(listed(weak.certificate))).toBe('saml_signature_invalid')
  const both = listed(weak.certificate, idpSigner.certificate)
  expect(await signed(both)).toBe('saml_signature_invalid')
  expect(await signed(both, idpSigner)).toBe('verified')
})

it('[12 key size] names the keys that are too short, for a warning when metadata is read', () => {
  const certificates = [weak, idpSigner, selfSigned({ modulusLength: 3072 })].map(
    ({ certificate }) => new X509Certificate(certificate),
  )
  expect(weakAmong(certificates)).toEqual([{ bits: 1024 }])
})

it('leaves out what is no certificate', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const garbage = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  expect(strongCertificates([garbage, 'x', idpSigner.certificate])).toEqual([idpSigner.certificate])
})
