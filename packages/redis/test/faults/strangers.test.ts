/** Entries that are well formed, and still not what a reader may take: another key's, another Schema's, far too large. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheCodec from "@smart-cache/core/CacheCodec"
import { Effect, Schema } from "effect"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { brotliCompressSync } from "node:zlib"
import * as Keys from "../../src/internal/keys.ts"
import { single } from "../servers/single.ts"
import { freshNamespace, shared } from "../support/shared.ts"
import { type Cached, hardTimeout, locked, open, secret } from "./support/caches.ts"
import { both, endure } from "./support/ordeal.ts"
import { canary } from "./support/truth.ts"
import { witnessed } from "./support/witness.ts"

const server = shared(single(locked))

const textOf = (name: string) => Effect.map(server().call("GET", name), String)

/** Puts what lies under each of two keys under the other. */
const swap = (namespace: string, a: string, b: string) =>
  Effect.gen(function*() {
    const { value } = Keys.make(namespace)
    const [first, second] = [yield* textOf(value(a)), yield* textOf(value(b))]
    yield* server().call("SET", value(a), second)
    yield* server().call("SET", value(b), first)
  })

const get = ({ cache }: Cached, key: string) => cache.get(key, Effect.succeed(`${canary} of ${key}`))

const codec = <A>(schema: Schema.Codec<A, unknown>) => ({ codec: CacheCodec.schema(schema) })
const before = codec(Schema.Struct({ price: Schema.Finite }))
const after = codec(Schema.Struct({ price: Schema.String }))

const megabyte = 1024 * 1024

/** Texts of 64 MB, as they lie there or once they are unpacked, with a stamp that computes may beat. */
const giants: Readonly<Record<string, () => string>> = {
  "no entry at all": () => "x".repeat(64 * megabyte),
  "an entry": () => `1E0000000000000001j-[0,null,null,null,null,1,1,[],"${"x".repeat(64 * megabyte)}"]`,
  "a packed entry": () =>
    `1E0000000000000001b-${brotliCompressSync(Buffer.alloc(64 * megabyte, "x")).toString("base64url")}`
}

for (const tiers of both) {
  describe(`strangers, ${tiers}`, () => {
    for (const sealed of ["with a secret", "without a secret"]) {
      it.live(`another key's entry, ${sealed}`, () =>
        witnessed(({ all }) =>
          Effect.gen(function*() {
            const namespace = freshNamespace()
            const store = sealed === "with a secret" ? { secret } : {}
            const options = { tiers, port: server().port, namespace, store }
            const writer = yield* open(options)
            yield* get(writer, "a")
            yield* get(writer, "b")
            yield* swap(namespace, "a", "b")
            const reader = yield* open(options)
            const read = yield* get(reader, "a")
            // Only a seal tells whose entry it is.
            assert.deepStrictEqual(
              [read.value, read.metadata.source],
              sealed === "with a secret" ? [`${canary} of a`, "compute"] : [`${canary} of b`, "redis"]
            )
            if (sealed === "with a secret") {
              assert.isAtLeast((yield* reader.metrics)["payloads_refused"] ?? 0, 1)
              assert.include(["redis", "memory"], (yield* get(reader, "a")).metadata.source)
            }
            assert.isFalse(all.some((line) => line.includes(canary)))
          })
        ))
    }

    it.live("an entry of another Schema", () =>
      witnessed(({ all }) =>
        Effect.gen(function*() {
          const options = { tiers, port: server().port, namespace: freshNamespace() }
          const old = yield* open(options)
          yield* old.cache.get("k", Effect.succeed({ price: 1234567 }), before)
          const now = yield* open(options)
          const read = now.cache.get("k", Effect.succeed({ price: canary }), after)
          const sources = [(yield* read).metadata.source, (yield* read).metadata.source]
          assert.strictEqual(sources[0], "compute")
          assert.include(["redis", "memory"], sources[1])
          assert.isAtLeast((yield* now.metrics)["payloads_refused"] ?? 0, 1)
          assert.isFalse(all.some((line) => line.includes(canary) || line.includes("1234567")))
        })
      ))

    for (const [name, giant] of Object.entries(giants)) {
      it.live(`64 MB: ${name}`, () =>
        Effect.gen(function*() {
          const delay = monitorEventLoopDelay()
          yield* endure({
            tiers,
            port: server().port,
            fault: ({ namespace, truth }) =>
              Effect.gen(function*() {
                const text = giant()
                delay.enable()
                // The text itself is made and sent in this process as well.
                yield* server().call("SET", Keys.make(namespace).value(truth.keys[0]!), text)
                yield* Effect.sleep(1000)
                delay.disable()
              })
          })
          assert.isBelow(delay.max / 1e6, hardTimeout)
        }))
    }
  })
}
