/**
 * XML signature wrapping, the eight layouts of "On Breaking SAML" (rows xsw1–xsw8): the signature stays valid for the
 * part that was signed, which is moved to where nobody reads it, and another person stands where the reader looks.
 */
import { expect, it } from 'vitest'
import { goodResponse } from '../../../fixtures/saml/idp.ts'
import { answer, idpSigner, verdict } from '../../../fixtures/saml/login.ts'

const SIGNATURE = /<ds:Signature [\s\S]*?<\/ds:Signature>/
const ASSERTION = /<saml:Assertion[\s\S]*<\/saml:Assertion>/
const RESPONSE = /<samlp:Response[\s\S]*<\/samlp:Response>/

const found = (pattern: RegExp, text: string) => {
  const match = pattern.exec(text)?.[0]
  if (match === undefined) throw new Error(`not found: ${pattern}`)
  return match
}
const forged = (element: string) =>
  element.replace(/ID="_(assertion|response)-1"/, 'ID="_forged"').replace('RSSMRA80A01H501U', 'VRDLGI75T20F205S')

/** Only the Response signed (1, 2), so that its own signature is the one to wrap. */
const response = found(RESPONSE, goodResponse({ signer: idpSigner, sign: { assertion: false } }))
const responseSignature = found(SIGNATURE, response)
const bareResponse = response.replace(responseSignature, '')
const forgedResponse = forged(bareResponse)
const intoResponse = (content: string) => forgedResponse.replace('</saml:Issuer>', (issuer) => issuer + content)

/** Only the Assertion signed (3–8). */
const message = found(RESPONSE, goodResponse({ signer: idpSigner, sign: { response: false } }))
const assertion = found(ASSERTION, message)
const assertionSignature = found(SIGNATURE, assertion)
const bareAssertion = assertion.replace(assertionSignature, '')
const forgedAssertion = forged(bareAssertion)
const forgedWith = (content: string) => forgedAssertion.replace('</saml:Issuer>', (issuer) => issuer + content)
const inMessage = (content: string) => message.replace(assertion, () => content)
const holding = (content: string) => assertionSignature.replace('</ds:Signature>', (end) => content + end)
const object = (content: string) => `<ds:Object>${content}</ds:Object>`

it.each([
  ['xsw1', intoResponse(responseSignature.replace('</ds:Signature>', (end) => object(bareResponse) + end))],
  ['xsw2', intoResponse(bareResponse + responseSignature)],
  ['xsw3', inMessage(forgedAssertion + assertion)],
  ['xsw4', inMessage(forgedAssertion.replace('</saml:Assertion>', (end) => assertion + end))],
  ['xsw5', inMessage(forgedWith(assertionSignature) + bareAssertion)],
  ['xsw6', inMessage(forgedWith(holding(bareAssertion)))],
  ['xsw7', inMessage(`<samlp:Extensions>${forgedAssertion}</samlp:Extensions>${assertion}`)],
  ['xsw8', inMessage(forgedWith(holding(object(bareAssertion))))],
])('row %s: rejects the layout', async (_, xml) => {
  expect(xml).toContain('VRDLGI75T20F205S')
  expect(xml).toContain('RSSMRA80A01H501U')
  expect(verdict(await answer(xml))).toBe('saml_structure_forbidden')
})

it('the same parts unwrapped are accepted, so the layouts fail for what they are', async () => {
  expect(verdict(await answer(inMessage(assertion)))).toBe('verified')
})
