/** SHA-256 of the certificates that AgID signs the registry's aggregate with, in small hex letters. */
export const agidPins: readonly string[] = [
  // CN=AgID, O=Agenzia per l'Italia Digitale, 2024-06-25 to 2034-06-24: docs/rules/spid-saml.md section 10
  'a67454a260795bea0c8415bdd9603a6e5b10b8bbec69d5dd183498099ea79e5f',
]
