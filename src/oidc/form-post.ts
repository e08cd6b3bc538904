/** The library's page for `response_mode=form_post` has an inline script, which our policy forbids: ours takes its place. */
import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider'

/** An authorization response, good or bad, on its way to the client. */
export interface FormPost {
  readonly clientId: string
  /** The client's redirect URI, already allowed. */
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly uiLocales: string | undefined
}

export type RenderFormPost = (ctx: KoaContextWithOIDC, post: FormPost) => string

type ResponseMode = Parameters<Provider['registerResponseMode']>[1]

/** One class for all tenants. The library's constructor registers the modes and keeps the first of each name: so ours goes in there. */
export class ProviderWithFormPost extends Provider {
  readonly #render: RenderFormPost

  constructor(issuer: string, configuration: Configuration, render: RenderFormPost) {
    super(issuer, configuration)
    this.#render = render
  }

  override registerResponseMode(name: string, handler: ResponseMode): void {
    super.registerResponseMode(name, name === 'form_post' ? (...answer) => this.#formPost(...answer) : handler)
  }

  #formPost(...[ctx, action, fields]: Parameters<ResponseMode>): void {
    const { client, params } = ctx.oidc
    // of the page: what it carries to the client may be an error all the same
    ctx.status = 200
    ctx.type = 'html'
    ctx.body = this.#render(ctx, {
      clientId: client?.clientId ?? '',
      action,
      fields: fields as FormPost['fields'],
      uiLocales: typeof params?.ui_locales === 'string' ? params.ui_locales : undefined,
    })
  }
}
