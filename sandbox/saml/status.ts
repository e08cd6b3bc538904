/** The national error codes that reach a service provider. Source: docs/rules/spid-saml.md 8, docs/rules/cie.md A5. */

const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:'

export interface Status {
  readonly code: number
  readonly values: readonly [string] | readonly [string, string]
}

const values = (...names: readonly [string] | readonly [string, string]): Status['values'] =>
  names.map((name) => STATUS + name) as unknown as Status['values']

const REQUESTER: Readonly<Record<number, Status['values']>> = {
  8: values('Requester'),
  9: values('VersionMismatch'),
  11: values('Requester'),
  12: values('Requester', 'NoAuthnContext'),
  13: values('Requester', 'RequestDenied'),
  14: values('Requester', 'RequestUnsupported'),
  15: values('Requester', 'NoPassive'),
  16: values('Requester', 'RequestUnsupported'),
  17: values('Requester', 'RequestUnsupported'),
  18: values('Requester', 'RequestUnsupported'),
}

export const success = values('Success')[0]

export const statusOf = (code: number): Status => ({
  code,
  values: REQUESTER[code] ?? values('Responder', 'AuthnFailed'),
})

/** Two digits: `ErrorCode nr08`. */
export const statusMessage = (code: number): string => `ErrorCode nr${String(code).padStart(2, '0')}`

/** Italian, for the buttons and pages of the test providers. */
export const errorNames: Readonly<Record<number, string>> = {
  4: 'formato del binding non corretto',
  5: 'firma della richiesta (Redirect) non valida',
  6: 'metodo HTTP sbagliato per questo indirizzo',
  7: 'firma della richiesta (POST) non valida',
  8: 'richiesta non conforme a SAML',
  9: 'Version assente o diversa da 2.0',
  10: 'Issuer assente, malformato o sconosciuto',
  11: 'ID della richiesta assente o malformato',
  12: 'RequestedAuthnContext assente o sconosciuto',
  13: 'IssueInstant assente, malformato o incoerente',
  14: 'Destination assente, malformata o di un altro',
  15: 'IsPassive impostato a true',
  16: 'AssertionConsumerService non corretto',
  17: 'NameIDPolicy non corretta',
  18: 'AttributeConsumingServiceIndex non corretto',
  19: 'troppi tentativi con credenziali errate',
  20: 'credenziali di livello insufficiente',
  21: 'tempo scaduto',
  22: 'consenso negato',
  23: 'identità sospesa o revocata',
  25: 'annullato dal cittadino',
  30: 'tipo di identità non ammesso',
}
