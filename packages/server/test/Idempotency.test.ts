import { assert, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as Idempotency from "../src/internal/idempotency.ts"

/** Counts its runs, and answers with the count. */
const counter = () => {
  let runs = 0
  return Effect.sync(() => ++runs)
}

const make = Idempotency.make<number, string>({ capacity: 2, timeToLive: 1000 })

it.effect("a repeat is given the first answer until its time is over", () =>
  Effect.gen(function*() {
    const once = yield* make
    const run = counter()
    assert.deepStrictEqual([yield* once("a", "x", run), yield* once("a", "x", run)], [1, 1])
    assert.strictEqual(yield* once("b", "x", run), 2)
    yield* TestClock.adjust(999)
    assert.strictEqual(yield* once("a", "x", run), 1)
    yield* TestClock.adjust(1)
    assert.strictEqual(yield* once("a", "x", run), 3)
  }).pipe(Effect.scoped))

it.effect("the same key with another body is refused and runs nothing", () =>
  Effect.gen(function*() {
    const once = yield* make
    const run = counter()
    yield* once("a", "x", run)
    const conflict = yield* Effect.flip(once("a", "y", run))
    assert.propertyVal(conflict, "status", 409)
    assert.strictEqual(yield* once("b", "x", run), 2)
  }).pipe(Effect.scoped))

it.effect("repeats that come meanwhile wait for the one that runs", () =>
  Effect.gen(function*() {
    const once = yield* make
    const gate = yield* Deferred.make<void>()
    const run = counter()
    const ask = once("a", "x", Effect.andThen(Deferred.await(gate), run))
    const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(ask, { startImmediately: true }))
    yield* Deferred.succeed(gate, undefined)
    assert.deepStrictEqual(yield* Fiber.joinAll(fibers), [1, 1, 1])
  }).pipe(Effect.scoped))

it.effect("when whoever asked first leaves, the others are answered all the same", () =>
  Effect.gen(function*() {
    const once = yield* make
    const gate = yield* Deferred.make<void>()
    const ask = once("a", "x", Effect.andThen(Deferred.await(gate), counter()))
    const first = yield* Effect.forkChild(ask, { startImmediately: true })
    const second = yield* Effect.forkChild(ask, { startImmediately: true })
    yield* Fiber.interrupt(first)
    yield* Deferred.succeed(gate, undefined)
    assert.strictEqual(yield* Fiber.join(second), 1)
  }).pipe(Effect.scoped))

it.effect("a failure is told to all who wait and is not remembered", () =>
  Effect.gen(function*() {
    const once = yield* make
    const run = counter()
    assert.strictEqual(yield* Effect.flip(once("a", "x", Effect.fail("away"))), "away")
    assert.strictEqual(yield* once("a", "x", run), 1)
  }).pipe(Effect.scoped))

it.effect("no more are remembered than there is room for; the oldest leaves first", () =>
  Effect.gen(function*() {
    const once = yield* make
    const run = counter()
    for (const key of ["a", "b", "c"]) yield* once(key, "x", run)
    assert.strictEqual(yield* once("c", "x", run), 3)
    assert.strictEqual(yield* once("b", "x", run), 2)
    assert.strictEqual(yield* once("a", "x", run), 4)
  }).pipe(Effect.scoped))
