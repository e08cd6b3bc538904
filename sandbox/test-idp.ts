/** One test identity provider, protocol and pages: what the e2e tests and the sandbox's servers use. */
import { createCieHandler } from './cie-handler.ts'
import type { Handler } from './http.ts'
import {
  createIdentityProvider,
  type IdentityProvider,
  type IdentityProviderOptions,
} from './saml/identity-provider.ts'
import { sloPages } from './slo-pages.ts'
import { spidPages } from './spid-pages.ts'

export interface TestIdp extends IdentityProvider {
  readonly handle: Handler
}

/** `siblings`: all SPID providers of the same sandbox, for the button "answer of another provider". */
export const createTestIdp = (
  options: IdentityProviderOptions & { siblings?: () => readonly IdentityProvider[] },
): TestIdp => {
  const idp = createIdentityProvider(options)
  const { now, siblings = () => [] } = options
  if (options.kind === 'cie') return { ...idp, handle: createCieHandler(idp, now) }
  const [login, logout] = [spidPages(idp, now, siblings), sloPages(idp, options.serviceProviders)]
  const handle: Handler = async (req, res) => {
    if (!(await logout(req, res))) await login(req, res)
  }
  return { ...idp, handle }
}
