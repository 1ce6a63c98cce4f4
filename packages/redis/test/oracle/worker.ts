/** One process: runs the jobs that it is sent, one after the other, and answers each with a report. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import { Clock, Effect, Random } from "effect"
import { chance } from "./chance.ts"
import { Judge } from "./Judge.ts"
import { reader } from "./readers.ts"
import { storeOf } from "./stores.ts"
import { machineMillis, Table } from "./Table.ts"
import { type Job, processes, type Report, subjectCount } from "./world.ts"
import { Writers } from "./writers.ts"

/** Milliseconds from one jump of a clock to the next. */
const jumps = 1500

/** A clock that is off by so much; what it measures and how long it sleeps is right. */
const off = (clock: Clock.Clock, millis: () => number): Clock.Clock => {
  const now = () => clock.currentTimeMillisUnsafe() + millis()
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(millis()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: now,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}

/** Short enough for leases to end, refreshes to be slow and failures to be forgiven while a run lasts. */
const config = CacheConfig.layer({
  beta: 2,
  softTimeout: 15,
  failSafe: "3 seconds",
  retryBase: 5,
  retryMax: 50,
  leaseTtl: 300,
  storeTimeout: "6 seconds",
  hardTimeout: "8 seconds"
})

const work = (job: Job, table: Table, ends: number): Effect.Effect<Report> => {
  const enough = job.until === "the first violation" ? Infinity : job.until
  const working = Effect.gen(function*() {
    const cache = yield* SmartCache.SmartCache
    const metrics = yield* CacheMetrics.CacheMetrics
    const choices = yield* chance
    const errors = () => Number(metrics.value("store_errors"))
    const judge = new Judge(table, job, errors)
    const read = reader(cache, table, judge, job, choices)
    const writers = new Writers(cache, table, job, choices)
    const steps = [writers.anything, writers.anything, writers.ours]
    for (let i = 0; i < job.readers; i++) steps.push(read)
    const over = () => {
      table.progress(judge.reads)
      return table.reads >= enough || machineMillis() >= ends || table.ended
    }
    const repeated = (step: Effect.Effect<void>) =>
      Effect.whileLoop({ while: () => !over(), body: () => step, step: () => {} })
    yield* Effect.forEach(steps, repeated, { concurrency: "unbounded", discard: true })
    return { ...judge.report(), writes: writers.writes, metrics: numbers(yield* metrics.snapshot) }
  })
  return Effect.provide(
    working,
    SmartCache.layerOn({ ttl: TtlPolicy.fixed(job.ttl) }, { config, store: storeOf(job) })
  )
}

const numbers = (snapshot: CacheMetrics.Snapshot): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(snapshot).flatMap(([name, value]) => typeof value === "number" ? [[name, value]] : [])
  )

const run = (job: Job): Effect.Effect<Report> =>
  Effect.gen(function*() {
    const table = yield* Effect.acquireRelease(
      Effect.sync(() => new Table(job.table, subjectCount, processes, job.process)),
      (table) => Effect.sync(() => table.close())
    )
    const began = machineMillis()
    const skew = () => Math.floor((machineMillis() - began) / jumps) % 2 === 0 ? job.skew : -job.skew
    const clock = off(yield* Clock.Clock, skew)
    return yield* Effect.provideService(work(job, table, began + job.limit), Clock.Clock, clock)
  }).pipe(Effect.scoped, Random.withSeed(`${job.seed} ${job.process}`))

// Without the one who sends the jobs there is nothing left to do.
process.on("disconnect", () => process.exit())
process.on("message", (job) => {
  Effect.runPromise(run(job as Job)).then((report) => process.send?.(report))
})
