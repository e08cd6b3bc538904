/** What a card's certificate must name: docs/rules/cns.md section 2. */

export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
/** CNS authentication. Needed because the trusted list also holds CAs of other cards: section 3, rule 3. */
export const CNS_POLICY = '1.3.76.16.2.1'
