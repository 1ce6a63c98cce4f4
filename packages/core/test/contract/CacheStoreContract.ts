/**
 * What every `CacheStore` promises, as a suite that runs unchanged on any of them.
 *
 * `suite` asks everything of a store that answers; `safety` asks only what must hold
 * when steps fail, hang or lose their reply, or when invalidations are forgotten.
 */
import { assert, describe } from "@effect/vitest"
import * as CacheStore from "@smart-cache/core/CacheStore"
import { Arbitrary, Effect, Fiber, type Layer } from "effect"
import { properties } from "../arbitraries.ts"
import { claim, type Compute, entryOf, plain, subject } from "./Ledger.ts"
import { moves, play, type Rigour, targets } from "./storeTrials.ts"
import { sure, testTime, type Time } from "./Time.ts"

const trials = (name: string, store: Layer.Layer<CacheStore.CacheStore>, time: Time, rigour: Rigour): void =>
  time.test(`keeps its promises over ${time.histories} random histories`, () =>
    Effect.gen(function*() {
      const outcome = yield* Arbitrary.checkEffect(
        moves,
        (history) =>
          Effect.as(
            Effect.provide(
              Effect.flatMap(CacheStore.CacheStore, (store) => play(store, time, rigour, history)),
              store,
              { local: true }
            ),
            true
          ).pipe(Effect.catchDefect(Effect.fail)),
        properties(time.histories)(name).arbitrary
      )
      const failure = Arbitrary.formatCheckFailure(outcome)
      if (failure !== undefined) assert.fail(failure)
    }))

/** The steps of one key under test, each asked until it answers. */
const hand = (store: CacheStore.Shape, time: Time, key: string) => {
  let tokens = 0
  const lease = (token: string) => sure(time, store.lease(claim(key, token, time.lease)))
  /** A stamp under a lease; waits for the end of other leases, but not for its fill. */
  const begin = (tags: ReadonlyArray<string> = []): Effect.Effect<Compute> =>
    Effect.gen(function*() {
      const token = `${key} ${++tokens}`
      for (;;) {
        const lease = yield* sure(time, store.lease(claim(key, token, time.lease, tags)))
        if (lease._tag === "Granted") return { number: lease.stamp, key, tags, stamp: lease.stamp, token }
        if (lease._tag === "Newer") return assert.fail("nobody asked for what stands")
        yield* time.elapse(lease.remaining)
      }
    })
  const fill = (compute: Compute) =>
    sure(time, store.fill({ key, codec: undefined, entry: entryOf(compute), token: compute.token }))
  return {
    lease,
    begin,
    fill,
    put: (tags: ReadonlyArray<string>) => Effect.flatMap(begin(tags), fill),
    release: (token: string) => sure(time, store.release(key, token)),
    read: (tags: ReadonlyArray<string> = []) => sure(time, store.read(subject(key, tags))),
    value: Effect.map(sure(time, store.read(subject(key))), ({ entry }) => entry?.value)
  }
}

type Hand = ReturnType<typeof hand>

/** All orders of a list. */
const orders = <A>(list: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  list.length === 0
    ? [[]]
    : list.flatMap((each, i) => orders([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [each, ...rest]))

/** Registers a test with a fresh store. */
const tester =
  (store: Layer.Layer<CacheStore.CacheStore>, time: Time) =>
  (name: string, body: (store: CacheStore.Shape, of: (key: string) => Hand) => Effect.Effect<void>): void =>
    time.test(name, () =>
      Effect.provide(
        Effect.flatMap(CacheStore.CacheStore, (store) => body(store, (key) => hand(store, time, key))),
        store,
        { local: true }
      ))

type Test = ReturnType<typeof tester>

const computesInOrder = (test: Test, time: Time): void => {
  test("lets the newest start win, in whatever order three computes end", (_store, of) =>
    Effect.gen(function*() {
      for (const [i, order] of orders([0, 1, 2]).entries()) {
        const key = of(`key ${i}`)
        const computes = [yield* key.begin(), yield* key.begin(), yield* key.begin()]
        let newest = -1
        for (const which of order) {
          yield* key.fill(computes[which]!)
          newest = Math.max(newest, which)
          assert.strictEqual(yield* key.value, computes[newest]!.number, `after ${order.join(", ")}`)
        }
      }
    }))

  test(
    "beats computes that began before an invalidation, whenever they end, and none that began after",
    (store, of) =>
      Effect.gen(function*() {
        for (const [i, target] of targets.entries()) {
          const name = target._tag === "Key" ? target.key : "a:1"
          const key = of(name)
          if (target._tag === "Prefix" && !name.startsWith(target.prefix)) continue
          const tags = target._tag === "Tags" ? target.tags : ["z"]
          const hit = target._tag !== "Tags" || target.tags.length > 0
          const ended = yield* key.begin(tags)
          yield* key.fill(ended)
          const running = yield* key.begin(tags)
          yield* sure(time, store.invalidate(target))
          assert.strictEqual(yield* key.value, hit ? undefined : ended.number, `${target._tag} ${i}`)
          const late = yield* key.fill(running)
          assert.strictEqual(late, hit ? "refused" : "stored")
          assert.strictEqual(yield* key.value, hit ? undefined : running.number)
          const after = yield* key.begin(tags)
          assert.strictEqual(yield* key.fill(after), "stored")
          assert.strictEqual(yield* key.value, after.number)
        }
      })
  )
}

const leases = (test: Test, time: Time): void => {
  test("grants a lease once, and says to others how long it lasts at most", (_store, of) =>
    Effect.gen(function*() {
      const key = of("key")
      const mine = yield* key.lease("mine")
      const theirs = yield* key.lease("theirs")
      assert.strictEqual(mine._tag, "Granted")
      if (theirs._tag !== "Busy") return assert.fail("granted twice")
      assert.isTrue(theirs.remaining > 0 && theirs.remaining <= time.lease)
      assert.strictEqual((yield* of("other").lease("theirs"))._tag, "Granted")
    }))

  test("grants the same lease again to the same token, with the same stamp", (_store, of) =>
    Effect.gen(function*() {
      const key = of("key")
      assert.deepStrictEqual(yield* key.lease("mine"), yield* key.lease("mine"))
    }))

  test("ends a lease by time, and not before", (_store, of) =>
    Effect.gen(function*() {
      const key = of("key")
      const mine = yield* key.lease("mine")
      yield* time.elapse(Math.floor(time.lease / 2))
      assert.strictEqual((yield* key.lease("theirs"))._tag, "Busy")
      yield* time.elapse(Math.ceil(time.lease / 2))
      const theirs = yield* key.lease("theirs")
      if (mine._tag !== "Granted" || theirs._tag !== "Granted") return assert.fail("not granted")
      assert.isAbove(theirs.stamp, mine.stamp)
    }))

  test("ends a lease by release and by fill, with its own token only", (_store, of) =>
    Effect.gen(function*() {
      for (const end of ["release", "fill"] as const) {
        const key = of(end)
        const compute = yield* key.begin()
        const ended = (token: string) => end === "release" ? key.release(token) : key.fill({ ...compute, token })
        yield* ended("another token")
        assert.strictEqual((yield* key.lease("theirs"))._tag, "Busy")
        yield* ended(compute.token!)
        assert.strictEqual((yield* key.lease("theirs"))._tag, "Granted")
      }
    }))

  test("may grant a lease with a read that finds nothing, and then it is one", (store, of) =>
    Effect.gen(function*() {
      const key = of("key")
      const ask = (token: string) =>
        sure(time, store.read(subject("key", ["x"]), () => ({ token, millis: time.lease })))
      const first = yield* ask("mine")
      if (first.granted === undefined) return
      assert.isUndefined(first.entry)
      assert.isBelow(first.fence, first.granted)
      assert.isUndefined((yield* ask("theirs")).granted)
      assert.deepStrictEqual(yield* key.lease("mine"), { _tag: "Granted", stamp: first.granted })
      const compute = { number: first.granted, key: "key", tags: ["x"], stamp: first.granted, token: "mine" }
      assert.strictEqual(yield* key.fill(compute), "stored")
      const found = yield* ask("theirs")
      assert.deepStrictEqual([found.entry?.value, found.granted], [compute.number, undefined])
      yield* sure(time, store.invalidate({ _tag: "Tags", tags: ["x"] }))
      const after = yield* ask("theirs")
      assert.deepStrictEqual([after.entry, after.invalidated], [undefined, true])
      assert.isAbove(after.granted ?? Infinity, first.granted)
      yield* key.release("theirs")
      assert.strictEqual((yield* key.lease("next"))._tag, "Granted")
    }))

  test("ends a lease even by a fill that is refused", (store, of) =>
    Effect.gen(function*() {
      const key = of("key")
      const compute = yield* key.begin(["x"])
      yield* sure(time, store.invalidate({ _tag: "Tags", tags: ["x"] }))
      assert.strictEqual(yield* key.fill(compute), "refused")
      assert.strictEqual((yield* key.lease("theirs"))._tag, "Granted")
    }))

  test(
    "does nothing for the token of a lease that has passed to somebody else",
    (_store, of) =>
      Effect.gen(function*() {
        const key = of("key")
        yield* key.lease("mine")
        yield* time.elapse(time.lease)
        yield* key.lease("theirs")
        yield* key.release("mine")
        assert.strictEqual((yield* key.lease("mine"))._tag, "Busy")
      })
  )
}

/** Whether an invalidation concerns a key that carries every tag of the trials. */
const names = (target: CacheStore.Target, key: string): boolean => {
  switch (target._tag) {
    case "Tags":
      return target.tags.length > 0
    case "Key":
      return target.key === key
    case "Prefix":
      return key.startsWith(target.prefix)
    case "All":
      return true
  }
}

const atOnce = <A>(step: Effect.Effect<A>) => Effect.forkChild(step, { startImmediately: true })

/** What a read asked for as something changed was told, and whether those who came after that may share it. */
const sharing = <A>(store: CacheStore.Shape, time: Time, change: Effect.Effect<A>, first: "read" | "change") =>
  Effect.gen(function*() {
    const early = first === "change" ? yield* atOnce(change) : undefined
    const asked = store.instant()
    const looking = yield* atOnce(sure(time, store.read(subject("a:1", ["x", "y"]))))
    const changed = yield* (early === undefined ? change : Fiber.join(early))
    const shared = store.instant() === asked
    return { changed, shared, lookup: yield* Fiber.join(looking) }
  })

const instants = (test: Test, time: Time): void => {
  test(
    "keeps its instant only while those who come later would be told the same",
    (store, of) =>
      Effect.gen(function*() {
        const key = of("a:1")
        const invalidations = targets.filter((target) => names(target, "a:1")).map((target) =>
          Effect.map(sure(time, store.invalidate(target)), ({ stamp }) => stamp)
        )
        const write = Effect.gen(function*() {
          const stamp = yield* sure(time, store.stamp(subject("a:1", ["x", "y"])))
          const entry = entryOf({ number: stamp, tags: ["x", "y"], stamp })
          yield* sure(time, store.fill({ key: "a:1", codec: undefined, entry, token: undefined }))
          return stamp
        })
        for (const change of [...invalidations, write]) {
          for (const first of ["read", "change"] as const) {
            yield* key.put(["x", "y"])
            const { changed, lookup, shared } = yield* sharing(store, time, change, first)
            if (shared) assert.isAtLeast(Math.max(lookup.fence, lookup.entry?.stamp ?? 0), changed)
          }
        }
      })
  )
}

const answers = (test: Test, time: Time): void => {
  test("leaves entries alone that an invalidation does not name", (store, of) =>
    Effect.gen(function*() {
      const key = of("a:1")
      const compute = yield* key.begin(["x"])
      yield* key.fill(compute)
      const others: ReadonlyArray<CacheStore.Target> = [
        { _tag: "Key", key: "a:10" },
        { _tag: "Key", key: "a:" },
        { _tag: "Tags", tags: ["X", "xx", "a:1", ""] },
        { _tag: "Tags", tags: [] },
        { _tag: "Prefix", prefix: "a:1 " },
        { _tag: "Prefix", prefix: "x" },
        { _tag: "Prefix", prefix: "*" },
        { _tag: "Prefix", prefix: "a?" }
      ]
      for (const target of others) yield* sure(time, store.invalidate(target))
      assert.strictEqual(yield* key.value, compute.number)
    }))

  test("gives stamps that only grow, to leases, writes and invalidations alike", (store, of) =>
    Effect.gen(function*() {
      let last = 0
      for (let i = 0; i < 20; i++) {
        const { stamp } = yield* of(`key ${i}`).begin()
        const write = yield* sure(time, store.stamp(subject("key")))
        const invalidated = yield* sure(time, store.invalidate(targets[i % targets.length]!))
        for (const each of [stamp, write, invalidated.stamp]) {
          assert.isAbove(each, last)
          last = each
        }
      }
    }))

  test(
    "reads the entry that was stored, as it was stored, and nothing of a stranger",
    (store, of) =>
      Effect.gen(function*() {
        const key = of("key")
        const compute = yield* key.begin(["x", "y"])
        yield* key.fill(compute)
        const { entry, invalidated } = yield* key.read(["x", "y"])
        assert.deepStrictEqual(entry && plain(entry), entryOf(compute))
        assert.isFalse(invalidated)
        const held = store.peek("key")
        assert.deepStrictEqual(held && plain(held), store.local === "memory" ? entryOf(compute) : undefined)
        assert.isUndefined(store.peek("stranger"))
        const nothing = yield* of("stranger").read()
        assert.isUndefined(nothing.entry)
        assert.isFalse(nothing.invalidated)
      })
  )

  test(
    "tells a reader the fence of its key and tags: what began at or before it is refused",
    (store, of) =>
      Effect.gen(function*() {
        const key = of("a:1")
        assert.isBelow((yield* key.read(["x"])).fence, (yield* key.begin()).stamp)
        for (const target of targets) {
          const { stamp } = yield* sure(time, store.invalidate(target))
          const tags = target._tag === "Tags" ? target.tags : []
          const { fence } = yield* key.read(tags)
          assert.strictEqual(fence >= stamp, names(target, "a:1"), JSON.stringify(target))
          assert.isBelow(fence, yield* sure(time, store.stamp(subject("a:1", tags))))
        }
      })
  )

  test(
    "counts what it drops, if it can: by key, by prefix and of everything each entry once",
    (store, of) =>
      Effect.gen(function*() {
        if ((yield* sure(time, store.invalidate({ _tag: "All" }))).dropped === undefined) return
        const dropped = (target: CacheStore.Target) =>
          Effect.map(sure(time, store.invalidate(target)), (done) => done.dropped)
        const four = Effect.all([
          of("a:1").put(["x"]),
          of("a:2").put(["x", "y"]),
          of("b:1").put(["y"]),
          of("b:2").put([])
        ])
        yield* four
        assert.strictEqual(store.held().entries, 4)
        assert.strictEqual(yield* dropped({ _tag: "Key", key: "a:1" }), 1)
        assert.strictEqual(yield* dropped({ _tag: "Key", key: "a:1" }), 0)
        assert.strictEqual(yield* dropped({ _tag: "Prefix", prefix: "b" }), 2)
        assert.strictEqual(yield* dropped({ _tag: "All" }), 1)
        assert.strictEqual(yield* dropped({ _tag: "All" }), 0)
        assert.strictEqual(store.held().entries, 0)
        yield* four
        assert.strictEqual(yield* dropped({ _tag: "Tags", tags: ["x"] }), 2)
        assert.strictEqual(yield* dropped({ _tag: "Tags", tags: ["x"] }), 0)
        assert.strictEqual(yield* dropped({ _tag: "Key", key: "a:1" }), 0, "it was gone already")
        assert.strictEqual(yield* dropped({ _tag: "Prefix", prefix: "a" }), 0)
        assert.strictEqual(yield* dropped({ _tag: "All" }), 2)
      })
  )

  test("says of a key that nothing stands because it was invalidated", (store, of) =>
    Effect.gen(function*() {
      for (const target of targets) {
        const key = of("a:1")
        const tags = ["x", "y"]
        yield* key.fill(yield* key.begin(tags))
        yield* sure(time, store.invalidate(target))
        const { entry, invalidated } = yield* key.read(tags)
        // Who remembers everything that stood when everything was dropped has dropped nothing.
        if (target._tag !== "All") assert.strictEqual(invalidated, entry === undefined, JSON.stringify(target))
      }
    }))

  test("holds what it counts, and weighs it", (store, of) =>
    Effect.gen(function*() {
      const before = store.held()
      if (store.local !== "memory") return assert.deepStrictEqual(before, { entries: 0, bytes: 0 })
      const key = of("key")
      yield* key.fill(yield* key.begin())
      const after = store.held()
      assert.strictEqual(after.entries, before.entries + 1)
      assert.isAbove(after.bytes, before.bytes)
    }))
}

/** What holds of any store, however much goes wrong. */
export const safety = (name: string, store: Layer.Layer<CacheStore.CacheStore>, time: Time = testTime): void => {
  describe(`${name}, whatever happens,`, () => {
    computesInOrder(tester(store, time), time)
    trials(name, store, time, "safe")
  })
}

/** What holds of a store that works. */
export const suite = (name: string, store: Layer.Layer<CacheStore.CacheStore>, time: Time = testTime): void => {
  describe(name, () => {
    const test = tester(store, time)
    computesInOrder(test, time)
    leases(test, time)
    instants(test, time)
    answers(test, time)
    trials(name, store, time, "exact")
  })
}
