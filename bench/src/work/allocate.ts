/** Measures what one scenario allocates, warm. */
import * as Effect from "effect/Effect"
import type { Scenario } from "./scenario.ts"
import type { Scene } from "./stage.ts"

/** Bytes each time the work is done: nearly, but not quite, the same in every round. */
export interface Bytes {
  readonly least: number
  readonly most: number
}

/** Rounds that warm the compiler up, and rounds that count. */
const warmUp = 3
const rounds = 4

const collect = (): number => {
  if (globalThis.gc === undefined) throw new Error("bench: to measure bytes needs --expose-gc")
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

/** Growth of a heap that is too large to be collected meanwhile. */
export const allocate = (scenario: Scenario, { stage }: Scene): Effect.Effect<Bytes, unknown> =>
  Effect.gen(function*() {
    const { run } = yield* scenario.begin(stage)
    let bytes: Bytes = { least: Infinity, most: 0 }
    for (let round = 0; round < warmUp + rounds; round++) {
      const before = collect()
      let at = 0
      yield* Effect.whileLoop({ while: () => at < scenario.times, body: () => run, step: () => at++ })
      const each = (process.memoryUsage().heapUsed - before) / scenario.times
      if (round >= warmUp) bytes = { least: Math.min(bytes.least, each), most: Math.max(bytes.most, each) }
    }
    return bytes
  })
