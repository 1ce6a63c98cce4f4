/** What every fault is put through: two caches with readers and a writer before, during and after it, and what must hold. */
import { assert } from "@effect/vitest"
import { Effect, Fiber, type Scope } from "effect"
import { freshNamespace, type Tiers } from "../../support/shared.ts"
import { type Cached, hardTimeout, open, type Options, password } from "./caches.ts"
import { type Habit, read, readers, type Tally, tally, writer, type Written } from "./crowd.ts"
import { canary, Truth } from "./truth.ts"
import { type Witness, witnessed } from "./witness.ts"

export interface Scene {
  readonly caches: readonly [Cached, Cached]
  readonly namespace: string
  readonly truth: Truth
  /** Of the time from the beginning of the fault to its end. */
  readonly during: Tally
  readonly written: Written
  readonly witness: Witness
}

export interface Ordeal extends Omit<Options, "namespace"> {
  /** Begins, lasts and ends the fault; what it leaves behind must heal by itself. */
  readonly fault: (scene: Scene) => Effect.Effect<void, unknown, Scope.Scope>
  readonly habit?: Habit
  /** Log lines that operators may be told, for both caches together; 24 without it: of the connection, the news, the store and the breaker. */
  readonly lines?: number
}

/** "Within a few seconds", on a machine that others use as well. */
const patience = 10_000

const until = (what: string, holds: Effect.Effect<boolean>): Effect.Effect<number> =>
  Effect.gen(function*() {
    const began = performance.now()
    while (!(yield* holds)) {
      if (performance.now() - began > patience) assert.fail(`within ${patience} ms: ${what}`)
      yield* Effect.sleep(25)
    }
    return performance.now() - began
  })

/** Whether the caches store again and what they store is found: by the one that filled it, and by the other. */
export const recover = ({ caches, truth }: Pick<Scene, "caches" | "truth">, tiers: Tiers, seen: Tally) =>
  Effect.gen(function*() {
    const isHit = (reader: number, key: string) =>
      Effect.map(
        read(caches[reader]!, reader, tiers, truth, key, seen),
        (source) => source === "memory" || source === "redis"
      )
    for (const key of truth.keys) {
      yield* until(
        `${key} is a hit`,
        Effect.map(Effect.all([isHit(0, key), isHit(1, key)]), (all) => all.every(Boolean))
      )
    }
    // A key that nobody has read before, so that the hit is a fill of after the fault.
    const fresh = `fresh:${truth.computes}`
    yield* until("a new key is stored", isHit(0, fresh))
    yield* until("and found by the other cache", isHit(1, fresh))
  })

const judge = (seen: Tally, written: Written, { all, lines, unhandled }: Witness, most: number): void => {
  assert.deepStrictEqual(seen.failed, [], "no read fails that the source could answer")
  assert.deepStrictEqual(seen.stale, [], "nothing is served that was invalidated")
  assert.isBelow(seen.slowest, hardTimeout, "no read takes longer than hardTimeout")
  assert.isBelow(written.slowest, hardTimeout, "no invalidation hangs")
  assert.deepStrictEqual(written.failed.filter((tag) => tag !== "StoreFailed"), [], "what fails says so")
  assert.deepStrictEqual(unhandled, [], "nothing is left unhandled")
  const telling = all.filter((line) => line.includes(canary) || line.includes(password))
  assert.deepStrictEqual(telling, [], "no value and no credential is logged")
  assert.isAtMost(lines.length, most, `changes are logged, not reads:\n${lines.join("\n")}`)
}

/** Puts two caches through a fault; succeeds with what was seen while it lasted. */
export const endure = (ordeal: Ordeal): Effect.Effect<Scene, unknown, Scope.Scope> =>
  witnessed((witness) =>
    Effect.gen(function*() {
      const { fault, habit = "keys and tags", lines = 24, tiers } = ordeal
      const namespace = freshNamespace()
      const caches = [yield* open({ ...ordeal, namespace }), yield* open({ ...ordeal, namespace })] as const
      const truth = new Truth(9)
      const seen = [tally(), tally(), tally()] as const
      const written: Written = { acknowledged: 0, failed: [], slowest: 0 }
      const scene: Scene = { caches, namespace, truth, during: seen[1], written, witness }
      const reading = (into: Tally) => Effect.forkScoped(readers(caches, tiers, truth, into))
      const before = yield* reading(seen[0])
      const writing = yield* Effect.forkScoped(writer(caches, truth, habit, written))
      yield* Effect.sleep(400)
      const during = yield* reading(seen[1])
      yield* Fiber.interrupt(before)
      yield* fault(scene)
      const after = yield* reading(seen[2])
      yield* Fiber.interrupt(during)
      yield* Effect.sleep(300)
      yield* Fiber.interrupt(writing)
      yield* recover(scene, tiers, seen[2])
      yield* Effect.sleep(300)
      yield* Fiber.interrupt(after)
      for (const each of seen) judge(each, written, witness, lines)
      return scene
    })
  )

/** Both ways of using Redis. */
export const both: ReadonlyArray<Tiers> = ["redis", "memory over redis"]
