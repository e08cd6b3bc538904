/** The demo's folder: what is made once and kept, so that the demo restarts as the same region with the same citizens. */
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Authority, DistinguishedName, Identity } from './pki/certificate.ts'

export interface State {
  readonly dir: string
  path(name: string): string
  write(name: string, content: string | Buffer): string
  /** 32 random bytes in base64url. */
  secret(name: string): string
  /** `keys/{name}.key.pem` and `keys/{name}.pem`; made again when expired, or when `issuer` is no longer who signed it. */
  identity(name: string, make: () => Promise<Identity>, issuer?: Identity): Promise<Identity>
  authority(name: string, subject: DistinguishedName, make: () => Promise<Authority>): Promise<Authority>
}

export const openState = (dir: string, now: Date): State => {
  const path = (name: string) => join(dir, name)

  const write = (name: string, content: string | Buffer, mode = 0o644): string => {
    mkdirSync(dirname(path(name)), { recursive: true, mode: 0o700 })
    writeFileSync(path(name), content, { mode })
    chmodSync(path(name), mode)
    return path(name)
  }

  const secret = (name: string): string => {
    if (!existsSync(path(name))) write(name, randomBytes(32).toString('base64url'), 0o600)
    return readFileSync(path(name), 'utf8').trim()
  }

  const keep = async <T extends Identity>(
    name: string,
    make: () => Promise<T>,
    issuer?: Identity,
  ): Promise<T | Identity> => {
    const [keyFile, certificateFile] = [`keys/${name}.key.pem`, `keys/${name}.pem`]
    if (existsSync(path(keyFile)) && existsSync(path(certificateFile))) {
      const certificate = readFileSync(path(certificateFile), 'utf8')
      const parsed = new X509Certificate(certificate)
      const signed = issuer === undefined || parsed.verify(new X509Certificate(issuer.certificate).publicKey)
      if (signed && parsed.validToDate > now) return { key: createPrivateKey(readFileSync(path(keyFile))), certificate }
    }
    const made = await make()
    write(keyFile, made.key.export({ type: 'pkcs8', format: 'pem' }) as string, 0o600)
    write(certificateFile, made.certificate)
    return made
  }

  return {
    dir,
    path,
    write: (name, content) => write(name, content),
    secret,
    identity: keep,
    authority: async (name, subject, make) => ({ ...(await keep(name, make)), name: subject }),
  }
}

/** Copies of files that no longer exist must not stay: the folder is emptied first. */
export const emptyFolder = (state: State, name: string): void =>
  rmSync(state.path(name), { recursive: true, force: true })
