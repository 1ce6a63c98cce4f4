/**
 * Nobody is given what was known to be old, though clocks disagree, marks vanish, news are lost and processes freeze.
 *
 * Processes read, compute and invalidate through one Redis; an oracle outside of the cache knows what was acknowledged
 * before each read began. So that its silence says something, it is also let loose on stores that lack a check.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { behindBounds } from "./oracle/Judge.ts"
import type { StoreName } from "./oracle/stores.ts"
import { workers as open } from "./oracle/workers.ts"
import type { Plan, Report } from "./oracle/world.ts"
import { cluster } from "./servers/cluster.ts"
import { single } from "./servers/single.ts"
import { shared } from "./support/shared.ts"

const server = shared(single())
const nodes = shared(cluster())
const workers = shared(open)

const seed = process.env["ORACLE_SEED"] ?? String(Date.now())
const patience = 120_000

const base = { seed, store: "none", limit: 90_000, readers: 100, quiet: 400 } as const

/** Every read asks Redis: nothing acknowledged may be missing. */
const strict = { ...base, tiers: "redis", ttl: 200, staleness: 2000, pause: 0 } as const

/** Values outlive the bound, so that only an invalidation that is heard keeps them from breaking it. */
const tiered = { ...base, tiers: "memory over redis", ttl: 4000, staleness: 500, pause: 10 } as const

const told = (name: string, report: Report): Report => {
  const { answers, behind, failed, farthest, left, metrics, reads, unjudged, writes } = report
  const lags = behind.map((count, i) => `<${behindBounds[i]} ms: ${count}`).join(", ")
  console.log(
    `${name}, seed ${seed}: ${reads} reads (${unjudged} unjudged, ${failed} failed, ${left} left), ` +
      `${writes} writes, ${metrics["computes"]} computes, ${metrics["fills_refused"]} fills refused; ` +
      `${JSON.stringify(answers)}; behind at most ${farthest} ms (${lags})`
  )
  return report
}

const run = (name: string, plan: Omit<Plan, "namespace" | "table">): Effect.Effect<Report> =>
  Effect.map(Effect.scoped(workers().run(plan)), (report) => told(name, report))

const sound = (report: Report, reads: number): void => {
  assert.deepStrictEqual([report.violations, report.examples], [0, []], `seed ${seed}`)
  assert.deepStrictEqual(report.surprises, [], `seed ${seed}`)
  assert.isAtLeast(report.reads - report.unjudged, reads * 0.95)
}

/** A run in which one of these never happened has shown little. */
const happened = (counts: Readonly<Record<string, number>>, ...names: ReadonlyArray<string>): void => {
  for (const name of names) assert.isAbove(counts[name] ?? 0, 0, `${name}, seed ${seed}`)
}

const busy = (report: Report): void => {
  happened(
    report.metrics,
    "cache_hit_fresh",
    "swr_served_stale",
    "swr_too_stale",
    "cache_miss",
    "xfetch_early_refreshes",
    "swr_background_success",
    "fills_refused",
    "coalesced_waiters",
    "lease_waits",
    "compute_errors"
  )
  happened(report.answers, "hit", "stale", "invalidated", "compute_slow", "forced", "redis", "compute", "in_flight")
}

describe("every read asks Redis", () => {
  it.live(
    "one server: no read is behind",
    () =>
      Effect.map(run("one server", { ...strict, url: server().url, until: 60_000 }), (report) => {
        sound(report, 60_000)
        busy(report)
      }),
    patience
  )

  it.live(
    "a Cluster: no read is behind",
    () =>
      Effect.map(run("a Cluster", { ...strict, url: nodes().url, until: 40_000 }), (report) => {
        sound(report, 40_000)
        busy(report)
      }),
    patience
  )
})

describe("memory over Redis", () => {
  for (
    const [name, url, until] of [["one server", () => server().url, 100_000], [
      "a Cluster",
      () => nodes().url,
      50_000
    ]] as const
  ) {
    it.live(
      `${name}: no read is behind by more than the bound, or behind its own process`,
      () =>
        Effect.map(run(`memory over ${name}`, { ...tiered, url: url(), until }), (report) => {
          sound(report, until)
          happened(report.metrics, "cache_hit_fresh", "cache_miss", "fills_refused", "bus_gaps")
          happened(report.answers, "memory", "redis", "compute")
        }),
      patience
    )
  }
})

describe("the oracle finds", () => {
  const broken = (store: StoreName, plan: typeof strict | typeof tiered) =>
    it.live(store, () =>
      Effect.map(
        run(store, { ...plan, url: server().url, store, until: "the first violation", limit: 30_000 }),
        (report) => assert.isAbove(report.violations, 0, `seed ${seed}`)
      ), patience)

  broken("a fill takes its stamp after the compute", strict)
  broken("a fill overwrites whatever is there", strict)
  broken("a reader is told no fence", strict)
  broken("a mark that is missing counts as valid", strict)
  broken("a mark that is missing comes back at zero", strict)
  broken("a key leaves no tombstone", strict)
  broken("prefixes are not looked at", strict)
  broken("news are heard but not heeded", tiered)
  broken("lost news are not noticed", tiered)
})
