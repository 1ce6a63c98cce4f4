/** Runs one subject under a profiler, in a process of its own: `main.ts` starts it. */
import type { Registry } from "../frame/workload.ts"
import { answer, question } from "../work/child.ts"
import { cpu, heap, type Profile } from "./profiler.ts"

export interface Question {
  readonly registry: string
  readonly workload: string
  readonly subject: string
  readonly redis: string
  readonly what: "cpu" | "heap"
}

export interface Answer extends Profile {
  readonly rounds: number
  /** Reads or the like, where the workload says what one of them costs the processor. */
  readonly each: { readonly name: string; readonly times: number } | undefined
}

/** Milliseconds of rounds before the profile and in it; a round may be longer. */
const warmUp = 1500
const length = 3000

const { redis, registry, subject, what, workload: name } = question<Question>()
const { workloads } = await import(registry) as { readonly workloads: Registry }
const { workload } = await workloads[name]!()
const { start } = await workload.subjects[subject]!()
const { round, stop } = await start(redis)

/** The measure that says what a single piece of the work costs the processor. */
const single = workload.measures.find(({ name, unit }) =>
  name === "a read, processor" && (unit === "ns" || unit === "µs")
)

/** Rounds for so long, one at least: how many, and of how many pieces. */
const rounds = async (ms: number) => {
  const start = performance.now()
  let rounds = 0
  let times = 0
  do {
    const before = process.threadCpuUsage()
    const measured = await round()
    const { system, user } = process.threadCpuUsage(before)
    if (single !== undefined) times += (system + user) / (measured[single.name]! / (single.unit === "ns" ? 1000 : 1))
    rounds++
  } while (performance.now() - start < ms)
  return { rounds, times }
}

await rounds(warmUp)
globalThis.gc?.()
let done = { rounds: 0, times: 0 }
const profile = await (what === "cpu" ? cpu : heap)(async () => {
  done = await rounds(length)
})
await stop()
answer<Answer>({
  ...profile,
  rounds: done.rounds,
  each: single === undefined ? undefined : { name: single.name, times: done.times }
})
