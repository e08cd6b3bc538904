/** `acr_response: requested`: some software compares the `acr` that it gets with the one that it asked for, and refuses a better one. */
import type Provider from 'oidc-provider'
import { levelOfClass } from '../citizen/assurance.ts'
import { type AcrRequest, acrAsAsked } from '../claims/acr.ts'
import type { Client } from '../tenant/tenant.ts'

/** The library asks its context for `acr` when it makes a code, and keeps it with the code and what comes of it. */
interface Context {
  readonly client?: { readonly clientId: string }
  readonly session?: { readonly acr?: string }
  readonly claims: { readonly id_token?: { readonly acr?: AcrRequest | null } }
}

export const answerAcr = (provider: Provider, clientOf: (id: string) => Client | undefined): void => {
  Object.defineProperty(provider.OIDCContext.prototype, 'acr', {
    get(this: Context) {
      const reached = this.session?.acr
      const level = reached === undefined ? undefined : levelOfClass(reached)
      const client = this.client && clientOf(this.client.clientId)
      if (level === undefined || client?.acrResponse !== 'requested') return reached
      return acrAsAsked(level, this.claims.id_token?.acr)
    },
  })
}
