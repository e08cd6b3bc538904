/** What a gateway may be told to do all the same, and what it costs. */
import type { GatewayConfig } from './gateway-config.ts'
import type { Problem } from './problem.ts'
import type { YamlFile } from './yaml-file.ts'

export const warningsOf = (yaml: YamlFile, config: GatewayConfig): readonly Problem[] => {
  const warnings: Problem[] = []
  if (config.cie.comparison === 'exact') {
    const reason = 'is exact: who enters with a higher level than asked is refused'
    warnings.push(
      yaml.problem(['cie', 'comparison'], reason, 'write minimum, unless the card is demanded at level 2 without it'),
    )
  }
  if (config.cns?.revocation.mode === 'off') {
    const reason = 'is off: a card that was reported stolen still opens every door'
    warnings.push(yaml.problem(['cns', 'revocation', 'mode'], reason, 'remove it, or write required'))
  }
  if (config.cns?.trustList?.acceptUnsigned) {
    const reason = 'is true: whoever can change the list on its way decides who may issue cards'
    const fix = 'name the certificates that sign the list under signers, and remove it'
    warnings.push(yaml.problem(['cns', 'trust_list', 'accept_unsigned'], reason, fix))
  }
  const { cns } = config
  if (cns?.handshake.by === 'varco' && cns.handshake.securityLevel === 0) {
    const reason = 'is 0: a card may sign the handshake with SHA-1, and TLS takes the weakest ciphers'
    warnings.push(
      yaml.problem(['cns', 'security_level'], reason, 'write 1, or remove it, as soon as no such card is left'),
    )
  }
  if (config.publicUrl.startsWith('https:') && config.trustedProxies.length === 0) {
    const reason = 'names nobody, and somebody must end TLS: all citizens have the address of that proxy, and one limit'
    warnings.push(yaml.problem(['trusted_proxies'], reason, 'name the proxy, as [127.0.0.1]'))
  }
  if (config.register.onFailure === 'continue') {
    const reason = 'is continue: people log in without the record that the law wants while the disk is full or broken'
    warnings.push(yaml.problem(['register', 'on_failure'], reason, 'remove it, or write refuse'))
  }
  if (config.store.kind === 'memory' && config.tenants.some(({ state }) => state === 'live')) {
    const reason = 'is memory: a restart ends every login under way and every session'
    warnings.push(yaml.problem(['store'], reason, 'use redis for live tenants'))
  }
  return warnings.map((warning) => ({ ...warning, warning: true }))
}
