/** Who does without Redis gets no figures of it. */
import { assert, describe, it } from "@effect/vitest"
import { redis } from "../src/peers/smartCache.ts"
import { redisServer } from "../src/redisServer.ts"

const settings = { load: async (key: string) => key, ttl: 60_000, capacity: 10 }

const reasonOf = (promise: Promise<unknown>) => promise.then(() => "none", (error: unknown) => String(error))

describe("this cache over Redis", { timeout: 60_000 }, () => {
  it("does not begin without one", async () => {
    assert.match(await reasonOf(redis(settings, "redis://127.0.0.1:1")), /smart-cache has no Redis/)
  })

  it("says that it went on when its Redis was gone", async () => {
    const { stop, url } = await redisServer(undefined)
    const { check, close, read } = await redis(settings, url)
    assert.strictEqual(await read("a"), "a")
    await check!()
    stop()
    assert.strictEqual(await read("b"), "b")
    assert.match(await reasonOf(check!()), /smart-cache went on without its Redis/)
    await close()
  })
})
