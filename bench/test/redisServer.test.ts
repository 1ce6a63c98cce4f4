/** The Redis of a run is its own: it will be emptied. */
import { assert, describe, it } from "@effect/vitest"
import { Refused } from "../src/frame/process.ts"
import { redisOf } from "../src/frame/redis.ts"
import { freePort, redisServer } from "../src/redisServer.ts"

describe("a Redis of its own", () => {
  it("is never one that was at the port before", { timeout: 60_000 }, async () => {
    const first = await redisServer(undefined)
    const taken = [Number(new URL(first.url).port)]
    const second = await redisServer(undefined, async () => taken.shift() ?? freePort())
    try {
      assert.notStrictEqual(second.url, first.url)
    } finally {
      first.stop()
      second.stop()
    }
  })

  it("is refused where none is on the PATH", async () => {
    const path = process.env["PATH"]
    process.env["PATH"] = "/nowhere"
    const error: unknown = await redisOf({ redis: "fresh" }).catch((error: unknown) => error)
    process.env["PATH"] = path
    assert.instanceOf(error, Refused)
    assert.match(String(error), /no redis-server on the PATH/)
  })
})
