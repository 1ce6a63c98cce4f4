/** What lies under a key is not what a cache has put there. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { single } from "../servers/single.ts"
import { shared } from "../support/shared.ts"
import { locked, patient } from "./support/caches.ts"
import { both, endure, type Scene } from "./support/ordeal.ts"

const server = shared(single(locked))

/** Every text that some key has, made into another one. */
const forgeries: Readonly<Record<string, (text: string) => string>> = {
  "nothing at all": () => "",
  "garbage": () => "garbage",
  "cut in the middle": (text) => text.slice(0, text.length / 2),
  "cut in its head": (text) => text.slice(0, 9),
  "a flipped bit of its body": (text) =>
    `${text.slice(0, 30)}${String.fromCharCode(text.charCodeAt(30) ^ 1)}${text.slice(31)}`,
  "another version": (text) => `2${text.slice(1)}`,
  "another version from the future": (text) => `2E9${text.slice(3)}`,
  "a stamp from the future": (text) => `1E9${text.slice(3)}`,
  "a stamp from the future, and no body": (text) => `1E9${text.slice(3, 20)}`,
  "a stamp that is none": (text) => `1Enan             ${text.slice(18)}`,
  "an endless stamp": (text) => `1Einf             ${text.slice(18)}`,
  "a tombstone from the future": () => "1T9000000000000000",
  "a body of another shape": (text) => `${text.slice(0, 20)}[1,2,3]`,
  "what claims to be packed": (text) => `${text.slice(0, 18)}b-bm90IGJyb3RsaQ`
}

const forge = ({ namespace, truth }: Scene, forgery: (text: string) => string) =>
  Effect.gen(function*() {
    const keys = Keys.make(namespace)
    for (const key of truth.keys) {
      const text = String((yield* server().call("GET", keys.value(key))) ?? "")
      if (text.length > 40) yield* server().call("SET", keys.value(key), forgery(text))
    }
  })

for (const tiers of both) {
  describe(`payloads, ${tiers}`, () => {
    for (const [name, forgery] of Object.entries(forgeries)) {
      it.live(name, () =>
        Effect.gen(function*() {
          const scene = yield* endure({
            tiers,
            redis: patient,
            // A forgery takes the place of the stamp that stops computes of before an invalidated key (see RedisStore).
            habit: "tags",
            port: server().port,
            lines: 2,
            fault: (scene) => Effect.andThen(forge(scene, forgery), Effect.sleep(200))
          })
          assert.deepStrictEqual(scene.written.failed, [])
        }))
    }
  })
}
