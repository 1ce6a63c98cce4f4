/**
 * Subjects measured against each other: each in a process of its own, interleaved rounds in rotated order, one subject
 * at a time while the others rest.
 */
import { type Row, rows } from "./figures.ts"
import { Refused, run, type Running, supervised } from "./process.ts"
import type { Redis } from "./redis.ts"
import { judge, type Verdict } from "./targets.ts"
import type { Measured, Workload } from "./workload.ts"

export interface Course {
  /** URL of the module that exports the workloads, for the subjects' processes. */
  readonly registry: string
  readonly workload: Workload
  /** Names of those who take part, the base among them. */
  readonly subjects: ReadonlyArray<string>
  readonly rounds: number
  readonly redis: Redis
  /** How long a subject may take to start, and for a round, milliseconds. */
  readonly patience: number
}

export interface Result {
  readonly rows: ReadonlyArray<Row>
  readonly targets: ReadonlyArray<Verdict>
}

/** Everybody warms up: for one round at least, for five unless that is long, and for more of them while that is short. */
const isWarm = (rounds: number, ms: number): boolean => rounds < 5 ? ms > 10_000 : rounds >= 30 || ms > 2000

/** Whose turn it is: each round begins with another. */
export const order = <A>(all: ReadonlyArray<A>, round: number): ReadonlyArray<A> =>
  all.map((_, i) => all[(i + round) % all.length]!)

/** Every measure once, and nothing else; a subject is free to answer nothing at all. */
const checked = ({ measures }: Workload, subject: string, answer: Measured | undefined): Measured => {
  const measured = answer ?? {}
  const wanted = measures.map(({ name }) => name)
  const bad = wanted.find((name) => !Number.isFinite(measured[name]))
  if (bad !== undefined) throw new Refused(subject, `its ${bad} is ${measured[bad]}`)
  const unknown = Object.keys(measured).find((name) => !wanted.includes(name))
  if (unknown !== undefined) throw new Refused(subject, `it measured ${unknown}, which the workload does not have`)
  return measured
}

const compete = async ({ redis, rounds, workload }: Course, runners: ReadonlyArray<Running>): Promise<Result> => {
  const measured = new Map<string, Array<Measured>>(runners.map(({ name }) => [name, []]))
  const once = async (runner: Running): Promise<Measured> => {
    await redis.prepare()
    return checked(workload, runner.name, await runner.round())
  }
  for (const runner of runners) {
    const start = performance.now()
    let done = 0
    do await once(runner)
    while (!isWarm(++done, performance.now() - start))
  }
  for (let round = 0; round < rounds; round++) {
    for (const runner of order(runners, round)) measured.get(runner.name)!.push(await once(runner))
  }
  const all = rows(workload, measured)
  return { rows: all, targets: judge(workload, all) }
}

/** Rejects with `Refused` when a subject was wrong, failed, ended or hung, also at its end; no process is left either way. */
export const race = (course: Course): Promise<Result> =>
  supervised(async (runners) => {
    const { patience, redis, registry, subjects, workload } = course
    for (const subject of subjects) {
      runners.push(await run({ registry, workload: workload.name, subject, redis: redis.url }, patience))
    }
    return compete(course, runners)
  })
