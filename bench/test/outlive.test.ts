/** What a hit leaves behind for the collector of the old: what is dead must not keep what is dead. */
import { assert, it } from "@effect/vitest"
import { redisServer } from "../src/redisServer.ts"
import { ask } from "../src/work/child.ts"
import type { Outlived, Question } from "../src/work/outlive.ts"

it("of a hit in Redis, a hundred at once, next to nothing outlives the collections of the young", async () => {
  const server = await redisServer(undefined)
  const ended = new AbortController()
  try {
    const { bytes } = await ask<Question, Outlived>(new URL("../src/work/outlive.ts", import.meta.url), {
      url: server.url
    }, {
      patience: 120_000,
      signal: ended.signal,
      // A collection of the old between would free what is to be seen.
      nodeFlags: ["--expose-gc", "--initial-old-space-size=1024"]
    })
    // 8 KB are allocated; 3 KB stayed while literals, a long-lived map and replies kept them.
    assert.isBelow(bytes, 500)
  } finally {
    ended.abort()
    await server.stop()
  }
}, 150_000)
