/** A store that fails: the server says so, and says no more than that. */
import { assert, it } from "@effect/vitest"
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as MemoryStore from "@smart-cache/core/MemoryStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as ChaosStore from "@smart-cache/core/testing/ChaosStore"
import { Events } from "@smart-cache/football"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { app, port, token } from "./support/app.ts"
import { json, send } from "./support/http.ts"

const bearer = { authorization: `Bearer ${token}` }

const failing = SmartCache.layerOn({ graph: Events.graph }, {
  config: CacheConfig.layer(),
  store: Layer.provide(ChaosStore.layer(() => Effect.succeed(ChaosStore.fail)), MemoryStore.layer)
})

const test = Effect.gen(function*() {
  const at = yield* port
  const health = Effect.map(send(at, { path: "/health" }), ({ body, status }) => ({ status, json: JSON.parse(body) }))
  assert.strictEqual((yield* health).json.status, "ok")

  const prediction = yield* send(at, {
    path: "/api/v1/brain/calculate",
    ...json({ home_team: "Arsenal", away_team: "Chelsea" })
  })
  assert.strictEqual(prediction.status, 200)
  assert.strictEqual(JSON.parse(prediction.body).metadata.reason, "store_unavailable")

  const degraded = yield* health
  assert.strictEqual(degraded.status, 200)
  assert.strictEqual(degraded.json.status, "degraded")
  assert.isNotEmpty(degraded.json.store.problem)

  // An event that could not be carried out is not remembered as if it had been.
  for (let i = 0; i < 2; i++) {
    const event = yield* send(at, {
      path: "/api/v1/events",
      ...json({ event: "weather_rain", match_key: "ars-che" }, { ...bearer, "idempotency-key": "k" })
    })
    assert.strictEqual(event.status, 503)
    assert.strictEqual(event.headers["content-type"], "application/problem+json")
    assert.include(event.body, "the store does not answer")
    assert.notInclude(event.body, "chaos")
  }
  const explained = yield* send(at, { path: "/api/v1/explain?key=k" })
  assert.strictEqual(explained.status, 503)
  assert.notInclude(explained.body, "chaos")
})

it.live("a failing store degrades health, fails no read, and tells nothing of itself", () =>
  Effect.provide(test, app({}, {}, failing)))
