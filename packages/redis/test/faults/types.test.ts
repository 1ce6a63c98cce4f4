/** Another program has put something else where a cache has its texts. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { single } from "../servers/single.ts"
import { shared } from "../support/shared.ts"
import { locked, patient } from "./support/caches.ts"
import { both, endure, type Scene } from "./support/ordeal.ts"

const server = shared(single(locked))

/** Names of each kind that the readers of a scene touch. */
const kinds: Readonly<Record<string, (keys: Keys.Keys, scene: Scene) => ReadonlyArray<string>>> = {
  values: (keys, { truth }) => truth.keys.map(keys.value),
  leases: (keys, { truth }) => truth.keys.map(keys.lease),
  marks: (keys, { truth }) => truth.keys.map((key) => keys.mark(truth.tagOf(key))),
  sequence: (keys) => [keys.sequence],
  "marks of everything": (keys) => [keys.all],
  "last message": (keys) => [keys.last]
}

const list = "redis.call('DEL', KEYS[1]) return redis.call('LPUSH', KEYS[1], 'a', 'b')"
const text = "return redis.call('SET', KEYS[1], ARGV[1])"

/** What is put there, one after the other: a stamp from the future is no harm to the sequence of stamps. */
const things = (kind: string): ReadonlyArray<readonly [script: string, ...args: ReadonlyArray<string>]> => [
  [list],
  [text, ""],
  [text, "123"],
  [text, "nan             "],
  ...(kind === "sequence" ? [] : [[text, "9000000000000000"]] as const),
  [text, "garbage"]
]

for (const tiers of both) {
  describe(`something else, ${tiers}`, () => {
    for (const [kind, names] of Object.entries(kinds)) {
      it.live(`instead of the ${kind}`, () =>
        Effect.gen(function*() {
          const scene = yield* endure({
            tiers,
            redis: patient,
            // What lies over a tombstone takes its place: computes that run are not stopped then (see RedisStore).
            habit: kind === "values" ? "tags" : "keys and tags",
            port: server().port,
            lines: 2,
            fault: (scene) =>
              Effect.gen(function*() {
                for (const [script, ...args] of things(kind)) {
                  for (const name of new Set(names(Keys.make(scene.namespace), scene))) {
                    yield* server().call("EVAL", script, "1", name, ...args)
                  }
                  yield* Effect.sleep(100)
                }
              })
          })
          assert.deepStrictEqual(scene.written.failed, [], "invalidations write over it")
          const { store_errors } = yield* scene.caches[0].metrics
          assert.strictEqual(store_errors, 0)
        }))
    }
  })
}
