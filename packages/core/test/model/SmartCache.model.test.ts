/**
 * Random interleavings of readers, writes, clocks and computes of every kind, with
 * every invariant checked at every answer and after every step.
 *
 * A failure prints the shrunk commands and a replay token.
 */
import { assert, describe, it } from "@effect/vitest"
import type { CacheEntry, CacheStore } from "@smart-cache/core"
import * as ChaosStore from "@smart-cache/core/testing/ChaosStore"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { integer, oneOf } from "../arbitraries.ts"
import { memory, open } from "../SmartCacheSupport.ts"
import { type Command, commands, keys } from "./commands.ts"
import { excuses, farTtl, lies, near, nearTtl } from "./invariants.ts"
import { type Reader, World } from "./World.ts"

const config = {
  beta: 1,
  failSafe: 1500,
  softTimeout: 50,
  hardTimeout: 600,
  storeTimeout: 100,
  retryBase: 50,
  retryMax: 400,
  maxBackground: 1,
  vixWarningTtl: 300
}

const ttl = TtlPolicy.zones({
  zones: [{ name: "far", within: "Infinity", ttl: farTtl }, { name: "near", within: near, ttl: nearTtl }]
})

type Cache = Effect.Success<ReturnType<typeof open>>

interface Plan {
  readonly caches: number
  readonly store: (memory: CacheStore.Shape) => CacheStore.Shape
  /** Whether every step of the store works: then nothing stored is ever lost. */
  readonly reliable: boolean
  /** Lets every fiber go as far as it can without time passing. */
  readonly settle: Effect.Effect<unknown>
  /** Moments at which anything can happen are multiples of this many milliseconds. */
  readonly grain: number
}

/** The same command on the plan's grain and caches. */
const onPlan = ({ caches, grain }: Plan, command: Command): Command => {
  const round = (millis: number) => Math.round(millis / grain) * grain
  const placed = "cache" in command ? { ...command, cache: command.cache % caches } : command
  if (placed._tag === "Wait") return { ...placed, millis: round(placed.millis) }
  const timed = "deadline" in placed && placed.deadline !== undefined
    ? { ...placed, deadline: round(placed.deadline) }
    : placed
  return timed._tag === "Read"
    ? { ...timed, behaviour: { ...timed.behaviour, millis: round(timed.behaviour.millis) } }
    : timed
}

/** One run of commands against caches that share a store. */
class Run {
  readonly world = new World()
  readonly caches: ReadonlyArray<Cache>
  readonly plan: Plan
  private held: ReadonlyMap<string, CacheEntry.Entry> = new Map()

  constructor(caches: ReadonlyArray<Cache>, plan: Plan) {
    this.caches = caches
    this.plan = plan
  }

  private cache(n: number): Cache {
    return this.caches[n % this.caches.length]!
  }

  private read(command: Extract<Command, { readonly _tag: "Read" }>) {
    return Effect.gen({ self: this }, function*() {
      const { world } = this
      const { cache, settings, store } = this.cache(command.cache)
      const at = yield* Clock.currentTimeMillis
      const deadline = command.deadline === undefined ? Infinity : at + command.deadline
      const { odds, refresh, tags } = command
      const event = ++world.event
      for (const [market, price] of Object.entries(odds ?? {})) world.hear(command.cache, market, price)
      const change = world.lastChange(command.cache, Object.keys(odds ?? {}))
      const reader: Reader = { command, event, at, deadline, change }
      world.readers.push(reader)
      const held = store.peek(command.key)
      const context = { ...(deadline < Infinity && { deadline }), odds, refresh, tags }
      const answered = Effect.onExit(
        cache.get(command.key, world.compute(command), context),
        (exit) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            if (now > at + settings.hardTimeout) world.problems.push(`${command.key} waited ${now - at} ms`)
            world.problems.push(
              ...Exit.isSuccess(exit)
                ? lies(world, settings, reader, exit.value, now)
                : excuses(settings, reader, exit.cause, held, store.peek(command.key), now)
            )
          })
      )
      reader.fiber = yield* Effect.forkChild(answered, { startImmediately: true })
    })
  }

  private write(command: Command) {
    const { world } = this
    const target = targetOf(command)
    if (target !== undefined && "cache" in command) {
      return world.write(target, this.cache(command.cache).cache.invalidate(target))
    }
    if (command._tag !== "Set") return Effect.void
    const { cache, deadline, key, tags } = command
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const context = { tags, ...(deadline !== undefined && { deadline: now + deadline }) }
      const value = world.origin(key, now)
      value.until = Infinity
      const set = Effect.tap(this.cache(cache).cache.set(key, value, context), () =>
        Effect.sync(() => {
          value.until = world.event
        }))
      return world.write({ _tag: "Set", key, tags }, set)
    })
  }

  private carryOut(command: Command): Effect.Effect<unknown> {
    const { world } = this
    switch (command._tag) {
      case "Read":
        return this.read(command)
      case "Wait":
        return this.wait(command.millis)
      case "Leave":
        return Effect.sync(() => world.readers.at(-1 - command.reader)?.fiber?.interruptUnsafe())
      case "Observe":
        world.hear(command.cache, command.market, command.odds)
        return Effect.orDie(this.cache(command.cache).vix.observe(command))
      default:
        return Effect.forkChild(this.write(command), { startImmediately: true })
    }
  }

  step(given: Command) {
    return Effect.gen({ self: this }, function*() {
      const command = onPlan(this.plan, given)
      yield* this.carryOut(command)
      yield* this.plan.settle
      yield* this.check(command)
    })
  }

  wait(millis: number) {
    const { grain, settle } = this.plan
    return grain === 1
      ? TestClock.adjust(millis)
      : Effect.repeat(Effect.andThen(TestClock.adjust(grain), settle), { times: millis / grain })
  }

  private check(command: Command) {
    return Effect.gen({ self: this }, function*() {
      const { world } = this
      world.accuse(`after ${JSON.stringify(command)}`)
      const counted = this.caches.reduce((sum, { strategies }) => sum + strategies(), 0)
      assert.isAtLeast(counted, world.ended, "reads that ended were not counted")
      assert.isAtMost(counted, world.readers.length, "reads were counted twice")
      for (const [n, { running, settings, swr }] of this.caches.entries()) {
        const { background, flights } = running()
        assert.isAtMost(background, settings.maxBackground)
        assert.isAtMost(flights, keys.length)
        for (const key of keys) {
          assert.isAtMost(swr.state(key).flight?.waiters ?? 0, world.waiting(n, key), "those who left still count")
        }
      }
      if (this.plan.reliable) this.loses(command)
    })
  }

  /** No value leaves the store but by an invalidation, or for a later one. */
  private loses(command: Command): void {
    const { peek } = this.caches[0]!.store
    const held = new Map<string, CacheEntry.Entry>()
    for (const key of keys) {
      const entry = peek(key)
      if (entry !== undefined) held.set(key, entry)
      const before = this.held.get(key)
      if (before === undefined || targetOf(command) !== undefined) continue
      assert.isDefined(entry, `the value of ${key} was lost`)
      assert.isAtLeast(entry!.stamp, before.stamp, `the value of ${key} was overwritten by an older one`)
    }
    this.held = held
  }
}

const targetOf = (command: Command): CacheStore.Target | undefined => {
  switch (command._tag) {
    case "InvalidateKey":
      return { _tag: "Key", key: command.key }
    case "InvalidateTag":
      return { _tag: "Tags", tags: [command.tag] }
    case "InvalidatePrefix":
      return { _tag: "Prefix", prefix: command.prefix }
    case "InvalidateAll":
      return { _tag: "All" }
    default:
      return undefined
  }
}

/** Closes the caches: everybody has an answer, and nothing runs any more. */
const close = Effect.fnUntraced(function*(run: Run, scope: Scope.Closeable) {
  const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
  yield* run.wait(2000)
  assert.isDefined(closing.pollUnsafe(), "the caches did not close")
  const { world } = run
  world.accuse("after the end")
  assert.strictEqual(world.ended, world.readers.length, "readers without an answer")
  assert.strictEqual(world.running, 0, "computes that still run")
  const counted = run.caches.reduce((sum, { strategies }) => sum + strategies(), 0)
  assert.strictEqual(counted, world.readers.length, "strategies do not sum to the reads")
  for (const { running } of run.caches) assert.deepStrictEqual(running(), { flights: 0, background: 0, computes: 0 })
})

const play = (plan: Plan, script: ReadonlyArray<Command>) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const store = plan.store(memory())
    const caches = yield* Effect.forEach(
      Array.from({ length: plan.caches }),
      () => Scope.provide(open({ config, ttl, store }), scope)
    )
    const run = new Run(caches, plan)
    yield* Effect.forEach(script, (command) => run.step(command))
    yield* close(run, scope)
  })

const property = (plan: Plan) =>
({ ops = 2048, script, seed }: {
  readonly script: ReadonlyArray<Command>
  readonly seed: number
  readonly ops?: number
}) =>
  play(plan, script).pipe(
    Random.withSeed(seed),
    Effect.provideService(Scheduler.MaxOpsBeforeYield, ops)
  )

/** The seed is that of X-Fetch, of pauses and of faults. */
const inputs = { script: commands, seed: integer(0, 1_000_000) }
const options = { timeout: 300_000, arbitrary: { runs: 400, size: 150, seed: "smart-cache", maxShrinks: 2000 } }

const plain: Plan = {
  caches: 1,
  store: (memory) => memory,
  reliable: true,
  settle: TestClock.adjust(0),
  grain: 1
}
const patient: Plan = { ...plain, settle: Effect.repeat(TestClock.adjust(0), { times: 20 }), grain: 50 }

const reply = <A, E>(step: Effect.Effect<A, E>) =>
  Effect.tap(
    step,
    () => Effect.flatMap(Random.next, (draw) => draw < 0.3 ? Effect.sleep(Math.ceil(draw * 300)) : Effect.void)
  )

/** Steps that are done at once and answered late: what the store knows, the cache learns afterwards. */
const late = (store: CacheStore.Shape): CacheStore.Shape => ({
  ...store,
  read: (subject, applicant) => reply(store.read(subject, applicant)),
  lease: (claim) => reply(store.lease(claim)),
  fill: (fill) => reply(store.fill(fill)),
  stamp: (subject) => reply(store.stamp(subject)),
  invalidate: (target) => reply(store.invalidate(target))
})

/** Grants the lease with a read that finds nothing. */
const eager = (store: CacheStore.Shape): CacheStore.Shape => ({
  ...store,
  read: (subject, applicant) =>
    Effect.flatMap(store.read(subject), (lookup) => {
      const applies = lookup.entry === undefined ? applicant?.() : undefined
      if (applies === undefined) return Effect.succeed(lookup)
      const claim = { ...subject, ...applies, newerThan: 0 }
      return Effect.map(
        store.lease(claim),
        (lease) => lease._tag === "Granted" ? { ...lookup, granted: lease.stamp } : lookup
      )
    })
})

const chances = { fail: 0.1, hang: 0.05, loseReply: 0.05, delay: 0.2, maxDelay: 150 }
const chaos: Plan = {
  ...plain,
  store: (memory) => ChaosStore.make(late(eager(memory)), ChaosStore.random(chances)),
  reliable: false
}

describe("any interleaving keeps every promise", () => {
  it.effect.prop("of one cache", inputs, property(plain), options)

  it.effect.prop("of two caches on one store", inputs, property({ ...plain, caches: 2, store: eager }), options)

  it.effect.prop(
    "of one cache on a store that fails, hangs, dawdles, answers late or not at all",
    inputs,
    property(chaos),
    options
  )

  it.effect.prop(
    "of one cache whose fibers yield at every turn",
    { ...inputs, ops: oneOf(7, 11, 23) },
    property(patient),
    { ...options, arbitrary: { ...options.arbitrary, runs: 100 } }
  )
})
