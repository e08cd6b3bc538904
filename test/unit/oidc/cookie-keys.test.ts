import { describe, expect, it } from 'vitest'
import { cookieSignatures } from '../../../src/oidc/cookie-keys.ts'

/** Made by keygrip 1.1.0. */
const made = { first: 'ryV6VRF8Z0GbH05CesmchSrNDag', second: '6mntyAvOakXUbkJ_zYdquGlijkM' }

describe('the signatures of cookies', () => {
  const keys = cookieSignatures(['first', 'second'])

  it('are those of keygrip, by the first key', () => {
    expect(keys.sign('a=b')).toBe(made.first)
    const long = cookieSignatures(['s?'.repeat(20)])
    expect(long.sign('_interaction=x'.repeat(3))).toBe('Ubie_Y0PnW7BIYjHUR2E5QFs6_s')
  })

  it('are verified by each key, and say which it was', () => {
    expect([keys.index('a=b', made.first), keys.index('a=b', made.second)]).toEqual([0, 1])
    expect(keys.verify('a=b', made.second)).toBe(true)
  })

  it.each([
    ['of another value', 'a=c', made.first],
    ['of another key', 'a=b', cookieSignatures(['third']).sign('a=b')],
    ['cut off', 'a=b', made.first.slice(0, -1)],
    ['with something behind it', 'a=b', `${made.first}=`],
    ['in other letters', 'a=b', made.first.toUpperCase()],
    ['with letters that are no base64', 'a=b', `\u00e0${made.first.slice(1)}`],
    ['empty', 'a=b', ''],
  ])('are refused: %s', (_, data, signature) => {
    expect([keys.index(data, signature), keys.verify(data, signature)]).toEqual([-1, false])
  })

  it('need a key', () => {
    expect(() => cookieSignatures([])).toThrow('no key for the cookies')
  })
})
