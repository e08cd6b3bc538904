/** The building blocks of every file that a person writes: each a zod type whose message is a reason and a fix. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { isFiscalCode, isProvisionalFiscalCode } from '../citizen/fiscal-code.ts'
import { told } from './explain.ts'
import type { Listen } from './gateway-config.ts'

/**
 * For rules over several keys: they run even where one of the keys is wrong, so that all problems come at once. Not where
 * the block or list itself is missing or something else: that is told already, and there are no keys to look at.
 */
export const always = { when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null }

/** An object in which every unknown key is a problem. */
export const block = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? told('', `remove it; known are ${Object.keys(shape).join(', ')}`)
        : undefined,
  })

/** No two items with the same `key` (without `key`: no two equal items). */
export const distinct = (key?: string) => (items: unknown, context: z.core.$RefinementCtx) => {
  if (!Array.isArray(items)) return
  const values = items.map((item: unknown) =>
    key === undefined
      ? item
      : typeof item === 'object' && item !== null
        ? (item as Record<string, unknown>)[key]
        : undefined,
  )
  const seen = new Set<unknown>()
  const message = told('stands twice in this list', 'give each its own, or remove one')
  values.forEach((value, index) => {
    if (value !== undefined && seen.has(value))
      context.addIssue({ code: 'custom', path: key === undefined ? [index] : [index, key], message })
    seen.add(value)
  })
}

export const text = z
  .string()
  .refine((value) => value.trim() !== '', told('is empty', 'write a text, or remove the key'))

/** One value for each language; Italian is always there. */
export const localised = <T extends z.ZodString | typeof text>(value: T) =>
  block({ it: value, de: value.exactOptional(), lld: value.exactOptional(), en: value.exactOptional() })

/** Any of the languages, for what has something else to fall back to. */
export const translated = <T extends z.ZodString | typeof text>(value: T) =>
  block({
    it: value.exactOptional(),
    de: value.exactOptional(),
    lld: value.exactOptional(),
    en: value.exactOptional(),
  })

/** True for the names and addresses of this very machine, where http is no risk. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '127.0.0.1' || hostname.endsWith('.localhost')

const urlFault = (value: string): string | undefined => {
  const url = URL.parse(value)
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    return told(
      'http:// is not allowed outside localhost',
      `use https://${url.host}${url.pathname === '/' && !value.endsWith('/') ? '' : url.pathname}`,
    )
  }
  return anyUrlFault(value)
}

const anyUrlFault = (value: string): string | undefined => {
  const url = URL.parse(value)
  if (url === null) return told('is not an absolute URL', 'write it whole, as https://www.comune.example.it/path')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return told(`${url.protocol} is not allowed`, 'use https://')
  if (url.username !== '' || url.password !== '') {
    return told(
      'carries a user name or a password',
      'remove everything up to the @: an address is no place for a secret',
    )
  }
  // a URL's host may hold `;` and `,`, which in a Content-Security-Policy begin another directive or another policy
  if (!/^(\[[\da-f:]+\]|[\w.-]+)$/.test(url.hostname)) {
    return told('has a host that is no name of a server', 'write its name in letters, digits, dots and dashes')
  }
  if (value.includes('#')) return told('has a fragment', 'remove the # and what follows')
  return undefined
}

/** zod refinement from a function that returns the message of what is wrong. */
export const faultless =
  (fault: (value: string) => string | undefined) => (value: string, context: z.core.$RefinementCtx) => {
    const message = fault(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  }

/** https, or http on this machine; no credentials, no fragment. Kept letter by letter. */
export const webUrl = z.string().superRefine(faultless(urlFault)).meta({ format: 'uri' })

/** http anywhere, else the same: of a service, whose tenant's state decides. */
export const webOrStagingUrl = z.string().superRefine(faultless(anyUrlFault)).meta({ format: 'uri' })

/** Scheme, host and port only. */
export const origin = z.string().superRefine(
  faultless((value) => {
    const fault = urlFault(value)
    if (fault !== undefined) return fault
    const wanted = new URL(value).origin
    return wanted === value ? undefined : told('is more than an origin, or not in its plain form', `write ${wanted}`)
  }),
)

/** The listener speaks TLS, so even on this machine. */
export const httpsOrigin = origin.refine(
  (value) => value.startsWith('https://'),
  told('must be https', 'write https://: a card is asked for inside TLS'),
)

/** `127.0.0.1:7000`, `[::1]:7000`, or `:7000` for every IPv4 address of the machine. */
export const listen = z.string().transform((value, context): Listen => {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]*)):(\d{1,5})$/.exec(value)
  const port = Number(match?.[3])
  if (match !== null && port <= 65_535 && (match[1] === undefined || isIP(match[1]) === 6)) {
    return { host: match[1] ?? (match[2] || '0.0.0.0'), port }
  }
  context.addIssue({
    code: 'custom',
    message: told('is not an address to listen on', 'write "127.0.0.1:7000", ":7000" or "[::1]:7000"'),
  })
  return z.NEVER
})

/** `redis-1.regione.example:6379` or `[fd00::7]:6379`. */
export const serverAddress = z.string().transform((value, context): { host: string; port: number } => {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(value)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  if (host !== undefined && port > 0 && port <= 65_535 && (match?.[1] === undefined || isIP(host) === 6)) {
    return { host, port }
  }
  const fix = 'write host and port, as redis-1.regione.example:6379 or "[fd00::7]:6379"'
  context.addIssue({ code: 'custom', message: told('is not the address of a server', fix) })
  return z.NEVER
})

/** A mailbox as AgID's checker takes it: docs/rules/spid-saml.md 2.3. */
export const officeEmail = z
  .string()
  .regex(
    /^[\w.-]+@[\w.-]+\.\w{2,8}$/,
    told('is not the address of an office', 'write it as spid@comune.example.it: letters, digits, dots, dashes'),
  )

export const officePhone = z
  .string()
  .regex(/^\+?\d{5,15}$/, told('is not a telephone number without blanks', 'write it as "+390461000000"'))

/** Identifiers of a body, in the file of the gateway and in a tenant's. */
export const ipaCode = z
  .string()
  .regex(/^[\w-]{1,64}$/, told('is not an IPA code', 'write it as it stands on indicepa.gov.it, as c_x999'))

const WRONG_DIGIT = told(
  'has a wrong check digit',
  'copy it again from indicepa.gov.it or the tax office: one of its characters is another',
)

export const vatNumber = z
  .string()
  .regex(
    /^(IT\d{11}|(?!IT)[A-Z]{2}\w{2,13})$/,
    told('is not a VAT number with its country', 'write it as IT01234567897: two letters, in Italy eleven digits'),
  )
  .refine((value) => !/^IT\d{11}$/.test(value) || isProvisionalFiscalCode(value.slice(2)), WRONG_DIGIT)

/** Eleven digits, the last of them a check digit; sixteen characters where the body is a person. */
export const bodyFiscalCode = z
  .string()
  .regex(
    /^(\d{11}|[A-Z0-9]{16})$/,
    told('is not the tax code of a body', 'write its eleven digits, in quotes: "01234567897"'),
  )
  .refine(
    (code) => !/^(\d{11}|[A-Z0-9]{16})$/.test(code) || isProvisionalFiscalCode(code) || isFiscalCode(code),
    WRONG_DIGIT,
  )

/** docs/rules/cie.md A2.1: where a body or a company sits. */
export const belfioreCode = z
  .string()
  .regex(/^[A-Z]\d{3}$/, told('is not a Belfiore code', 'write one capital letter and three digits, as X999'))

export const province = z
  .string()
  .regex(/^[A-Z]{2}$/, told('is not a province', 'write two capital letters, as on number plates: TN'))

export const ipaCategory = z
  .string()
  .regex(
    /^[A-Z]{1,3}\d{0,3}$/,
    told('is not an IPA category', 'write it as it stands on indicepa.gov.it, as L6 for a Comune'),
  )

export const nace2Code = z
  .string()
  .regex(/^\d{2}(\.\d{1,2}){0,2}$/, told('is not an ATECO code', 'write it in quotes, as "62.01.00"'))

/** An address or a CIDR block. */
export const network = z.string().refine(
  (value) => {
    const [address = '', bits, ...rest] = value.split('/')
    const size = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
    return rest.length === 0 && size > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= size))
  },
  told('is neither an address nor a CIDR block', 'write it as 10.1.2.0/24, 192.0.2.7 or fd00::/8'),
)

/** A path in the file, relative to the file it stands in; `file:` in front is allowed. */
export const filePath = text.transform((value) => value.replace(/^file:/, ''))
