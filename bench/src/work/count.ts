/** Counts what one scenario makes and asks for. */
import * as Effect from "effect/Effect"
import type { Asked, Calls, Watch } from "./commands.ts"
import { kinds, type Made } from "./meter.ts"
import type { Scenario, Work } from "./scenario.ts"
import type { Scene } from "./stage.ts"

/** What a scenario came to. */
export type Counts = Made & Asked

/** Does the work, and waits until it is over as the scenario means it. */
const metered = (
  { until }: Scenario,
  { quiet, stage: { meter } }: Scene,
  { run }: Work
): Effect.Effect<Made, unknown> =>
  Effect.suspend(() => {
    let settled: ((made: Made) => void) | undefined
    // Set before anything is counted: to look makes nothing.
    const looking = setInterval(() => quiet() && settled?.(meter.end()), 1)
    const counting = Effect.gen(function*() {
      // A turn of its own, so that the scheduler does not come between.
      yield* Effect.yieldNow
      meter.begin()
      yield* run
      if (until !== "settled" || quiet()) return meter.end()
      return yield* Effect.callback<Made>((resume) => {
        settled = (made) => resume(Effect.succeed(made))
      })
    })
    return Effect.ensuring(counting, Effect.sync(() => clearInterval(looking)))
  })

const unasked: Asked = { sent: {}, scripted: {}, writes: 0 }

const once = Effect.fnUntraced(function*(scenario: Scenario, scene: Scene, watch: Watch | undefined) {
  const work = yield* scenario.begin(scene.stage)
  // What earlier work left running would be counted as this one's.
  while (scenario.until === "settled" && !scene.quiet()) yield* Effect.sleep("1 millis")
  if (watch !== undefined) yield* watch.begin
  const made = yield* metered(scenario, scene, work)
  const asked = watch === undefined ? unasked : yield* watch.end
  yield* work.check
  return { ...made, ...asked, fibers: made.fibers - scenario.crowd }
})

const leastCalls = (a: Calls, b: Calls): Calls =>
  Object.fromEntries(
    Object.entries(a).map(([name, calls]) => [name, Math.min(calls, b[name] ?? 0)] as const).filter(([, n]) => n > 0)
  )

const least = (a: Counts, b: Counts): Counts => ({
  ...Object.fromEntries(kinds.map((kind) => [kind, Math.min(a[kind], b[kind])])) as Record<keyof Made, number>,
  sent: leastCalls(a.sent, b.sent),
  scripted: leastCalls(a.scripted, b.scripted),
  writes: Math.min(a.writes, b.writes)
})

/** Longer than any of them takes on a slow machine. */
const patience = "60 seconds"

/** The least of several repetitions: what else happens in a process only adds. */
export const count = (
  scenario: Scenario,
  scene: Scene,
  watch: Watch | undefined
): Effect.Effect<Counts, unknown> =>
  Effect.gen(function*() {
    let counts = yield* once(scenario, scene, watch)
    for (let i = 1; i < scenario.repetitions; i++) counts = least(counts, yield* once(scenario, scene, watch))
    return counts
  }).pipe(Effect.timeout(patience))
