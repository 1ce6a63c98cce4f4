import { assert, describe, it } from "@effect/vitest"
import * as Journal from "@smart-cache/core/Journal"
import { Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"
import { logged } from "./logged.ts"

const fell: Journal.Line = { level: "Warn", event: "connection_lost", message: "fell" }
const rose: Journal.Line = { level: "Info", event: "connection_back", message: "rose" }
const refused: Journal.Line = { level: "Warn", event: "connection_refused", message: "refused" }

describe("a journal", () => {
  it.effect("writes what happens for the first time at once, with its event and details", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { say } = yield* Journal.make
      yield* say({ ...fell, details: { problem: "cut" } })
      yield* say(rose)
      assert.deepStrictEqual(lines, [
        { level: "WARN", message: "fell", annotations: { event: "connection_lost", problem: "cut" } },
        { level: "INFO", message: "rose", annotations: { event: "connection_back" } }
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("writes of what repeats itself the latest, once in ten seconds, with how many were left out", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { say } = yield* Journal.make
      for (let i = 0; i < 100; i++) yield* say({ ...fell, details: { seconds: i } })
      assert.lengthOf(lines, 1)
      yield* TestClock.adjust(9999)
      assert.lengthOf(lines, 1)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(lines.slice(1).map((line) => line.annotations), [
        { event: "connection_lost", seconds: 99, suppressed: 98 }
      ])
      yield* TestClock.adjust(100_000)
      assert.lengthOf(lines, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("writes what has not happened for a while at once, though something waits, which is old then", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { say } = yield* Journal.make
      for (const line of [refused, refused, rose]) yield* say(line)
      const told = [{ event: "connection_refused" }, { event: "connection_back", suppressed: 1 }]
      assert.deepStrictEqual(lines.map(({ annotations }) => annotations), told)
      yield* TestClock.adjust(60_000)
      assert.lengthOf(lines, told.length)
    }).pipe(Effect.provide(layer))
  })

  it.effect("writes nothing twice within ten seconds, whenever it happened first", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { say } = yield* Journal.make
      yield* say(fell)
      yield* TestClock.adjust(9000)
      yield* say(rose)
      yield* TestClock.adjust(1500)
      yield* say(fell)
      yield* say(rose)
      yield* TestClock.adjust(8499)
      assert.deepStrictEqual(lines.map(({ message }) => message), ["fell", "rose", "fell"])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(lines.map(({ message }) => message), ["fell", "rose", "fell", "rose"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("says nothing of whoever found out", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { say } = yield* Effect.annotateLogs(Journal.make, { service: "odds" })
      const reader = Effect.annotateLogs({ user: "alice" })
      yield* reader(say(fell))
      yield* reader(say(fell))
      yield* TestClock.adjust(10_000)
      assert.deepStrictEqual(lines.map(({ annotations }) => annotations), [
        { event: "connection_lost", service: "odds" },
        { event: "connection_lost", service: "odds" }
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends with how things are, however they went up and down", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { say } = yield* Journal.make
      for (let i = 0; i < 30; i++) {
        yield* say(fell)
        yield* TestClock.adjust(700)
        yield* say(rose)
        yield* TestClock.adjust(400)
      }
      yield* say(fell)
      yield* TestClock.adjust(20_000)
      assert.strictEqual(lines.at(-1)?.message, "fell")
      assert.isAtMost(lines.length, 2 * 4 + 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("bounds its details, and writes nothing once its scope has closed", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { say } = yield* Effect.provideService(Journal.make, Scope.Scope, scope)
      yield* say({ ...fell, details: { problem: "x".repeat(10_000) } })
      assert.isBelow(String(lines[0]?.annotations["problem"]).length, 130)
      yield* say(fell)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust(20_000)
      assert.lengthOf(lines, 1)
    }).pipe(Effect.provide(layer))
  })
})
