/** That the eight layouts (rows xsw1–xsw8, judged in checks.test.ts) are what they claim to be, and fail for it. */
import { expect, it } from 'vitest'
import { goodResponse } from '../../../fixtures/saml/idp.ts'
import { answer, idpSigner, verdict } from '../../../fixtures/saml/login.ts'
import { messageOf } from '../../../fixtures/saml/rows.ts'
import { IMPOSTOR, VICTIM, wrappings } from '../../../fixtures/saml/wrapping.ts'

it.each(Object.entries(wrappings))('row %s: carries the signed person and the forged one', (_, wrapping) => {
  const xml = messageOf(wrapping, { signer: idpSigner })
  expect([xml.split(VICTIM).length, xml.split(IMPOSTOR).length]).toEqual([2, 2])
})

it('the same message unwrapped is accepted; with only the Response signed it lacks the signature that counts', async () => {
  const unwrapped = (sign: { assertion: false } | { response: false }) =>
    answer(goodResponse({ signer: idpSigner, sign })).then(verdict)
  expect(await unwrapped({ response: false })).toBe('verified')
  expect(await unwrapped({ assertion: false })).toBe('saml_signature_missing')
})
