/**
 * What the other decisions cost beside a plain hit, in one process: deciding alone, and the whole read, whose refresh
 * runs already or is not due yet. A panic's read computes, in no time here.
 */
import * as Effect from "effect/Effect"
import type { Measured, Subject, Workload } from "../frame/workload.ts"
import { type Scene, scene, states } from "./decisionStates.ts"

const batch = 2000
/** Of this thread's processor, microseconds: what is shorter, its clock cannot tell. */
const long = 25_000
/** Of each, in turns: what disturbs one disturbs the other. */
const turns = 5

/** Does a batch. */
type Work = () => Promise<void> | void

/** Nanoseconds of this thread's processor that one takes. */
const used = async (work: Work): Promise<number> => {
  const before = process.threadCpuUsage()
  for (let done = batch;; done += batch) {
    await work()
    const { system, user } = process.threadCpuUsage(before)
    if (system + user >= long) return (system + user) * 1000 / done
  }
}

const reading = ({ check, read, run }: Scene): Work => () => {
  let at = 0
  const step = (result: Effect.Success<Scene["read"]>): void => {
    at++
    check(result)
  }
  return run(Effect.whileLoop({ while: () => at < batch, body: () => read, step }))
}

const deciding = ({ decide }: Scene): Work => () => {
  for (let i = 0; i < batch; i++) decide()
}

/** The fastest turn of each. */
const fastest = async (works: ReadonlyArray<Work>): Promise<ReadonlyArray<number>> => {
  const best = works.map(() => Infinity)
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, work] of works.entries()) best[i] = Math.min(best[i]!, await used(work))
  }
  return best
}

const round = async (name: string): Promise<Measured> => {
  const [plain, other] = [await scene(states["hit"]!), await scene(states[name]!)]
  const [hit = 0, read = 0, plainDecision = 0, decision = 0] = await fastest([
    reading(plain),
    reading(other),
    deciding(plain),
    deciding(other)
  ])
  await Promise.all([plain.dispose(), other.dispose()])
  return {
    "a decision, processor": decision,
    "decisions of a hit": decision / plainDecision,
    "a read, processor": read,
    hits: read / hit
  }
}

const subject = (name: string) => async (): Promise<Subject> => ({
  start: async () => ({ round: () => round(name), stop: async () => {} })
})

const others = Object.keys(states).filter((name) => name !== "hit")
const served = others.filter((name) => name !== "panic")

export const workload: Workload = {
  name: "decisions",
  title: "what each decision costs beside a plain hit in the same process",
  redis: "none",
  measures: [
    { name: "decisions of a hit", unit: "×", better: "less" },
    { name: "hits", unit: "×", better: "less" },
    { name: "a decision, processor", unit: "ns", better: "less" },
    { name: "a read, processor", unit: "ns", better: "less" }
  ],
  subjects: Object.fromEntries(Object.keys(states).map((name) => [name, subject(name)])),
  base: "hit",
  targets: [
    ...others.map((subject) => ({ subject, measure: "decisions of a hit", says: "three hits to decide", limit: 3 })),
    ...served.map((subject) => ({ subject, measure: "hits", says: "three hits to read", limit: 3 }))
  ],
  rounds: 7
}
