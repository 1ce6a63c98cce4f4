/** The server answers with errors that pass. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { proxy } from "../servers/proxy.ts"
import { single } from "../servers/single.ts"
import { locked } from "./support/caches.ts"
import { both, endure } from "./support/ordeal.ts"

const errors = {
  LOADING: "-LOADING Redis is loading the dataset in memory\r\n",
  READONLY: "-READONLY You can't write against a read only replica.\r\n",
  MASTERDOWN: "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
  MISCONF: "-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.\r\n"
}

/** Scripts are the steps that write. */
const cases: ReadonlyArray<readonly [code: keyof typeof errors, to: "everything" | "scripts"]> = [
  ["LOADING", "everything"],
  ["READONLY", "everything"],
  ["READONLY", "scripts"],
  ["MASTERDOWN", "everything"],
  ["MASTERDOWN", "scripts"],
  ["MISCONF", "scripts"]
]

for (const tiers of both) {
  describe(`errors, ${tiers}`, () => {
    for (const [code, to] of cases) {
      it.live(`${code} to ${to}`, () =>
        Effect.gen(function*() {
          const before = yield* proxy(yield* single(locked))
          const scene = yield* endure({
            tiers,
            port: before.port,
            fault: () =>
              Effect.gen(function*() {
                const aim = to === "scripts" ? { match: "evalsha" } : {}
                yield* before.set({ _tag: "Reply", text: errors[code], ...aim })
                yield* Effect.sleep(1500)
                assert.isAbove(yield* before.met, 0)
                yield* before.set({ _tag: "None" })
              })
          })
          assert.isAbove(scene.written.failed.length, 0)
        }))
    }
  })
}
