import { noticeMarkdown, noticeOf } from '../http/notice.ts'
import { type Command, jsonText } from './command.ts'
import { readWithout } from './configuration.ts'
import { findTenant } from './find-tenant.ts'

export const tenantNotice: Command = {
  name: 'tenant notice',
  operands: ['TENANT'],
  options: '--config FILE [--json]',
  summary: 'prints the notice for citizens that a Comune publishes about its login, in each of its languages',
  run: async (args, world) => {
    const [id = ''] = args.operands
    const around = await readWithout(args, world)
    const tenant = around && findTenant(around, id, world)
    if (tenant === undefined) return 1
    const notices = tenant.languages.map((language) => noticeOf(tenant, language))
    world.out(args.json ? jsonText(notices) : notices.map(noticeMarkdown).join('\n---\n\n'))
    const borrowed = notices.filter(({ mark }) => mark !== undefined).map(({ language }) => language)
    if (borrowed.length === 0) return 0
    world.err(
      `${borrowed.join(', ')}: no text that an office has read; Italian stands there, and says so. Have it translated.\n`,
    )
    return 2
  },
}
