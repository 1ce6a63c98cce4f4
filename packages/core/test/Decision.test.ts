import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@smart-cache/core/CacheEntry"
import * as CacheOutcome from "@smart-cache/core/CacheOutcome"
import * as Decision from "@smart-cache/core/Decision"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import { Arbitrary } from "effect"
import { either, integer, oneOf, properties } from "./arbitraries.ts"
import { football, hours, minutes } from "./football.ts"

const repeatedly = properties(3000)

/** Every decision that the module exports. */
const exported: ReadonlyArray<Decision.Decision> = [
  Decision.disabled,
  Decision.panic,
  Decision.forced,
  Decision.deadlinePassed,
  Decision.miss,
  Decision.invalidated,
  Decision.tooStale,
  Decision.storeUnavailable,
  Decision.stale,
  Decision.warned,
  Decision.computeFailed,
  Decision.computeSlow,
  Decision.fresh,
  Decision.freshEarly
]

/** Times that make sense, and some that cannot be. */
const times = either(integer(-50, 400), integer(0, 200), oneOf(Infinity, -Infinity, 0, 1e308, -1e308))

const entries: Arbitrary.Arbitrary<Entry> = Arbitrary.map(
  Arbitrary.all({
    createdAt: times,
    freshUntil: times,
    earlyFrom: times,
    staleUntil: times,
    deadline: times,
    confirmed: oneOf(true, false),
    delta: oneOf(0, 1, 50, 1e9, Infinity)
  }),
  (times) => ({ ...times, value: "value", stamp: 1, tags: [] })
)

const requests: Arbitrary.Arbitrary<Decision.Request> = Arbitrary.all({
  deadline: either<number | undefined>(times, oneOf(undefined)),
  confirmed: oneOf(undefined, true, false),
  refresh: oneOf(undefined, undefined, undefined, "force" as const)
})

const policies: ReadonlyArray<TtlPolicy.Policy> = [
  TtlPolicy.fixed(100),
  TtlPolicy.zones({
    zones: [
      { name: "far", within: "Infinity", ttl: 100 },
      { name: "near", within: 60, ttl: 20 },
      { name: "last", within: 10, ttl: 5 }
    ],
    confirmedFactor: 2
  }),
  TtlPolicy.byValue(() => Number.NaN)
]

const rules: Arbitrary.Arbitrary<Decision.Rules> = Arbitrary.all({
  policy: oneOf(...policies),
  enabled: oneOf(true, true, true, false),
  beta: oneOf(0, 1, 1000),
  staleFactor: oneOf(0, 1, 3),
  failSafe: oneOf(0, 50, Infinity),
  warningTtl: oneOf(0, 30, Infinity)
})

const reads = Arbitrary.all({
  entry: either<Entry | undefined>(entries, entries, entries, oneOf(undefined)),
  standing: oneOf<Decision.Standing>("ok", "ok", "invalidated", "backing_off"),
  now: times,
  volatility: oneOf(...CacheOutcome.vixLevels, "unknown" as const, "normal" as const, "warning" as const),
  draw: oneOf(0, 0.2, 0.9, 1 - 2 ** -53),
  request: requests,
  rules
})
type Read = typeof reads extends Arbitrary.Arbitrary<infer A> ? A : never

const decide = ({ draw, entry, now, request, rules, standing, volatility }: Read, change: Partial<Read> = {}) => {
  const read = { draw, entry, now, request, rules, standing, volatility, ...change }
  return Decision.decide(read.entry, read.standing, read.now, read.volatility, read.draw, read.request, read.rules)
}

const serves = ({ strategy }: Decision.Decision) => strategy === "serve_fresh" || strategy === "serve_stale"

const rank = ({ strategy }: Decision.Decision) => CacheOutcome.strategies.indexOf(strategy)

describe("a decision", () => {
  it.prop("is always exactly one of those that are exported, the same each time it is asked", [reads], ([read]) => {
    const decision = decide(read)
    assert.strictEqual(exported.filter((each) => each === decision).length, 1)
    assert.strictEqual(decide(read), decision)
    assert.strictEqual(CacheOutcome.reasons[decision.code], decision.reason)
    assert.isTrue(Object.isFrozen(decision))
  }, repeatedly("total"))

  it("can be each of those that a read alone can lead to", () => {
    const base = { value: 1, createdAt: 0, freshUntil: 100, earlyFrom: 90, staleUntil: 200, deadline: 300 }
    const entry: Entry = { ...base, confirmed: false, delta: 5, stamp: 1, tags: [] }
    const rules: Decision.Rules = {
      policy: TtlPolicy.fixed(100),
      enabled: true,
      beta: 1,
      staleFactor: 1,
      failSafe: 50,
      warningTtl: 60
    }
    const read: Read = { entry, standing: "ok", now: 10, volatility: "normal", draw: 0.99, request: {}, rules }
    assert.strictEqual(decide(read), Decision.fresh)
    assert.strictEqual(decide(read, { now: 95 }), Decision.freshEarly)
    assert.strictEqual(decide(read, { now: 95, standing: "backing_off" }), Decision.fresh)
    assert.strictEqual(decide(read, { now: 99, draw: 0 }), Decision.fresh)
    assert.strictEqual(decide(read, { now: 100 }), Decision.stale)
    assert.strictEqual(decide(read, { now: 100, standing: "backing_off" }), Decision.computeFailed)
    assert.strictEqual(decide(read, { now: 199 }), Decision.stale)
    assert.strictEqual(decide(read, { now: 200 }), Decision.tooStale)
    assert.strictEqual(decide(read, { now: 249, standing: "backing_off" }), Decision.computeFailed)
    assert.strictEqual(decide(read, { now: 250, standing: "backing_off" }), Decision.tooStale)
    assert.strictEqual(decide(read, { now: 59, volatility: "warning" }), Decision.fresh)
    assert.strictEqual(decide(read, { now: 60, volatility: "warning" }), Decision.warned)
    assert.strictEqual(
      decide(read, { now: 60, volatility: "warning", standing: "backing_off" }),
      Decision.computeFailed
    )
    assert.strictEqual(decide(read, { volatility: "panic" }), Decision.panic)
    assert.strictEqual(decide(read, { request: { refresh: "force" } }), Decision.forced)
    assert.strictEqual(decide(read, { request: { deadline: 10 } }), Decision.deadlinePassed)
    assert.strictEqual(decide(read, { entry: undefined }), Decision.miss)
    assert.strictEqual(decide(read, { entry: undefined, standing: "invalidated" }), Decision.invalidated)
    assert.strictEqual(decide(read, { rules: { ...rules, enabled: false } }), Decision.disabled)
  })

  it.prop(
    "looks at the switch, then panic, then force, then the reader's deadline, then what is held",
    [reads],
    ([read]) => {
      const decision = decide(read)
      const { deadline } = read.request
      const first = !read.rules.enabled
        ? Decision.disabled
        : read.volatility === "panic"
        ? Decision.panic
        : read.request.refresh === "force"
        ? Decision.forced
        : deadline !== undefined && read.now >= deadline
        ? Decision.deadlinePassed
        : read.entry === undefined
        ? (read.standing === "invalidated" ? Decision.invalidated : Decision.miss)
        : undefined
      if (first !== undefined) assert.strictEqual(decision, first)
      else assert.include(["serve_fresh", "serve_stale", "compute"], decision.strategy)
    },
    repeatedly("order")
  )

  it.prop("serves nothing at or past a deadline, the entry's or the reader's", [reads], ([read]) => {
    if (!serves(decide(read))) return
    assert.isBelow(read.now, read.entry!.deadline)
    assert.isBelow(read.now, read.request.deadline ?? Infinity)
  }, repeatedly("deadline"))

  it.prop("serves nothing fresh at or past the end of freshness, nothing past the last resort", [reads], ([read]) => {
    const decision = decide(read)
    if (!serves(decision)) return
    const { entry, now, request, rules } = read
    if (decision.strategy === "serve_fresh") {
      assert.isBelow(now, entry!.freshUntil)
      assert.isBelow(now, Decision.freshUntil(entry!, request, rules))
    }
    if (decision === Decision.stale) assert.isBelow(now, entry!.staleUntil)
    if (decision === Decision.computeFailed && now >= entry!.freshUntil) {
      assert.isTrue(now < entry!.staleUntil || now < Decision.usableUntil(entry!, request, rules))
    }
  }, repeatedly("freshness"))

  it.prop(
    "serves nothing that was made later than now: a clock that went back makes ages meaningless",
    [reads],
    ([read]) => {
      if (serves(decide(read))) assert.isAtLeast(read.now, read.entry!.createdAt)
    },
    repeatedly("clock")
  )

  it.prop("starts no refresh while a failed one is backing off", [reads], ([read]) => {
    assert.strictEqual(decide(read, { standing: "backing_off" }).refresh, "none")
  }, repeatedly("backing off"))

  it.prop("starts a refresh with each stale value unless it is backing off", [reads], ([read]) => {
    const decision = decide(read, { standing: "ok" })
    if (decision.strategy === "serve_stale") assert.strictEqual(decision.refresh, "stale")
    assert.strictEqual(decision.refresh === "early", decision === Decision.freshEarly)
  }, repeatedly("refresh"))

  it.prop("is no less nervous for a warning than without", [reads], ([read]) => {
    const calm = decide(read, { volatility: "normal" })
    const warned = decide(read, { volatility: "warning" })
    assert.isAtMost(rank(warned), rank(calm))
    assert.strictEqual(serves(warned), serves(calm), "nobody waits for a warning alone")
    if (warned === Decision.warned) assert.isFalse(read.now - read.entry!.createdAt < read.rules.warningTtl)
  }, repeatedly("warning"))

  it.prop("treats an unknown market as a calm one", [reads], ([read]) => {
    assert.strictEqual(decide(read, { volatility: "unknown" }), decide(read, { volatility: "normal" }))
  }, repeatedly("unknown"))
})

describe("what the reader knows better", () => {
  it.prop("only ever shortens what the writer granted", [entries, requests, rules], ([entry, request, rules]) => {
    const ends = [Decision.freshUntil, Decision.staleUntil, Decision.usableUntil]
    for (const end of ends) {
      const own = end(entry, {}, rules)
      const told = end(entry, request, rules)
      // A policy that answers nonsense ends every window: no moment is before NaN.
      assert.isTrue(Number.isNaN(told) || told <= own, `${told} after ${own}`)
    }
    const last = Math.min(entry.deadline, request.deadline ?? Infinity)
    const usable = Decision.usableUntil(entry, request, rules)
    assert.isFalse(usable > last, "not even to stand in for a failing compute")
    assert.strictEqual(Decision.freshUntil(entry, {}, rules), entry.freshUntil)
    assert.strictEqual(Decision.staleUntil(entry, {}, rules), entry.staleUntil)
  }, repeatedly("shorter"))

  it.prop(
    "makes a value written with the reader's own context last as long as it was granted",
    [integer(0, hours(30)), oneOf(true, false), integer(0, hours(30))],
    ([before, confirmed, after]) => {
      const deadline = hours(30)
      const grant = { ...TtlPolicy.plainGrant, createdAt: deadline - before, deadline, confirmed }
      const rules: Decision.Rules = {
        policy: football,
        enabled: true,
        beta: 0,
        staleFactor: 1,
        failSafe: 0,
        warningTtl: Infinity
      }
      const written = (confirmed: boolean): Entry => ({
        value: 1,
        createdAt: grant.createdAt,
        freshUntil: TtlPolicy.expiry(football, { ...grant, confirmed }, 1),
        earlyFrom: Infinity,
        staleUntil: TtlPolicy.expiry(football, { ...grant, confirmed }, 2),
        deadline,
        confirmed,
        delta: 0,
        stamp: 1,
        tags: []
      })
      const now = grant.createdAt + after
      const told = Decision.decide(written(true), "ok", now, "normal", 0, { confirmed }, rules)
      const own = Decision.decide(written(confirmed), "ok", now, "normal", 0, {}, rules)
      assert.strictEqual(told, own)
    },
    repeatedly("withdrawn")
  )

  it("ends a value at once when the match is brought forward to now, and by the nearer zone when to later", () => {
    const kickoff = hours(48)
    const rules: Decision.Rules = {
      policy: football,
      enabled: true,
      beta: 0,
      staleFactor: 1,
      failSafe: hours(9),
      warningTtl: Infinity
    }
    const entry: Entry = {
      value: 1,
      createdAt: 0,
      freshUntil: hours(6),
      earlyFrom: Infinity,
      staleUntil: hours(12),
      deadline: kickoff,
      confirmed: false,
      delta: 0,
      stamp: 1,
      tags: []
    }
    const at = (now: number, deadline: number, standing: Decision.Standing = "ok") =>
      Decision.decide(entry, standing, now, "normal", 0, { deadline }, rules)
    assert.strictEqual(at(minutes(1), kickoff), Decision.fresh)
    assert.strictEqual(at(minutes(1), minutes(1)), Decision.deadlinePassed)
    assert.strictEqual(at(minutes(1), minutes(1), "backing_off"), Decision.deadlinePassed)
    assert.strictEqual(at(minutes(1), minutes(50)), Decision.stale)
    assert.strictEqual(at(minutes(2), minutes(50)), Decision.tooStale)
    assert.strictEqual(at(minutes(2), minutes(50), "backing_off"), Decision.computeFailed)
    assert.strictEqual(at(minutes(2), hours(90)), Decision.fresh, "a match put off grants nothing more")
    assert.strictEqual(at(hours(7), hours(90)), Decision.stale)
  })
})
