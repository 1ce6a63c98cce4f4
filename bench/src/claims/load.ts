/**
 * An open loop of reads on the wall clock, driver and cache in one process: a read is due by the timetable, however
 * late the ones before it are, and its wait counts from when it was due.
 */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { draws, zipf } from "./chance.ts"
import { type Claim, type Finding, judged, millis } from "./finding.ts"
import { LoadReads } from "./loadReads.ts"

export interface Size {
  readonly seconds: number
  /** How long a compute takes, milliseconds. */
  readonly computeMs: number
}

const perSecond = 10_000
const keys = 1000
const ttlMs = 10_000

/** The invalidation of the most popular key, among one of a random key each second: before X-Fetch refreshes it. */
const hottest = 1

/** All keys expire within a TTL: a hundred refreshes a second, each as long as a compute. */
const config = { ttl: ttlMs, maxBackground: keys, maxEntries: keys }

const names = Array.from({ length: keys }, (_, id) => `load:${id}`)

type Cache = SmartCache.SmartCache["Service"]
type Runtime = ManagedRuntime.ManagedRuntime<SmartCache.SmartCache, never>

/** The next moment at which timers and sockets have had their turn. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

const makeCompute = (reads: LoadReads, computeMs: number) => (id: number) =>
  Effect.suspend(() => {
    const value = reads.begin(id)
    return Effect.ensuring(Effect.as(Effect.sleep(computeMs), value), Effect.sync(() => reads.end(id)))
  })

/** Invalidates an idle key each second, until the last that can still be computed in time. */
const invalidations = (cache: Cache, reads: LoadReads, { computeMs, seconds }: Size) =>
  Effect.gen(function*() {
    const draw = draws("load invalidations")
    const last = Math.max(1, seconds - computeMs / 1000 - 1)
    for (let n = 1; n <= last; n++) {
      yield* Effect.sleep("1 second")
      let id = n === hottest ? 0 : Math.floor(draw() * keys)
      while (!reads.idle(id)) id = (id + 1) % keys
      yield* cache.invalidate(Invalidation.key(names[id]!))
      reads.invalidated(id)
    }
  })

/** Issues a read that was due then. */
const makeRead = async (runtime: Runtime, cache: Cache, reads: LoadReads, computeMs: number) => {
  const fork = Effect.runForkWith(await runtime.context())
  const compute = makeCompute(reads, computeMs)
  const computes = names.map((_, id) => compute(id))
  const pick = zipf(keys, draws("load keys"))
  return (due: number): void => {
    const asked = reads.ask(pick(), due)
    fork(cache.get(names[asked.id]!, computes[asked.id]!)).addObserver((exit) =>
      reads.settle(asked, exit, performance.now())
    )
  }
}

/** Reads by the timetable until the last has been answered; requests a second. */
const drive = async (reads: LoadReads, read: (due: number) => void, { computeMs, seconds }: Size): Promise<number> => {
  const total = seconds * perSecond
  const start = performance.now()
  for (let issued = 0; issued < total;) {
    const due = Math.min(total, Math.floor((performance.now() - start) / 1000 * perSecond))
    while (issued < due) read(start + issued++ / perSecond * 1000)
    await turn()
  }
  const took = (performance.now() - start) / 1000
  for (const patience = performance.now() + 2 * computeMs + 30_000; performance.now() < patience;) {
    if (reads.settled >= total) break
    await turn()
  }
  if (reads.problem !== undefined) throw reads.problem
  if (reads.settled < total) throw new Error(`${total - reads.settled} of ${total} reads were never answered`)
  return total / took
}

const warm = (cache: Cache, reads: LoadReads, computeMs: number) =>
  Effect.forEach(names, (name, id) => cache.get(name, makeCompute(reads, computeMs)(id)), {
    concurrency: "unbounded",
    discard: true
  })

const measure = async (size: Size) => {
  const runtime = ManagedRuntime.make(SmartCache.layer({ config }))
  const reads = new LoadReads(keys)
  try {
    const cache = await runtime.runPromise(Effect.service(SmartCache.SmartCache))
    await runtime.runPromise(warm(cache, reads, size.computeMs))
    const read = await makeRead(runtime, cache, reads, size.computeMs)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    const before = process.cpuUsage()
    const began = performance.now()
    delay.enable()
    const [rate] = await Promise.all([
      drive(reads, read, size),
      runtime.runPromise(invalidations(cache, reads, size))
    ])
    delay.disable()
    const { system, user } = process.cpuUsage(before)
    const cores = (system + user) / 1000 / (performance.now() - began)
    return {
      ...reads.result(),
      computes: reads.computes,
      together: reads.together,
      rate,
      cores,
      loopMs: delay.percentile(99) / 1e6
    }
  } finally {
    await runtime.dispose()
  }
}

type Measured = Awaited<ReturnType<typeof measure>>

const share = ({ by, reads }: Measured, strategy: keyof Measured["by"]): string =>
  `${(100 * by[strategy].count / reads).toFixed(1)} %`

const sustained = (all: Measured, { seconds }: Size): Finding => ({
  claim: "load",
  method:
    `An open loop on the wall clock for ${seconds} s, driver and cache in one process: ${keys} keys by Zipf(1), TTL `
    + `${ttlMs / 1000} s, an invalidation each second (once of the hottest key), every value checked.`,
  asked: "10,000 requests/s on two cores with one compute a stampede",
  measured: `${Math.round(all.rate).toLocaleString("en")} requests/s on ${all.cores.toFixed(2)} cores; `
    + `${all.stampedes} stampedes of up to ${
      all.mostReaders.toLocaleString("en")
    } readers, at most ${all.mostComputes} compute each; `
    + `P99 of a hit ${millis(all.by.serve_fresh.p99)}, of the event loop's delay ${millis(all.loopMs)}`,
  ...judged(
    all.rate >= 0.99 * perSecond && all.cores <= 2 && all.mostComputes === 1 && all.together === 1 &&
      all.unanswered === 0,
    "The timetable was not kept on this machine, or a key was computed more than once at a time."
  ),
  figures: {
    requests_per_second: all.rate,
    cores: all.cores,
    stampedes: all.stampedes,
    most_readers: all.mostReaders,
    most_computes: all.mostComputes,
    most_computes_of_a_key_at_a_time: all.together,
    fresh_p99_ms: all.by.serve_fresh.p99,
    event_loop_delay_p99_ms: all.loopMs
  }
})

const waits = (all: Measured, { computeMs }: Size): Finding => ({
  claim: `P95 of a read under load, a compute takes ${computeMs / 1000} s`,
  method: "Waits in the same open loop, from when a read was due to its answer, by strategy.",
  asked: "P95 45 ms; of a fresh hit < 10 ms, of a stale one < 50 ms",
  measured: `P95 ${millis(all.all.p95)}; fresh (${share(all, "serve_fresh")}) P95 ${millis(all.by.serve_fresh.p95)}, `
    + `P99 ${millis(all.by.serve_fresh.p99)}; stale (${share(all, "serve_stale")}) P95 ${
      millis(all.by.serve_stale.p95)
    }, `
    + `P99 ${millis(all.by.serve_stale.p99)}; compute (${share(all, "compute")}) P95 ${millis(all.by.compute.p95)}`,
  ...judged(
    all.all.p95 <= 45 && all.by.serve_fresh.p95 < 10 && all.by.serve_stale.p95 < 50,
    "Waits count from when a read was due: what the machine's other work holds up is among them."
  ),
  figures: {
    p95_ms: all.all.p95,
    fresh_p95_ms: all.by.serve_fresh.p95,
    fresh_p99_ms: all.by.serve_fresh.p99,
    stale_p95_ms: all.by.serve_stale.p95,
    stale_p99_ms: all.by.serve_stale.p99,
    compute_p95_ms: all.by.compute.p95
  }
})

export const run: Claim<Size> = async (size) => {
  const all = await measure(size)
  return [sustained(all, size), waits(all, size)]
}
