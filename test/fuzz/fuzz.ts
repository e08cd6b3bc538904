/**
 * `npm run fuzz -- [--seconds N | --cases N] [--seed S] [--out FOLDER] [--json]`: changes good signed responses in every way
 * of mutations.ts and gives them to the real strategy. Ends with 1, and the messages in FOLDER, when one is accepted that
 * does not say what the provider signed.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fieldMutations, type Material, textMutations, treeMutations } from './mutations.ts'
import { judge, type Reason, type Reference, reasons, referenceOf } from './oracle.ts'
import { donors, originals } from './originals.ts'
import { randomOf } from './random.ts'
import { copyOf, parse, write } from './tree.ts'

export interface Finding {
  /** With which `--seed S --case N` makes it again; the keys are new each time. */
  readonly seed: number
  readonly number: number
  readonly original: string
  readonly mutations: readonly string[]
  readonly why: string
  readonly message: string
}

export interface Report {
  readonly seed: number
  tried: number
  accepted: number
  readonly acceptedBecause: Partial<Record<Reason, number>>
  readonly refusedWith: Record<string, number>
  readonly byMutation: Record<string, { tried: number; accepted: number }>
  readonly findings: Finding[]
}

/** Runs until `isOver` says so. The same seed tries the same changes, on messages signed with new keys. */
export const fuzz = async ({ seed, isOver }: { seed: number; isOver: (tried: number) => boolean }): Promise<Report> => {
  const references = await Promise.all(originals.map(referenceOf))
  const acceptable = await Promise.all(donors.filter(({ says }) => says !== undefined).map(referenceOf))
  const parts = [...donors, ...originals].map(({ xml }) => parse(xml))
  const report: Report = {
    seed,
    tried: 0,
    accepted: 0,
    acceptedBecause: {},
    refusedWith: {},
    byMutation: {},
    findings: [],
  }

  while (!isOver(report.tried)) {
    const number = report.tried
    const made = mutant(seed, number, references, parts)
    const verdict = await judge(made.field, [made.reference, ...acceptable, ...references])
    report.tried += 1
    for (const name of made.mutations) {
      report.byMutation[name] ??= { tried: 0, accepted: 0 }
      report.byMutation[name].tried += 1
      if (verdict.kind === 'accepted') report.byMutation[name].accepted += 1
    }
    if (verdict.kind === 'refused') report.refusedWith[verdict.code] = (report.refusedWith[verdict.code] ?? 0) + 1
    else if (verdict.kind === 'accepted') {
      report.accepted += 1
      report.acceptedBecause[verdict.reason] = (report.acceptedBecause[verdict.reason] ?? 0) + 1
    } else {
      const { reference, mutations, field } = made
      report.findings.push({ seed, number, original: reference.name, mutations, why: verdict.why, message: field })
    }
  }
  return report
}

/** Case `number` of a seed: an original, one to three changes of its tree, perhaps of its text and of its base64. */
const mutant = (
  seed: number,
  number: number,
  references: readonly Reference[],
  parts: readonly ReturnType<typeof parse>[],
) => {
  const random = randomOf(Math.imul(seed, 0x9e3779b1) + number)
  const reference = random.pick(references)
  const material: Material = { random, donor: () => random.pick(parts).map(copyOf) }
  const mutations: string[] = []
  const chosen = <Kind>(table: Readonly<Record<string, Kind>>): Kind => {
    const [name, mutation] = random.pick(Object.entries(table))
    mutations.push(name)
    return mutation
  }

  const nodes = reference.nodes.map(copyOf)
  for (let rounds = random.pick([0, 1, 1, 1, 2, 3]); rounds > 0; rounds--) {
    chosen(treeMutations)(nodes, material)
    if (!nodes.some(({ kind }) => kind === 'element')) break
  }
  let message: string | Buffer = write(nodes)
  if (mutations.length === 0 || random.chance(0.15)) message = chosen(textMutations)(message, material)
  let field = Buffer.from(message as string).toString('base64')
  if (random.chance(0.05)) field = chosen(fieldMutations)(field, material)
  return { reference, field, mutations }
}

const table = (rows: readonly (readonly (string | number)[])[]) =>
  rows.map((row) => `| ${row.join(' | ')} |`).join('\n')
const byCount = ([, a]: readonly [unknown, number], [, b]: readonly [unknown, number]) => b - a

export const markdown = ({
  seed,
  tried,
  accepted,
  acceptedBecause,
  refusedWith,
  byMutation,
  findings,
}: Report): string => {
  const because = Object.entries(acceptedBecause).sort(byCount) as [Reason, number][]
  return `# Fuzzing of SAML responses, seed ${seed}

${tried} tried, ${accepted} accepted and rightly so, ${findings.length} wrongly.

| Accepted | Because |
| --- | --- |
${table(because.map(([reason, count]) => [count, reasons[reason]]))}

| Refused | With |
| --- | --- |
${table(
  Object.entries(refusedWith)
    .sort(byCount)
    .map(([code, count]) => [count, `\`${code}\``]),
)}

| Change | Tried | Accepted |
| --- | --- | --- |
${table(
  Object.entries(byMutation)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, counts]) => [name, counts.tried, counts.accepted]),
)}
${findings.map(({ number, original, mutations, why }) => `\n**WRONG** case ${number} of seed ${seed}: ${original}, ${mutations.join(', ')}: ${why}\n`).join('')}`
}

const main = async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      cases: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string', default: join(tmpdir(), 'varco-fuzz') },
      json: { type: 'boolean', default: false },
    },
  })
  const seed = Number(values.seed ?? Date.now() % 2 ** 31)
  const cases = values.cases === undefined ? Number.POSITIVE_INFINITY : Number(values.cases)
  const seconds =
    values.seconds === undefined ? (values.cases === undefined ? 60 : Number.POSITIVE_INFINITY) : Number(values.seconds)
  if (![seed, cases, seconds].every((number) => number >= 0))
    throw new Error('--seconds, --cases and --seed are numbers')
  const end = Date.now() + seconds * 1000
  const report = await fuzz({ seed, isOver: (tried) => tried >= cases || Date.now() >= end })
  console.log(values.json ? JSON.stringify(report, null, 1) : markdown(report))
  for (const { number, message } of report.findings) {
    mkdirSync(values.out, { recursive: true })
    writeFileSync(join(values.out, `${seed}-${number}.xml`), Buffer.from(message, 'base64'))
  }
  process.exitCode = report.findings.length > 0 ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
