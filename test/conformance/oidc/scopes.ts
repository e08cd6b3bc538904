/** The modules oidcc-scope-*: standard claims of the right types (OpenID Connect Core 5.1), those that a scope asks for, no others. */
import { expect } from 'vitest'
import type { RelyingParty } from './relying-party.ts'

const text = expect.any(String)
const flag = expect.any(Boolean)

/** What the suite knows, by the scope that asks for it; of a person, all but `sub`. */
const standard = {
  profile: {
    name: text,
    given_name: text,
    family_name: text,
    middle_name: text,
    nickname: text,
    preferred_username: text,
    profile: text,
    picture: text,
    website: text,
    gender: text,
    birthdate: expect.stringMatching(/^(\d{4}-\d{2}-\d{2}|\d{4})$/),
    zoneinfo: text,
    locale: text,
    updated_at: expect.any(Number),
  },
  email: { email: expect.stringMatching(/@/), email_verified: flag },
  address: { address: expect.any(Object) },
  phone: { phone_number: expect.stringMatching(/^\+?\d+$/), phone_number_verified: flag },
} as const

/** Of these, what SPID certifies of everybody. */
const certified = {
  profile: ['name', 'given_name', 'family_name', 'gender', 'birthdate'],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number'],
} as const

type Scope = keyof typeof standard

export const scopeModule =
  (scopes: readonly Scope[], scope = ['openid', ...scopes].join(' ')) =>
  async (rp: RelyingParty): Promise<void> => {
    expect(rp.server.scopes_supported).toEqual(expect.arrayContaining([...scopes]))
    const { userinfo } = await rp.flow({ scope })
    expect(Object.keys(userinfo)).toEqual(expect.arrayContaining(scopes.flatMap((one) => certified[one])))
    for (const [one, claims] of Object.entries(standard)) {
      const present = Object.fromEntries(Object.entries(claims).filter(([name]) => name in userinfo))
      expect(userinfo).toMatchObject(present)
      if (!scopes.includes(one as Scope)) expect([one, present]).toEqual([one, {}])
    }
    for (const part of Object.values(userinfo.address ?? {})) expect(part).toEqual(text)
  }
