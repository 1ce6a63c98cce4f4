/**
 * Strategies in a steady state: the cache on a virtual clock, keys read at random moments, nothing invalidated, nobody
 * nervous. What is left to vary is the density: how often a key is read in one TTL.
 */
import * as SmartCache from "@smart-cache/core/SmartCache"
import type { Strategy } from "@smart-cache/lab/report/DayResult"
import { strategies } from "@smart-cache/lab/report/DayResult"
import { judge, targets } from "@smart-cache/lab/report/targets"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import { draws, gap, seeded } from "./chance.ts"
import { type Claim, judged, percent } from "./finding.ts"

export interface Size {
  /** Reads of a key in one TTL. */
  readonly densities: ReadonlyArray<number>
  /** Reads that are counted at each density. */
  readonly reads: number
}

const keys = 10
const ttl = 15 * 60_000
const computeMs = 4200

type Shares = Readonly<Record<Strategy, number>>

/** Every read is forked, for one that computes must not hold up the next. */
const play = Effect.fnUntraced(function*(density: number, reads: number) {
  const cache = yield* SmartCache.SmartCache
  const draw = draws(`density ${density}`)
  const counts: Record<Strategy, number> = { bypass: 0, compute: 0, serve_stale: 0, serve_fresh: 0 }
  const warmUp = Math.ceil(3 * keys * Math.max(1, density))
  let failed: Exit.Exit<unknown, unknown> = Exit.void
  for (let i = 0; i < warmUp + reads; i++) {
    yield* TestClock.adjust(gap(draw) * ttl / density / keys)
    const key = `${Math.floor(draw() * keys)}`
    const fiber = yield* Effect.forkChild(cache.get(key, Effect.as(Effect.sleep(computeMs), key)), {
      startImmediately: true
    })
    fiber.addObserver((exit) => {
      if (Exit.isFailure(exit)) failed = exit
      else if (exit.value.value !== key) failed = Exit.die(new Error(`the key ${key} was given ${exit.value.value}`))
      else if (i >= warmUp) counts[exit.value.metadata.strategy]++
    })
  }
  yield* TestClock.adjust(10 * computeMs)
  yield* failed
  return Object.fromEntries(strategies.map((strategy) => [strategy, 100 * counts[strategy] / reads])) as Shares
})

/** Shares of the strategies at a density, percent. */
export const shares = (density: number, reads: number): Promise<Shares> =>
  Effect.runPromise(
    Effect.flatMap(seeded(`density cache ${density}`), (random) =>
      Effect.scoped(play(density, reads)).pipe(
        Effect.provide(
          SmartCache.layer({ config: { ttl, maxEntries: keys } }).pipe(Layer.provideMerge(TestClock.layer()))
        ),
        Effect.provideService(Random.Random, random)
      ))
  )

const short: Readonly<Record<Strategy, string>> = {
  serve_fresh: "fresh",
  serve_stale: "stale",
  compute: "compute",
  bypass: "bypass"
}

export const run: Claim<Size> = async ({ densities, reads }) => {
  const all = new Map<number, Shares>()
  for (const density of densities) all.set(density, await shares(density, reads))
  const within = (strategy: Strategy) =>
    densities.filter((density) => judge(all.get(density)![strategy], targets[strategy]) === "within")
  const everywhere = densities.filter((density) => strategies.every((strategy) => within(strategy).includes(density)))
  const at = (some: ReadonlyArray<number>): string =>
    some.length === densities.length ? "everywhere" : `at ${some.join(", ") || "none"}`
  const where = strategies.map((strategy) => `${short[strategy]} ${at(within(strategy))}`).join("; ")
  return [{
    claim: "strategies in a steady state",
    method:
      `The cache on a virtual clock, ${keys} keys read at random, TTL 15 min, compute 4.2 s, nothing invalidated: `
      + "shares by reads of a key in one TTL.",
    asked: "fresh 85-90 %, stale 5-10 %, compute 3-5 %, bypass < 2 %",
    measured: densities.map((density) =>
      `${density} a TTL: ${
        strategies.slice(0, 3).map((each) => `${short[each]} ${percent(all.get(density)![each])}`).join(", ")
      }`
    ).join("; "),
    ...judged(
      everywhere.length > 0,
      `Within their bands are ${where}; all of them at no density. Of ρ reads in a TTL and one more, one finds it over and is `
        + "given the old value while a refresh runs. Only what holds no usable value computes: here a key that was not read for "
        + "several TTLs, elsewhere first reads, invalidations and deadlines. Denser is better than asked."
    ),
    figures: Object.fromEntries(
      densities.flatMap((density) => strategies.map((each) => [`${each}_pct@${density}`, all.get(density)![each]]))
    )
  }]
}
