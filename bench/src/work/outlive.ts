/**
 * Bytes of a hit in Redis, a hundred at once, that outlive two collections of the young although nobody needs them: what
 * is old and dead keeps what it leads to. In a process of its own: `outlive.test.ts` starts it.
 */
import { getHeapSpaceStatistics } from "node:v8"
import { keyCount } from "../workload.ts"
import { cacheInFibers, type Round } from "../workloads/redisHits.ts"
import { answer, question } from "./child.ts"

export interface Question {
  readonly url: string
}

/** The least of several rounds: what else is promoted only adds. */
export interface Outlived {
  readonly bytes: number
}

const reads = 20_000
const readers = 100
const rounds = 4

const old = (): number => {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")
  return space?.space_used_size ?? NaN
}

/** A collection of everything leads what follows into what is old, and one of the young shows what stays. */
const collect = (type: "major" | "minor"): void => {
  if (globalThis.gc === undefined) throw new Error("bench: to see what outlives a collection needs --expose-gc")
  globalThis.gc({ type, execution: "sync" })
}

const round: Round = async (read) => {
  let at = 0
  const next = (): number | undefined => at < reads ? at++ % keyCount : undefined
  collect("major")
  const before = old()
  await read(readers, next, () => undefined)
  collect("minor")
  collect("minor")
  return { bytes: (old() - before) / reads }
}

const subject = await cacheInFibers(round)()
const started = await subject.start(question<Question>().url)
let least = Infinity
for (let i = 0; i < rounds; i++) least = Math.min(least, (await started.round())["bytes"]!)
await started.stop()
answer<Outlived>({ bytes: least })
