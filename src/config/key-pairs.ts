/** Keys with their certificates, fetched from where a file says they are and checked against each other. */
import { X509Certificate } from 'node:crypto'
import { explainMessage } from './explain.ts'
import type { KeyPair, SamlKeyPair } from './gateway-config.ts'
import { keyPairFault } from './key-material.ts'
import type { Path, Problem } from './problem.ts'
import type { Reading, Reference } from './references.ts'
import type { YamlFile } from './yaml-file.ts'

export interface PairReference {
  readonly key: Reference
  readonly certificate: Reference
}
export interface SamlPairReference extends PairReference {
  readonly next?: { readonly key?: Reference; readonly certificate: Reference }
}

/** What cannot be read or does not belong together is added to `problems`; the caller then throws the result away. */
export const createPairReading = (reading: Reading, problems: Problem[]) => {
  const plain = async (yaml: YamlFile, path: Path, pair: PairReference): Promise<KeyPair> => {
    const read = {
      key: await reading.secret(yaml, [...path, 'key'], pair.key),
      certificate: await reading.secret(yaml, [...path, 'certificate'], pair.certificate),
    }
    const fault = read.key === '' || read.certificate === '' ? undefined : keyPairFault(read)
    if (fault !== undefined) {
      problems.push(yaml.problem([...path, fault.of], ...explainMessage(fault.message)))
    }
    return read
  }

  const next = async (
    yaml: YamlFile,
    path: Path,
    { key, certificate: reference }: NonNullable<SamlPairReference['next']>,
  ): Promise<NonNullable<SamlKeyPair['next']>> => {
    if (key !== undefined) return plain(yaml, path, { key, certificate: reference })
    const certificate = await reading.secret(yaml, [...path, 'certificate'], reference)
    if (certificate !== '' && !isCertificate(certificate)) {
      const fix = 'give it as PEM (BEGIN CERTIFICATE)'
      problems.push(yaml.problem([...path, 'certificate'], 'is not a certificate in PEM', fix))
    }
    return { certificate }
  }

  const saml = async (yaml: YamlFile, path: Path, pair: SamlPairReference): Promise<SamlKeyPair> => ({
    ...(await plain(yaml, path, pair)),
    ...(pair.next !== undefined && { next: await next(yaml, [...path, 'next'], pair.next) }),
  })

  return { plain, saml }
}

const isCertificate = (pem: string): boolean => {
  try {
    new X509Certificate(pem)
    return true
  } catch {
    return false
  }
}
