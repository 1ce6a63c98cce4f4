/** Readers who ask alike at once: what they share costs less, and is otherwise what each would have had alone. */
import { assert, describe, it } from "@effect/vitest"
import type { CacheStore } from "@smart-cache/core"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as Invalidation from "@smart-cache/core/Invalidation"
import type { ReadContext } from "@smart-cache/core/ReadContext"
import { Arbitrary } from "effect"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import { MaxOpsBeforeYield } from "effect/Scheduler"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { settle } from "../src/internal/later.ts"
import { either, integer, oneOf } from "./arbitraries.ts"
import { begin, joined, open, source } from "./SmartCacheSupport.ts"

type Cache = Effect.Success<ReturnType<typeof open>>

/** A store whose looks are done at once and answered after so many milliseconds. */
const dawdling = (millis: number, log = { looks: 0 }) => (store: CacheStore.Shape): CacheStore.Shape => ({
  ...store,
  read: (subject, applicant) =>
    Effect.tap(store.read(subject, applicant), () => {
      log.looks++
      return Effect.sleep(millis)
    })
})

/** A store whose looks take a turn of the scheduler. */
const yielding = (store: CacheStore.Shape): CacheStore.Shape => ({
  ...store,
  read: (subject, applicant) => Effect.tap(store.read(subject, applicant), () => Effect.yieldNow)
})

const herd = <A, E, R>(size: number, read: Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: size }), () => begin(read))

/** Reads without a fiber; the ending, once there is one. */
const awaited = (
  { cache }: Cache,
  key: string,
  compute: Effect.Effect<unknown, unknown>,
  context: ReadContext,
  services: Context.Context<never>
) => {
  const read: { endings: Array<Exit.Exit<CacheResult<unknown>, unknown>> } = { endings: [] }
  const left = cache.begin(key, compute, context, services)
  const done = (exit: Exit.Exit<CacheResult<unknown>, unknown>) => void read.endings.push(exit)
  if (Effect.isEffect(left)) settle(left, services, done)
  else done(Exit.succeed(left))
  return read
}

describe("readers who ask alike at once", () => {
  it.effect("look once and compute once, and each is counted", () =>
    Effect.gen(function*() {
      const log = { looks: 0 }
      const { cache, metric, strategies } = yield* open({ store: dawdling(10, log) })
      const { compute, log: computes } = source(100)
      const readers = yield* herd(5, cache.get("k", compute))
      yield* TestClock.adjust(110)
      const results = yield* Effect.forEach(readers, joined)
      assert.deepStrictEqual(results.map(({ value }) => value), [1, 1, 1, 1, 1])
      assert.deepStrictEqual([log.looks, computes.begun, strategies(), metric("coalesced_waiters")], [1, 1, 5, 4])
    }))

  it.effect("know what was found before what they wait for ends, even when that is at once", () =>
    Effect.gen(function*() {
      const { cache, metric } = yield* open({ store: dawdling(10) })
      const readers = yield* herd(3, cache.get("k", Effect.succeed(1)))
      yield* TestClock.adjust(10)
      const sources = (yield* Effect.forEach(readers, joined)).map(({ metadata }) => metadata.source)
      assert.deepStrictEqual([sources, metric("coalesced_waiters")], [["compute", "in_flight", "in_flight"], 2])
    }))

  it.effect("do not share with whoever comes after an invalidation", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ store: dawdling(10) })
      const { compute, log } = source(100)
      const early = yield* herd(2, cache.get("k", compute))
      yield* TestClock.adjust(10)
      for (const what of [Invalidation.key("k"), Invalidation.tags("t"), Invalidation.prefix("k"), Invalidation.all]) {
        yield* cache.invalidate(what)
      }
      const late = yield* herd(2, cache.get("k", compute, { tags: ["t"] }))
      yield* TestClock.adjust(1000)
      const values = (yield* Effect.forEach([...early, ...late], joined)).map(({ value }) => value)
      assert.deepStrictEqual([values, log.most], [[1, 1, 2, 2], 1])
    }))

  it.effect("do not share with whoever names another tag: what is under way may be too old for that", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute } = source(100)
      yield* begin(cache.get("k", compute))
      yield* cache.invalidate(Invalidation.tags("t"))
      const readers = [
        ...yield* herd(2, cache.get("k", compute)),
        ...yield* herd(2, cache.get("k", compute, { tags: ["t"] }))
      ]
      yield* TestClock.adjust(200)
      assert.deepStrictEqual((yield* Effect.forEach(readers, joined)).map(({ value }) => value), [1, 1, 2, 2])
    }))

  it.effect("are explained as those who wait, whenever they came", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute } = source(100)
      yield* herd(3, cache.get("k", compute))
      yield* TestClock.adjust(1)
      yield* herd(4, cache.get("k", compute))
      assert.strictEqual((yield* cache.explain("k")).state.flight?.waiters, 7)
      yield* TestClock.adjust(100)
    }))
})

describe("a reader whose fiber yields on its way to others", () => {
  it.effect("is answered, though they have parted meanwhile", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ store: yielding })
      // So that the first one has its answer at any step of the second.
      for (let ops = 3; ops < 40; ops++) {
        const read = cache.get(`${ops}`, Effect.never)
        const readers = [yield* begin(read), yield* begin(Effect.provideService(read, MaxOpsBeforeYield, ops))]
        for (let i = 0; i < 120; i++) yield* TestClock.adjust(100)
        for (const reader of readers) assert.isDefined(reader.pollUnsafe(), `after ${ops} steps`)
      }
    }))
})

describe("the patience of a reader is its own", () => {
  it.effect("when another's hard timeout is over", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { hardTimeout: 600 } })
      const { compute, log } = source(400)
      yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(100)
      yield* cache.invalidate(Invalidation.key("k")) // whoever comes now waits for the next compute, 400 to 800
      const early = yield* herd(2, Effect.flip(cache.get("k", compute)))
      yield* TestClock.adjust(200)
      const late = yield* herd(2, cache.get("k", compute))
      yield* TestClock.adjust(600)
      for (const reader of early) assert.strictEqual((yield* joined(reader)).reason._tag, "HardTimeout")
      for (const reader of late) assert.strictEqual((yield* joined(reader)).value, 2)
      assert.deepStrictEqual([log.begun, log.interrupted], [2, 0])
    }))

  it.effect("when another's soft timeout is over and nothing may go on behind", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { maxBackground: 0 } })
      const { compute, log } = source(150)
      yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(2500)
      const early = yield* herd(2, cache.get("k", compute))
      yield* TestClock.adjust(80)
      const late = yield* herd(2, cache.get("k", compute))
      yield* TestClock.adjust(100)
      for (const reader of early) assert.strictEqual((yield* joined(reader)).metadata.reason, "compute_slow")
      for (const reader of late) assert.strictEqual((yield* joined(reader)).value, 2)
      assert.deepStrictEqual([log.begun, log.interrupted], [2, 0])
    }))

  it.effect("when one after the other leaves who looked for all", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { hardTimeout: 800 }, store: dawdling(Infinity) })
      const readers = yield* herd(10, cache.get("k", Effect.never))
      for (const reader of readers.slice(0, -1)) {
        yield* TestClock.adjust(95) // a look may take a hundred
        reader.interruptUnsafe()
      }
      assert.strictEqual(readers.at(-1)!.pollUnsafe()?._tag, "Failure")
    }))
})

describe("a reader who comes as a compute fails", () => {
  it.effect("begins another one, though some have not heard of it yet", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { counted, log } = source()
      const gate = yield* Latch.make()
      const fails = counted((n) => Effect.andThen(n === 1 ? gate.await : Effect.void, Effect.fail(n)))
      const read = cache.get("k", fails)
      const again = yield* begin(Effect.flip(Effect.catch(cache.get("k", fails, { tags: ["t"] }), () => read)))
      const others = yield* herd(2, Effect.flip(read))
      yield* gate.open
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(yield* Effect.forEach([again, ...others], joined), [2, 1, 1])
      assert.strictEqual(log.begun, 2)
    }))
})

describe("whoever leaves", () => {
  it.effect("while it looks for all costs the others another look, and no failure", () =>
    Effect.gen(function*() {
      const log = { looks: 0 }
      const { cache } = yield* open({ store: dawdling(10, log) })
      const { compute, log: computes } = source(100)
      const [leader, ...others] = yield* herd(4, cache.get("k", compute))
      yield* TestClock.adjust(5)
      yield* Fiber.interrupt(leader!)
      yield* TestClock.adjust(110)
      for (const reader of others) assert.strictEqual((yield* joined(reader)).value, 1)
      assert.deepStrictEqual([log.looks, computes.begun], [2, 1])
    }))

  it.effect("while all wait takes nothing from the others, and the last one ends it", () =>
    Effect.gen(function*() {
      const { cache, running, strategies } = yield* open({ store: dawdling(10) })
      const { compute, log } = source(100)
      const readers = yield* herd(4, cache.get("k", compute))
      yield* TestClock.adjust(20)
      for (const reader of readers.slice(1)) yield* Fiber.interrupt(reader)
      assert.strictEqual(log.interrupted, 0)
      yield* Fiber.interrupt(readers[0]!)
      assert.deepStrictEqual([log.begun, log.interrupted, running().flights, strategies()], [1, 1, 0, 4])
    }))

  it.effect("because of what another was told leaves the rest their places", () =>
    Effect.gen(function*() {
      const { cache, strategies } = yield* open({ store: dawdling(10) })
      const { compute, log } = source(100)
      const readers: Array<Fiber.Fiber<CacheResult<number>, unknown>> = []
      const first = cache.get("k", compute)
      const killer = Effect.tap(first, () => Effect.sync(() => readers.slice(0, 3).forEach((r) => r.interruptUnsafe())))
      for (const read of [first, killer, first, first]) readers.push(yield* begin(read))
      yield* TestClock.adjust(110)
      assert.strictEqual((yield* joined(readers[3]!)).value, 1)
      assert.deepStrictEqual([log.begun, strategies()], [1, 4])
    }))
})

describe("a cache that closes", () => {
  it.effect("tells all of them, while they wait and while one looks", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { cache, running, strategies } = yield* Scope.provide(open({ store: dawdling(10) }), scope)
      const { compute, log } = source(100)
      const waiting = yield* herd(3, Effect.flip(cache.get("k", compute)))
      yield* TestClock.adjust(20)
      const looking = yield* herd(3, Effect.flip(cache.get("l", compute)))
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust(10)
      for (const reader of [...waiting, ...looking]) {
        assert.strictEqual((yield* joined(reader)).reason._tag, "Closed")
      }
      assert.deepStrictEqual([strategies(), log.running], [6, 0])
      assert.deepStrictEqual(running(), { flights: 0, background: 0, computes: 0 })
    }))
})

describe("whoever awaits a promise", () => {
  it.effect("is told once, and counted once, with those who have a fiber", () =>
    Effect.gen(function*() {
      const cache = yield* open({ store: dawdling(10) })
      const services = yield* Effect.context<never>()
      const { compute } = source(100)
      const { fails } = source(100)
      const reader = yield* begin(cache.cache.get("k", compute))
      const reads = [1, 2, 3].map(() => awaited(cache, "k", compute, {}, services))
      const failing = [1, 2, 3].map(() => awaited(cache, "f", fails("down"), {}, services))
      yield* Fiber.interrupt(reader)
      yield* TestClock.adjust(200)
      assert.deepStrictEqual(
        reads.map(({ endings }) => endings.map((exit) => Exit.isSuccess(exit) && exit.value.value)),
        [[1], [1], [1]]
      )
      assert.deepStrictEqual(failing.map(({ endings }) => endings), [1, 2, 3].map(() => [Exit.fail("down")]))
      assert.deepStrictEqual([cache.strategies(), cache.metric("cache_errors")], [7, 3])
    }))
})

/** A value knows when its compute or write began, in the order of all that happens. */
interface Origin {
  readonly event: number
}

type Command =
  | { readonly _tag: "Read"; readonly context: ReadContext; readonly herd: number; readonly next: Next }
  | { readonly _tag: "Leave"; readonly reader: number }
  | { readonly _tag: "Write"; readonly what: "set" | Invalidation.Invalidation }
  | { readonly _tag: "Wait"; readonly millis: number }

/** What a reader does at once when it has its answer. */
type Next = "nothing" | "interrupts the one before" | "invalidates" | "reads again"

const context = oneOf<ReadContext>(
  {},
  {},
  {},
  { tags: ["t"] },
  { tags: ["t"] },
  { tags: ["t", "u"] },
  { deadline: 150 },
  { refresh: "force" },
  { odds: { m: 2 } },
  { odds: { m: 3 } }
)
const next = oneOf<Next>("nothing", "nothing", "interrupts the one before", "invalidates", "reads again")
const what = oneOf<"set" | Invalidation.Invalidation>(
  "set",
  Invalidation.key("k"),
  Invalidation.tags("t"),
  Invalidation.all
)
const read = Arbitrary.all({ _tag: oneOf("Read"), context, herd: integer(1, 4), next })
const command = either<Command>(
  read,
  read,
  read,
  Arbitrary.all({ _tag: oneOf("Leave"), reader: integer(0, 5) }),
  Arbitrary.all({ _tag: oneOf("Write"), what }),
  Arbitrary.all({ _tag: oneOf("Wait"), millis: oneOf(0, 1, 5, 20, 100, 300, 1500) })
)

/** Readers of one key, and what each is promised. */
class Herds {
  event = 0
  came = 0
  answers = 0
  running = 0
  readonly problems: Array<string> = []
  readonly fibers: Array<Fiber.Fiber<unknown, unknown>> = []
  private readonly writes: Array<{ readonly began: number; readonly acknowledged: number; readonly tags: Tags }> = []
  private readonly opened: Cache

  constructor(opened: Cache) {
    this.opened = opened
  }

  /** Computes take their time, some fail. */
  private readonly compute: Effect.Effect<Origin, "failed"> = Effect.gen({ self: this }, function*() {
    if (++this.running > 1) this.problems.push("two computes at once")
    const origin = { event: ++this.event }
    const draw = yield* Random.next
    yield* Effect.sleep(Math.floor(draw * 10) * 40)
    return yield* draw < 0.2 ? Effect.fail("failed" as const) : Effect.succeed(origin)
  }).pipe(Effect.ensuring(Effect.sync(() => this.running--)))

  /** What concerns the key as this value is tagged, and was acknowledged before the reader came, it must know. */
  private judge(came: number, began: number, now: number, exit: Exit.Exit<CacheResult<Origin>, unknown>): void {
    this.answers++
    if (now - began > this.opened.settings.hardTimeout) this.problems.push(`waited ${now - began} ms`)
    if (Exit.isFailure(exit)) {
      if (Exit.hasDies(exit)) this.problems.push("died")
      return
    }
    const { metadata: { tags }, value } = exit.value
    for (const write of this.writes) {
      const concerned = write.tags === "any" || write.tags.some((tag) => tags.includes(tag))
      if (concerned && write.acknowledged < came && value.event < write.began) {
        this.problems.push(`event ${value.event} for a reader of ${came}, written at ${write.began}`)
      }
    }
  }

  private read(context: ReadContext, next: Next): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      const came = ++this.event
      const began = yield* Clock.currentTimeMillis
      const comes = Effect.suspend(() => {
        this.came++
        return this.opened.cache.get("k", this.compute, context)
      })
      yield* Effect.exit(
        Effect.onExit(comes, (exit) => Effect.map(Clock.currentTimeMillis, (now) => this.judge(came, began, now, exit)))
      )
      if (next === "interrupts the one before") this.fibers.at(-2)?.interruptUnsafe()
      if (next === "invalidates") yield* this.write(Invalidation.key("k"))
      if (next === "reads again") yield* this.read(context, "nothing")
    })
  }

  private write(what: "set" | Invalidation.Invalidation): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      const began = ++this.event
      const { cache } = this.opened
      const written = yield* Effect.exit(
        what === "set" ? cache.set("k", { event: began }) : Effect.as(cache.invalidate(what), "stored")
      )
      if (Exit.isFailure(written) || written.value === "refused") return
      const tags = what !== "set" && what._tag === "Tags" ? what.tags : "any"
      this.writes.push({ began, acknowledged: ++this.event, tags })
    })
  }

  readonly step = (command: Command): Effect.Effect<unknown> => {
    switch (command._tag) {
      case "Read":
        return Effect.forEach(
          Array.from({ length: command.herd }),
          () => Effect.map(begin(this.read(command.context, command.next)), (fiber) => this.fibers.push(fiber))
        )
      case "Leave":
        return Effect.sync(() => this.fibers.at(-1 - command.reader)?.interruptUnsafe())
      case "Write":
        return begin(this.write(command.what))
      case "Wait":
        return TestClock.adjust(command.millis)
    }
  }
}

type Tags = "any" | ReadonlyArray<string>

const reply = <A, E>(step: Effect.Effect<A, E>) =>
  Effect.tap(
    step,
    () => Effect.flatMap(Random.next, (draw) => draw < 0.5 ? Effect.sleep(Math.ceil(draw * 60)) : Effect.void)
  )

/** Steps that are done at once and answered late. */
const late = (store: CacheStore.Shape): CacheStore.Shape => ({
  ...store,
  read: (subject, applicant) => reply(store.read(subject, applicant)),
  lease: (claim) => reply(store.lease(claim)),
  fill: (fill) => reply(store.fill(fill)),
  stamp: (subject) => reply(store.stamp(subject)),
  invalidate: (target) => reply(store.invalidate(target))
})

const inputs = {
  script: Arbitrary.array(command, { maxLength: 60 }),
  seed: integer(0, 1_000_000),
  ops: oneOf(2048, 2048, 7, 23),
  store: oneOf<(memory: CacheStore.Shape) => CacheStore.Shape>((memory) => memory, late)
}
const options = { timeout: 120_000, arbitrary: { runs: 200, size: 60, seed: "company", maxShrinks: 1000 } }

describe("any herds of one key", () => {
  it.effect.prop(
    "get what is late enough, in time, once, and leave nothing behind",
    inputs,
    ({ ops, script, seed, store }) =>
      Effect.gen(function*() {
        const config = { softTimeout: 50, hardTimeout: 300, storeTimeout: 100, maxBackground: 1, beta: 1 }
        const opened = yield* open({ config, store })
        const herds = new Herds(opened)
        const settled = Effect.repeat(TestClock.adjust(0), { times: ops < 100 ? 10 : 0 })
        for (const command of script) {
          yield* herds.step(command)
          yield* settled
        }
        yield* Effect.repeat(Effect.andThen(TestClock.adjust(100), settled), { times: 20 })
        assert.deepStrictEqual(herds.problems, [])
        assert.isTrue(herds.fibers.every((fiber) => fiber.pollUnsafe() !== undefined), "somebody still waits")
        assert.strictEqual(herds.running, 0)
        const { answers, came } = herds
        const counted = opened.strategies()
        // Where fibers yield at every turn, some are interrupted before they have come to the cache, or on their way to it.
        if (ops < 100) assert.isTrue(counted <= came && came <= answers)
        else assert.deepStrictEqual([answers, counted], [came, came])
        assert.deepStrictEqual(opened.running(), { flights: 0, background: 0, computes: 0 })
      }).pipe(Random.withSeed(seed), Effect.provideService(MaxOpsBeforeYield, ops)),
    options
  )
})
