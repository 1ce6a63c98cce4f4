/** The soak's own process, which can call for a collection: cache, source and the open loop of reads. */
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Events from "@smart-cache/football/Events"
import * as Odds from "@smart-cache/football/Odds"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import { draws, zipf } from "../claims/chance.ts"
import { Disturber } from "./disturb.ts"
import { collected, growth } from "./heap.ts"
import { histogram, record, waitsOf } from "./histogram.ts"
import { Ledger } from "./ledger.ts"
import { watch } from "./loop.ts"
import type { Report, Sample, Setup } from "./report.ts"
import { type Key, policy, size } from "./world.ts"

const setup: Setup = JSON.parse(process.argv[2] ?? "")

/** Bounds that are reached while it warms up; a panic is over in seconds. */
const config = {
  maxEntries: 1200,
  maxMarkers: 2000,
  vixMaxMarkets: 2000,
  vixMaxSamples: 20,
  vixWindow: "20 seconds",
  vixWarningTtl: "2 seconds"
} as const

/** How long reads may take once no more are issued, milliseconds. */
const patience = 40_000

const runtime = ManagedRuntime.make(Layer.provideMerge(
  SmartCache.layer({ config, ttl: policy, graph: Events.graph, vix: { ticks: Odds.ticks } }),
  Layer.succeed(References.MinimumLogLevel, "Error")
))
const cache = await runtime.runPromise(Effect.service(SmartCache.SmartCache))
const ledger = new Ledger()
const disturber = new Disturber(cache, draws("soak disturbances"))
const fork = Effect.runForkWith(await runtime.context())

const compute = (key: Key) =>
  Effect.suspend(() => {
    ledger.began(key)
    return Effect.as(Effect.sleep(key.computeMs), key.look(setup.replicaLagMs))
  })

const pick = zipf(size.matches * size.keys, draws("soak keys"))

/** Popularity goes round the matches: the first keys of all of them come first. */
const popular = (): Key => {
  const rank = pick()
  return disturber.matches[rank % size.matches]!.keys[Math.floor(rank / size.matches)]!
}

const read = (due: number): void => {
  const asked = ledger.ask(popular(), due)
  const { key } = asked
  fork(cache.get(key.name, compute(key), key.context)).addObserver((exit) => ledger.settle(asked, exit))
}

/** Milliseconds of this thread's processor time so far. */
const processorTime = (): number => {
  const { system, user } = process.threadCpuUsage()
  return (system + user) / 1000
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

/** As sockets would: whoever is late lets the loop go round between two bursts. */
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Most reads between two turns of the loop. */
const burst = 250

/** Issues reads by the timetable, a tick's worth at a time; gives how many a second it came to. */
const drive = async (seconds: number, eachTick: (elapsed: number) => void): Promise<number> => {
  const start = performance.now()
  let issued = 0
  for (;;) {
    const elapsed = (performance.now() - start) / 1000
    const due = Math.floor(Math.min(elapsed, seconds) * setup.rate)
    for (const until = Math.min(due, issued + burst); issued < until;) read(start + issued++ / setup.rate * 1000)
    if (elapsed >= seconds && issued === due) return issued / elapsed
    eachTick(elapsed)
    await (issued < due ? soon() : turn())
  }
}

const settled = async (): Promise<number> => {
  for (const until = performance.now() + patience; performance.now() < until;) {
    if (ledger.answered === ledger.asked) break
    await turn()
  }
  return ledger.asked - ledger.answered
}

const measure = async (): Promise<Report> => {
  const fiber = fork(disturber.run)
  await drive(Math.min(60, setup.seconds / 5), () => {})
  ledger.reset()
  disturber.reset()
  const heap: Array<Sample> = []
  const interval = Math.min(10, setup.seconds / 9)
  const watched = watch()
  const before = process.cpuUsage()
  const began = performance.now()
  const turns = histogram()
  let turned = processorTime()
  const rate = await drive(setup.seconds, (at) => {
    record(turns, -turned + (turned = processorTime()))
    if (at < (heap.length + 1) * interval) return
    heap.push({ at, heap: collected() })
    console.error(
      `soak: ${at.toFixed(0)} s, ${ledger.answered} of ${ledger.asked} reads answered, ${ledger.wrong} wrong`
    )
  })
  const seconds = (performance.now() - began) / 1000
  const { system, user } = process.cpuUsage(before)
  const { gc, loop } = watched()
  const result = ledger.result()
  const counts = disturber.counts
  await runtime.runPromise(Fiber.interrupt(fiber))
  const unanswered = await settled()
  const { failed, problem, wrong } = ledger
  return {
    rate,
    ...result,
    loop,
    turns: waitsOf(turns),
    gc,
    heap,
    heapGrowth: growth(heap),
    cores: (system + user) / 1e6 / seconds,
    disturbances: counts,
    wrong,
    failed,
    unanswered,
    problem
  }
}

const report = await measure()
await runtime.dispose()
if (process.send === undefined) console.log(JSON.stringify(report))
else process.send(report, () => process.disconnect())
