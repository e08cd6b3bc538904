/** The CIE test provider: its names and paths are those of the real one, on another host (docs/rules/cie.md A1). */
import type { Signer } from './saml/response.ts'
import type { ServiceProvider } from './saml/service-providers.ts'
import { createTestIdp, type TestIdp } from './test-idp.ts'

export const createCieIdp = (
  options: Signer & {
    /** Origin of the server. */
    readonly url: string
    readonly serviceProviders: readonly ServiceProvider[]
    readonly now: () => number
  },
): TestIdp =>
  createTestIdp({
    ...options,
    // Looks like the POST endpoint, and is one: yet it is a name.
    entityId: `${options.url}/idp/profile/SAML2/POST/SSO`,
    baseUrl: options.url,
    kind: 'cie',
    name: 'Carta di identità elettronica',
  })
