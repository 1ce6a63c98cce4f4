/** Plays the scenarios of each place, in a process of its own: `measure.ts` starts it. */
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { allocate } from "./allocate.ts"
import { answer, question } from "./child.ts"
import { watch } from "./commands.ts"
import { count } from "./count.ts"
import type { Question, Row } from "./measure.ts"
import { Meter } from "./meter.ts"
import type { Scenario } from "./scenario.ts"
import { all } from "./scenarios.ts"
import { scene } from "./stage.ts"

const { places, url, what } = question<Question>()
const meter = new Meter()

const wanted = (scenario: Scenario): boolean => what === "counts" || scenario.times > 0

const play = Effect.gen(function*() {
  const rows: Array<Row> = []
  const observer = Context.get(yield* Layer.build(Layer.fresh(IoRedis.layer({ url }))), IoRedis.IoRedis)
  for (const place of places) {
    const set = yield* scene(place, url, meter)
    const watching = what === "counts" && set.redis !== undefined ? watch(set.redis, observer) : undefined
    for (const scenario of all.filter((each) => each.place === place && wanted(each))) {
      const { name } = scenario
      const measured = what === "counts"
        ? { counts: yield* count(scenario, set, watching) }
        : { bytes: yield* allocate(scenario, set) }
      rows.push({ place, name, ...measured })
    }
  }
  return rows
})

answer(
  await Effect.scoped(play).pipe(
    Effect.provide(meter.fibers),
    Effect.provideService(References.MinimumLogLevel, "Error"),
    Effect.runPromise
  )
)
