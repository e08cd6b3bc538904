import { expect, it } from 'vitest'
import { configOf, GATEWAY, load, problemsOf, validFiles } from './files.ts'

const loadSaml = (saml: string) => {
  const files = validFiles()
  files[GATEWAY] = `${files[GATEWAY] ?? ''}\nsaml: ${saml}\n`
  return load(files)
}

it('verifies signatures with the fast engine unless it is told otherwise', async () => {
  expect(configOf(await load(validFiles())).saml).toEqual({ verification: 'fast' })
  expect(configOf(await loadSaml('{ verification: both }')).saml).toEqual({ verification: 'both' })
  expect(configOf(await loadSaml('{ verification: node-saml }')).saml).toEqual({ verification: 'node-saml' })
})

it('refuses an engine that there is not', async () => {
  expect(problemsOf(await loadSaml('{ verification: none }'))).toMatchObject([
    { path: 'saml.verification', reason: 'must be one of fast, node-saml, both' },
  ])
})
