/** The figures as one Markdown page. */
import type { Batch } from './parts/batch.ts'
import type { LeftBehind } from './parts/left-behind.ts'
import type { ManyTenants } from './parts/many-tenants.ts'
import type { Measurement } from './parts/measure-system.ts'
import type { Soak, UnderWay } from './parts/under-way.ts'
import type { Workers } from './parts/workers.ts'

export interface Results {
  readonly machine: string
  readonly cores: string
  readonly versions: string
  readonly date: string
  readonly systems: readonly Measurement[]
  /** What could not be measured, and why. */
  readonly missing: readonly string[]
  /** At 70 %: of the core, and of the most logins a second that were measured. */
  readonly underWay?: { readonly ofTheCore: UnderWay; readonly ofTheMost: UnderWay }
  readonly leftBehind?: LeftBehind
  readonly tenants: readonly ManyTenants[]
  readonly workers?: Workers
  readonly soak?: Soak
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0))
const mb = (value: number) => value.toFixed(0)
const units = ({ cpu, unit }: Batch) => cpu / unit
const last = ({ batches }: Measurement) => batches.at(-1)

const atOnceOf = ({ atOnce, after }: Batch) =>
  after === undefined ? String(atOnce) : `${atOnce}, after ${after} logins`

const nameOf = ({ system, store }: Measurement) => `${system.name}, ${store}`

const matrix = (systems: readonly Measurement[]): string => {
  const reference = systems.map(last)[0]?.perSecond ?? Number.NaN
  return table(
    ['System', 'at once', 'CPU ms a login', '**units**', 'logins/s', 'login p50', 'login p99', 'logins/s beside Varco'],
    systems.flatMap((measured) =>
      measured.batches.map((batch, index) => [
        index === 0 ? `**${nameOf(measured)}**` : '',
        atOnceOf(batch),
        batch.cpu.toFixed(2),
        `**${units(batch).toFixed(1)}**`,
        batch.perSecond.toFixed(0),
        ms(batch.login.p50),
        ms(batch.login.p99),
        batch === last(measured) ? `${(batch.perSecond / reference).toFixed(2)} ×` : '',
      ]),
    ),
  )
}

const steps = (systems: readonly Measurement[]): string => {
  const all = [...new Set(systems.flatMap(({ system }) => system.steps))]
  const rows = systems.flatMap((measured) =>
    measured.batches.map((batch) => [
      nameOf(measured),
      atOnceOf(batch),
      ...all.map((step) => {
        const times = batch.steps[step]
        return times === undefined ? '' : `${ms(times.p50)} / ${ms(times.p99)}`
      }),
    ]),
  )
  return table(['p50 / p99, milliseconds', 'at once', ...all], rows)
}

const memory = (systems: readonly Measurement[]): string =>
  table(
    ['System', 'RSS when it listens', 'RSS afterwards', 'after so many logins'],
    systems.map((measured) => [
      nameOf(measured),
      `${mb(measured.rss.start)} MB`,
      `${mb(measured.rss.end)} MB`,
      String(measured.rss.logins),
    ]),
  )

const underWayText = ({ perSecond, seconds, logins, mostAtOnce, busy, steps, firstByte, stalls }: UnderWay): string => {
  const whole = Object.entries(steps).filter(([step]) => !step.endsWith('first byte'))
  return `${perSecond.toFixed(0)} logins a second for ${seconds.toFixed(0)} s as a Poisson process (${logins} logins, at most ${mostAtOnce} under way, ${(busy * 100).toFixed(0)} % of the core):

${table(
  ['', ...whole.map(([step]) => step)],
  [
    ['p50, ms', ...whole.map(([, { p50 }]) => ms(p50))],
    ['p99, ms', ...whole.map(([, { p99 }]) => ms(p99))],
  ],
)}

First byte of the login page: ${ms(firstByte.page)} ms p50; ${ms(firstByte.sinceAuthorize)} ms with the authorization request before it.
The event loop stood still for ${ms(stalls.longest)} ms at the longest, ${ms(stalls.p99)} ms p99.`
}

const leftBehindText = ({ redis, register, log, steps }: LeftBehind): string =>
  table(
    ['All of one login', ''],
    [
      ['commands that Redis carries out, those inside scripts among them', redis.commands.toFixed(0)],
      ['bytes to and from Redis', redis.netBytes.toFixed(0)],
      ['CPU of Redis', `${redis.cpu.toFixed(2)} ms`],
      ['records that Redis holds at its end, most for eight hours', redis.keys.toFixed(0)],
      ['bytes that Redis holds for them', redis.bytes.toFixed(0)],
      ['bytes of the register while the day is open', register.toFixed(0)],
      ['bytes of the log', log.toFixed(0)],
      ['bytes of the steps of the last three days', steps.toFixed(0)],
    ],
  )

const tenantsText = (all: readonly ManyTenants[]): string =>
  table(
    [
      'Tenants',
      'start to open port',
      'RSS then',
      'RSS when each was asked',
      'first request of a tenant, p50',
      'steady, the first tenant',
      'steady, the last',
    ],
    all.map(({ tenants, start, rssAtStart, rssAllAsked, firstRequest, steady }) => [
      String(tenants),
      `${start.toFixed(2)} s`,
      `${mb(rssAtStart)} MB`,
      ...(rssAllAsked === 0
        ? ['', '', '', '']
        : [
            `${mb(rssAllAsked)} MB`,
            `${ms(firstRequest)} ms`,
            `${steady.first.toFixed(2)} ms`,
            `${steady.last.toFixed(2)} ms`,
          ]),
    ]),
  )

const aim = (what: string, wanted: string, reached: string, holds: boolean) => [
  what,
  wanted,
  reached,
  holds ? 'yes' : '**no**',
]

const underWayAims = ({ steps, firstByte, stalls }: UnderWay, when: string) => {
  const [step, { p99 }] = Object.entries(steps)
    .filter(([name]) => name !== 'login' && !name.endsWith('first byte'))
    .toSorted(([, one], [, other]) => other.p99 - one.p99)[0] ?? ['none', { p99: Number.NaN }]
  return [
    aim(`p99 of the slowest step ${when}`, '≤ 150 ms', `${ms(p99)} ms (${step})`, p99 <= 150),
    aim(`first byte of the login page ${when}, p50`, '≤ 10 ms', `${ms(firstByte.page)} ms`, firstByte.page <= 10),
    aim(`longest stall of the event loop ${when}`, '≤ 20 ms', `${ms(stalls.longest)} ms`, stalls.longest <= 20),
  ]
}

const aims = (results: Results): string => {
  const { systems, underWay, tenants, workers } = results
  const spid = systems.find(({ system, store }) => system.name === 'Varco, SPID' && store === 'Redis')
  const peer = systems.find(({ system, store }) => system.name === 'SAML Jackson' && store === 'Redis')
  const [mine, theirs] = [spid && last(spid), peer && last(peer)]
  const [few, many] = [tenants.find((one) => one.tenants <= 200), tenants.find((one) => one.tenants > 200)]
  const rows = [
    ...(mine
      ? [
          aim(
            `a SPID login on Redis, ${mine.atOnce} at once`,
            '≤ 10 units',
            `${units(mine).toFixed(1)} units`,
            units(mine) <= 10,
          ),
        ]
      : []),
    ...(mine && theirs
      ? [
          aim(
            'logins/s beside SAML Jackson, both on Redis',
            '≥ 2.5 ×',
            `${(mine.perSecond / theirs.perSecond).toFixed(2)} ×`,
            mine.perSecond >= 2.5 * theirs.perSecond,
          ),
        ]
      : []),
    ...(underWay
      ? [
          ...underWayAims(underWay.ofTheCore, 'with 70 % of the core busy'),
          ...underWayAims(underWay.ofTheMost, 'at 70 % of the most logins/s'),
        ]
      : []),
    ...(few ? [aim(`start with ${few.tenants} tenants`, '≤ 2 s', `${few.start.toFixed(2)} s`, few.start <= 2)] : []),
    ...(many
      ? [
          aim(
            `${many.tenants} tenants, each asked`,
            '≤ 1024 MB',
            `${mb(many.rssAllAsked)} MB`,
            many.rssAllAsked <= 1024,
          ),
          aim(
            'the last of them beside the first',
            'as fast',
            `${many.steady.last.toFixed(2)} ms, ${many.steady.first.toFixed(2)} ms`,
            many.steady.last <= 1.1 * many.steady.first,
          ),
        ]
      : []),
    ...(workers
      ? [
          aim(
            'two workers beside one (the driver shares the two cores)',
            '≥ 1.8 ×',
            `${(workers.two / workers.one).toFixed(2)} ×`,
            workers.two >= 1.8 * workers.one,
          ),
        ]
      : []),
  ]
  return table(['Aim', 'wanted', 'reached', 'holds'], rows)
}

const soakText = ({ minutes, perSecond, rss, p99, logins }: Soak): string =>
  `${minutes} minutes at ${perSecond.toFixed(0)} logins a second, ${logins} logins; not the hour that one would want.

${table(
  ['Minute', ...rss.map((_, minute) => String(minute))],
  [
    ['RSS, MB', ...rss.map(mb)],
    ['login p99, ms', '', ...p99.map(ms)],
  ],
)}`

/** What was measured so far; what was not has no section. */
export const reportOf = (results: Results): string => {
  const { systems, underWay, leftBehind, tenants, soak } = results
  return `# What a brokered login costs

Made by \`npm run bench\`; nothing here is written by hand. ${results.date}, ${results.machine}; ${results.versions}.

A **login** is authorize → page → AuthnRequest → signed Response (8.8 KB, Response and Assertion signed) → code → token →
userinfo over HTTP on the loopback, by a new browser, and counts only when every step was right: status, address, state,
claims, person, and in every twentieth the signatures of request and ID token. CPU is the process' user and system time, all
threads. A **unit** is the CPU of two RSA-2048 signatures and two verifications with kept keys, taken in the same process just
before and after each batch: what every such login must spend at least. Milliseconds differ between machines, units and ratios
hardly. Cores: ${results.cores}. Varco runs as in production: limits counted, register flushed to the disk, everything in the store
sealed, log on. Nobody terminates TLS, but for the card's handshake.

## Aims

${aims(results)}

## Logins

${matrix(systems)}
${results.missing.map((one) => `\n${one}\n`).join('')}
Varco’s first row is what “beside Varco” compares with. SAML Jackson has no login page, no register and one connection; oidc-provider alone asks nobody who they are.

## Memory

${memory(systems)}
${underWay ? `\n## With 70 % of the core busy, on Redis\n\n${underWayText(underWay.ofTheCore)}\n\n## At 70 % of the most logins a second, on Redis\n\n${underWayText(underWay.ofTheMost)}\n\nThe most is reached with 64 under way, who share flushes and writes; with fewer a login costs more, so the core is fuller than 70 %.\n` : ''}${leftBehind ? `\n## What a login leaves behind\n\n${leftBehindText(leftBehind)}\n` : ''}${tenants.length > 0 ? `\n## Many tenants\n\nThree clients each. Each tenant has been asked once before the second figure of memory is taken: all its parts are built.\n\n${tenantsText(tenants)}\n` : ''}${soak ? `\n## Over time, at half load\n\n${soakText(soak)}\n` : ''}
## Each step

${steps(systems)}
`
}
