/** docs/schema/*.schema.json, made from the rules of the files, for editors. `--write` writes them; test/check.ts compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { regionSchema } from '../src/config/region-schema.ts'
import { gatewaySchema } from '../src/config/schema.ts'
import { tenantSchema } from '../src/tenant/schema.ts'

const folder = new URL('../docs/schema/', import.meta.url)
const named = {
  tenant: { schema: tenantSchema, title: 'Varco: the file of a tenant' },
  gateway: { schema: gatewaySchema, title: 'Varco: gateway.yaml' },
  region: { schema: regionSchema, title: 'Varco: region.yaml' },
} as const
type Name = keyof typeof named
export const schemaNames = Object.keys(named) as Name[]

/** The keys of a client, from the table that people read. */
const clientKeys = (): ReadonlyMap<string, string> => {
  const page = readFileSync(new URL('../docs/clients.md', import.meta.url), 'utf8')
  const rows =
    page
      .split('\n## Every key\n')[1]
      ?.split('\n## ')[0]
      ?.matchAll(/^\| `(\w+)` \| (.+?) \| .*\|$/gm) ?? []
  return new Map([...rows].map(([, key = '', what = '']) => [key, what.replaceAll('`', '')]))
}

interface JsonSchema {
  [key: string]: unknown
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
}

const described = (schema: JsonSchema): JsonSchema => {
  const entries = schema.properties?.clients?.items?.properties ?? {}
  const keys = clientKeys()
  for (const [key, value] of Object.entries(entries)) value.description = keys.get(key)
  return schema
}

/** What a person may write instead of the block stands in the rule's `shorthand`. */
const withShorthand = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
  const { shorthand, ...rest } = jsonSchema
  if (shorthand === undefined) return
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
  jsonSchema.anyOf = [shorthand as z.core.JSONSchema.BaseSchema, rest]
}

export const schemaText = (name: Name): string => {
  const { schema, title }: { schema: z.ZodType; title: string } = named[name]
  const made = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', override: withShorthand }) as JsonSchema
  return `${JSON.stringify({ title, ...described(made) }, undefined, 2)}\n`
}

const fileOf = (name: Name): URL => new URL(`${name}.schema.json`, folder)

export const areSchemasInStep = (): boolean => {
  try {
    return schemaNames.every((name) => readFileSync(fileOf(name), 'utf8') === schemaText(name))
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write'))
  for (const name of schemaNames) writeFileSync(fileOf(name), schemaText(name))
