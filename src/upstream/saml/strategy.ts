/** SAML 2.0 Web Browser SSO as a Passport strategy: one login, one provider. It sees no cookie, no tenant object, no store. */
import passport from 'passport'
import { classOfLevel, levelOfClass } from '../../citizen/assurance.ts'
import type { Citizen } from '../../citizen/citizen.ts'
import { GatewayError } from '../../errors.ts'
import type { Evidence, Pending, SamlSession, ServiceProvider, StrategyActions, UpstreamRequest } from '../upstream.ts'
import type { Assertion } from './assertion.ts'
import { assertMandatory, requestedValues } from './attributes.ts'
import { type AuthnRequest, postMessage, redirectMessage } from './authn-request.ts'
import { decodeMessage } from './base64.ts'
import { CLOCK_SKEW, millisecondsOf } from './checks/check.ts'
import { checks } from './checks.ts'
import { evidenceIn } from './evidence.ts'
import type { SamlProfile } from './profile.ts'
import { type OpenedResponse, openResponse } from './response.ts'
import { assertSuccess } from './status.ts'
import type { VerifySignature } from './verify-signature.ts'
import { parseXml } from './xml.ts'

export interface SamlStrategyOptions {
  readonly profile: SamlProfile
  readonly pending: Pending
  readonly sp: ServiceProvider
  readonly verify: VerifySignature
}

type Idp = NonNullable<Pending['idp']>

export class SamlStrategy extends passport.Strategy {
  override readonly name = 'saml'
  readonly options: SamlStrategyOptions
  private readonly idp: Idp

  constructor(options: SamlStrategyOptions) {
    super()
    if (options.pending.idp === undefined) throw new Error('a SAML login without an identity provider')
    this.options = options
    this.idp = options.pending.idp
  }

  // The parameter is as wide as that of the class it overrides, which Passport's types tie to Express.
  override authenticate(request: unknown): void {
    const actions = this as unknown as StrategyActions
    const given = request as UpstreamRequest
    if (given.step === 'begin') this.begin(actions)
    else if (given.step === 'form') this.judge(given.fields.SAMLResponse, given.now, actions)
    else throw new GatewayError('request_malformed', 'a SAML login is not answered by a certificate')
  }

  private begin(actions: StrategyActions): void {
    const { profile, pending, sp } = this.options
    if (sp.signing === undefined) throw new Error('a SAML service provider without a signing key')
    const request: AuthnRequest = {
      id: pending.requestId,
      issuedAt: pending.issuedAt,
      destination: this.idp.ssoUrl,
      issuer: pending.entityId,
      acsUrl: pending.acsUrl,
      attributeSetIndex: pending.attributeSet.index,
      classRef: classOfLevel(pending.level),
      comparison: profile.comparison(pending.level),
      extensions: profile.extensions?.(pending) ?? [],
    }
    const sending = { relayState: pending.relayState, signing: sp.signing }
    if (this.idp.binding === 'redirect') {
      const { url, xml } = redirectMessage(request, sending)
      actions.redirect(url, { request: xml })
    } else {
      const { fields, xml } = postMessage(request, sending)
      actions.form(this.idp.ssoUrl, fields, { request: xml })
    }
  }

  private judge(field: string | undefined, now: number, actions: StrategyActions): void {
    let evidence: Evidence = {}
    let opened: OpenedResponse | undefined
    try {
      const response = decodeMessage(field)
      evidence = { response }
      const document = parseXml(response)
      evidence = { response, ...evidenceIn(document) }
      opened = openResponse(document, this.idp.certificates, this.options.verify)
      assertSuccess(opened.status, this.options.profile.anomalies)
      const assertion = opened.assertion()
      this.check(opened, assertion, now)
      actions.success({
        citizen: this.citizenOf(assertion, now),
        evidence,
        replay: replayOf(assertion),
        ...this.sessionOf(assertion),
      })
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      // only a refusal that the provider signed, for this very request, uses the login up: anybody can post the rest
      const authenticated = opened?.signed === true && opened.envelope.inResponseTo === this.options.pending.requestId
      actions.fail({ error, authenticated, evidence })
    }
  }

  private check({ envelope: response }: OpenedResponse, assertion: Assertion, now: number): void {
    const { profile, pending } = this.options
    for (const check of checks) check({ response, assertion, pending, idp: this.idp.entityId, profile, now })
  }

  private citizenOf(assertion: Assertion, now: number): Citizen {
    const { profile, pending } = this.options
    const requested = pending.attributeSet.attributes
    const value = requestedValues(assertion.attributes ?? [], requested)
    assertMandatory(value, profile.mandatoryAttributes, requested)
    const level = levelOfClass(assertion.authnStatement?.classRef ?? '')
    if (level === undefined) throw new GatewayError('saml_authn_context_unknown')
    return {
      ...profile.readAttributes(value),
      upstream: profile.id,
      idp: this.idp.entityId,
      level,
      authTime: Math.floor(now / 1000),
      ...(assertion.id !== undefined && { proof: { assertionId: assertion.id } }),
    }
  }

  /** Without a SessionIndex there is no session at the provider to end (docs/rules/spid-saml.md section 6). */
  private sessionOf({ nameId, authnStatement }: Assertion): { readonly logout?: SamlSession } {
    if (!nameId?.nameQualifier || !authnStatement?.sessionIndex) return {}
    const { value, nameQualifier } = nameId
    return {
      logout: { idp: this.idp.entityId, nameId: value, nameQualifier, sessionIndex: authnStatement.sessionIndex },
    }
  }
}

/** Remembered as long as the assertion could be accepted: docs/rules/spid-saml.md 5.4. */
const replayOf = ({ id, subjectConfirmation }: Assertion) => {
  const end = millisecondsOf(subjectConfirmation?.data?.notOnOrAfter)
  if (id === undefined || end === undefined) throw new Error('the checks let an assertion pass without ID or end')
  return { ids: [id], until: end + CLOCK_SKEW }
}
