import { assert, describe, it } from "@effect/vitest"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import { Arbitrary } from "effect"
import { finite, integer, oneOf, properties } from "./arbitraries.ts"
import { football, hours, minutes } from "./football.ts"

const repeatedly = properties(400)

/** A zone table in milliseconds, far to near; small, so that every millisecond of it can be tried. */
const zones = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.array(Arbitrary.all([integer(1, 300), integer(1, 400)]), { maxLength: 5 }),
    integer(1, 400),
    oneOf(1, 1.5, 2, 3)
  ]),
  ([bands, far, confirmedFactor]) => {
    const nearer = Array.from(new Map(bands)).toSorted(([a], [b]) => b - a)
    return TtlPolicy.zones({
      zones: [[Infinity, far] as const, ...nearer].map(([within, ttl], i) => ({ name: `zone_${i}`, within, ttl })),
      confirmedFactor
    })
  }
)

/** Fractions of 64, so that no sum is rounded even at today's epoch. */
const sixtyFourths = Arbitrary.map(integer(0, 63), (n) => n / 64)

const policies: Arbitrary.Arbitrary<TtlPolicy.Policy> = Arbitrary.flatMap(
  Arbitrary.all([zones, zones, integer(1, 400), sixtyFourths, integer(0, 5)]),
  ([a, b, millis, fraction, shape]): Arbitrary.Arbitrary<TtlPolicy.Policy> =>
    Arbitrary.Constant(
      [
        a,
        TtlPolicy.capped(a, millis),
        TtlPolicy.jittered(a, fraction),
        TtlPolicy.shortest(a, b),
        TtlPolicy.shortest(TtlPolicy.fixed(millis), TtlPolicy.capped(TtlPolicy.jittered(a, fraction), millis), b),
        TtlPolicy.fixed(millis)
      ][shape]!
    )
)

const grants = Arbitrary.map(
  Arbitrary.all({
    epoch: oneOf(0, 1_763_700_000_000),
    created: integer(0, 100),
    toDeadline: oneOf(-40, 0, 1, 90, 250, 301, 500, 1200, Infinity),
    confirmed: oneOf(false, true),
    cap: oneOf(Infinity, Infinity, 1, 40, 200),
    draw: sixtyFourths
  }),
  ({ cap, confirmed, created, draw, epoch, toDeadline }): TtlPolicy.Grant => ({
    ...TtlPolicy.plainGrant,
    createdAt: epoch + created,
    deadline: epoch + created + toDeadline,
    confirmed,
    cap,
    draw
  })
)

const multiples = oneOf(1, 1.5, 2, 3)

/** The TTL by the words of the table: of all zones that have begun, the nearest to the deadline. */
const ttlByWords = (policy: TtlPolicy.Policy, grant: TtlPolicy.Grant, now: number): number => {
  if (now >= grant.deadline) return 0
  const inside = (each: TtlPolicy.Policy): number => {
    switch (each._tag) {
      case "Fixed":
        return each.ttl
      case "Zones": {
        const begun = each.zones.filter((zone) => now >= grant.deadline - zone.within || zone.within === Infinity)
        const nearest = begun.reduce((a, b) => a.within < b.within ? a : b)
        return nearest.ttl * (grant.confirmed ? each.confirmedFactor : 1)
      }
      case "Jittered":
        return inside(each.policy) * (1 - grant.draw * each.fraction)
      case "Capped":
        return Math.min(inside(each.policy), each.max)
      case "Shortest":
        return Math.min(...each.policies.map(inside))
      default:
        throw new Error(`no words for ${each._tag}`)
    }
  }
  return Math.min(inside(policy), grant.cap)
}

const everyZone = (policy: TtlPolicy.Policy): ReadonlyArray<TtlPolicy.Zone> => {
  switch (policy._tag) {
    case "Zones":
      return policy.zones
    case "Jittered":
    case "Capped":
      return everyZone(policy.policy)
    case "Shortest":
      return policy.policies.flatMap(everyZone)
    default:
      return []
  }
}

/** The first moment of the condition, tried millisecond by millisecond and at every boundary. */
const firstMoment = (policy: TtlPolicy.Policy, grant: TtlPolicy.Grant, multiple: number): number => {
  const { createdAt, deadline } = grant
  const over = (t: number) => t - createdAt >= multiple * ttlByWords(policy, grant, t)
  const grid = Array.from({ length: 4000 }, (_, i) => createdAt + i)
  const boundaries = everyZone(policy).map((zone) => deadline - zone.within)
  const moments = [...grid, ...boundaries, deadline].filter((t) => t >= createdAt && Number.isFinite(t))
  const ends = moments.map((t) => createdAt + multiple * ttlByWords(policy, grant, t))
  return [...moments, ...ends].toSorted((a, b) => a - b).find(over)!
}

describe("TtlPolicy.expiry", () => {
  it.prop(
    "is the first moment at which the value is as old as the zone of that moment allows",
    [policies, grants, multiples],
    ([policy, grant, multiple]) => {
      const expiry = TtlPolicy.expiry(policy, grant, multiple)
      assert.strictEqual(expiry, firstMoment(policy, grant, multiple))
      const { createdAt } = grant
      for (let t = createdAt; t < expiry; t++) {
        const allowed = multiple * TtlPolicy.ttlAt(policy, grant, t)
        assert.isBelow(t - createdAt, allowed, `fresh at ${t - createdAt} of ${expiry - createdAt}`)
      }
      assert.isAtLeast(expiry - createdAt, multiple * TtlPolicy.ttlAt(policy, grant, expiry))
    },
    repeatedly("first moment")
  )

  it.prop("never passes the deadline, and never precedes the creation", [policies, grants, multiples], ([p, g, m]) => {
    const expiry = TtlPolicy.expiry(p, g, m)
    assert.isAtMost(expiry, Math.max(g.deadline, g.createdAt))
    assert.isAtLeast(expiry, g.createdAt)
    if (g.createdAt < g.deadline) assert.isAbove(expiry, g.createdAt)
  }, repeatedly("deadline"))

  it.prop(
    "is never earlier for a value created later",
    [policies, grants, multiples, integer(0, 600)],
    ([policy, grant, multiple, later]) => {
      const before = TtlPolicy.expiry(policy, grant, multiple)
      const after = TtlPolicy.expiry(policy, { ...grant, createdAt: grant.createdAt + later }, multiple)
      assert.isAtLeast(after, before)
    },
    repeatedly("monotone")
  )

  it.prop(
    "is never later for a larger draw, a lower cap, a nearer deadline or less certainty",
    [policies, grants, multiples, oneOf("draw", "cap", "deadline", "confirmed")],
    ([policy, grant, multiple, change]) => {
      const worse = {
        draw: { draw: Math.min(grant.draw + 1 / 64, 63 / 64) },
        cap: { cap: Math.min(grant.cap, 30) },
        deadline: { deadline: Math.min(grant.deadline, grant.createdAt + 80) },
        confirmed: { confirmed: false }
      }[change]
      // A nearer deadline shortens only if a nearer zone never allows more than a farther one.
      if (change === "deadline" && everyZone(policy).length > 1) return
      assert.isAtMost(
        TtlPolicy.expiry(policy, { ...grant, ...worse }, multiple),
        TtlPolicy.expiry(policy, grant, multiple)
      )
    },
    repeatedly("shorter")
  )
})

describe("the zones of a football match", () => {
  const kickoff = hours(100)
  const at = (before: number, confirmed = false) => ({
    ...TtlPolicy.plainGrant,
    createdAt: kickoff - before,
    deadline: kickoff,
    confirmed
  })
  const zoneAt = (before: number) =>
    TtlPolicy.zoneNames(football)[TtlPolicy.zoneIndexer(football)(kickoff, kickoff - before)]
  const boundaries: ReadonlyArray<
    readonly [before: number, inside: string, outside: string, ttl: number, far: number]
  > = [
    [hours(24), "prematch", "standard", hours(1), hours(6)],
    [hours(6), "active", "prematch", minutes(15), hours(1)],
    [hours(1), "golden", "active", minutes(1), minutes(15)],
    [minutes(15), "warmup", "golden", 30_000, minutes(1)],
    [0, "match_started", "warmup", 0, 30_000]
  ]

  it("begin exactly at their bounds, to the millisecond", () => {
    for (const [before, inside, outside, ttl, far] of boundaries) {
      assert.strictEqual(zoneAt(before), inside)
      assert.strictEqual(zoneAt(before + 1), outside)
      assert.strictEqual(TtlPolicy.ttlAt(football, at(0), kickoff - before), ttl)
      assert.strictEqual(TtlPolicy.ttlAt(football, at(0), kickoff - before - 1), far)
      assert.strictEqual(TtlPolicy.ttlAt(football, at(0, true), kickoff - before), 2 * ttl)
    }
  })

  const lives = (before: number, confirmed = false) =>
    TtlPolicy.expiry(football, at(before, confirmed), 1) - (kickoff - before)

  it("let no value outlive the zone it enters", () => {
    assert.strictEqual(lives(hours(30)), hours(6))
    assert.strictEqual(lives(hours(24) + minutes(1)), hours(1))
    assert.strictEqual(lives(hours(24) + minutes(90)), minutes(90))
    assert.strictEqual(lives(hours(1) + 1), minutes(1))
    assert.strictEqual(lives(minutes(15) + 1), 30_000)
    assert.strictEqual(lives(10_000), 10_000)
    assert.strictEqual(lives(10_000, true), 10_000)
    assert.strictEqual(lives(1), 1)
    assert.strictEqual(lives(0), 0)
    assert.strictEqual(lives(-5), 0)
    assert.strictEqual(lives(hours(30), true), hours(6), "at 24 h the zone allows two hours, and it is older")
    assert.strictEqual(lives(hours(80), true), hours(12))
  })

  it("lie in order, the time after the kickoff last", () => {
    assert.deepStrictEqual(TtlPolicy.zoneNames(football), [
      "standard",
      "prematch",
      "active",
      "golden",
      "warmup",
      "match_started"
    ])
    assert.strictEqual(TtlPolicy.zoneIndexer(football)(Infinity, 5), 0)
    assert.strictEqual(TtlPolicy.zoneIndexer(football)(5, Infinity), 5)
  })

  it("are found inside other policies, and nowhere else", () => {
    const wrapped = TtlPolicy.shortest(TtlPolicy.fixed(1), TtlPolicy.capped(TtlPolicy.jittered(football, 0.1), 5))
    assert.deepStrictEqual(TtlPolicy.zoneNames(wrapped), TtlPolicy.zoneNames(football))
    assert.deepStrictEqual(TtlPolicy.zoneNames(TtlPolicy.fixed(1)), [])
    assert.strictEqual(TtlPolicy.zoneIndexer(TtlPolicy.fixed(1))(0, 1), -1)
  })
})

const zone = (name: string, within: number | string, ttl: number | string) =>
  ({ name, within, ttl }) as TtlPolicy.ZonesOptions["zones"][number]

describe("a policy that makes no sense", () => {
  const far = zone("far", Infinity, 1000)
  const refusals: ReadonlyArray<readonly [what: string, make: () => TtlPolicy.Policy, says: RegExp]> = [
    ["a negative TTL", () => TtlPolicy.fixed(-1), /fixed: ttl .*got -1$/],
    ["a negative TTL in words", () => TtlPolicy.fixed("-1 seconds"), /fixed: ttl .*got -1 seconds$/],
    ["a TTL of zero", () => TtlPolicy.fixed(0), /fixed: ttl .*got 0$/],
    ["an infinite TTL", () => TtlPolicy.fixed("Infinity"), /fixed: ttl .*got Infinity$/],
    ["a TTL that is no number", () => TtlPolicy.fixed(Number.NaN), /fixed: ttl .*got NaN$/],
    ["a TTL that is no duration", () => TtlPolicy.fixed("soon" as never), /fixed: ttl .*got soon$/],
    ["no zones", () => TtlPolicy.zones({ zones: [] }), /first zone .*got no zones$/],
    ["a gap before the first zone", () => TtlPolicy.zones({ zones: [zone("near", 50, 1)] }), /first zone .*got 50$/],
    [
      "zones that do not descend",
      () => TtlPolicy.zones({ zones: [far, zone("b", 5, 1), zone("c", 6, 1)] }),
      /got 6 ms for "c" after 5 ms/
    ],
    [
      "an empty zone",
      () => TtlPolicy.zones({ zones: [far, zone("b", 5, 1), zone("c", 5, 1)] }),
      /got 5 ms for "c" after 5 ms/
    ],
    [
      "a second infinite zone",
      () => TtlPolicy.zones({ zones: [far, zone("b", Infinity, 1)] }),
      /got Infinity ms for "b"/
    ],
    ["a zone at the deadline", () => TtlPolicy.zones({ zones: [far, zone("b", 0, 1)] }), /got 0 ms for "b"/],
    ["a zone after the deadline", () => TtlPolicy.zones({ zones: [far, zone("b", -5, 1)] }), /got -5 ms for "b"/],
    [
      "a bound that is no number",
      () => TtlPolicy.zones({ zones: [far, zone("b", Number.NaN, 1)] }),
      /got NaN.* for "b"/
    ],
    ["a bound that is no duration", () => TtlPolicy.zones({ zones: [far, zone("b", "soon", 1)] }), /got .* for "b"/],
    ["a negative TTL of a zone", () => TtlPolicy.zones({ zones: [far, zone("b", 5, -1)] }), /ttl of "b" .*got -1$/],
    ["a TTL of zero of a zone", () => TtlPolicy.zones({ zones: [zone("far", Infinity, 0)] }), /ttl of "far" .*got 0$/],
    ["two zones of one name", () => TtlPolicy.zones({ zones: [far, zone("far", 5, 1)] }), /names .*got far, far/],
    [
      "a zone with no name",
      () => TtlPolicy.zones({ zones: [zone("", Infinity, 1)] }),
      /names must be distinct, of small letters, digits and _/
    ],
    [
      "a zone called like the time after",
      () => TtlPolicy.zones({ zones: [far], after: "far" }),
      /names .*got far, far/
    ],
    ["a factor below 1", () => TtlPolicy.zones({ zones: [far], confirmedFactor: 0.5 }), /confirmedFactor .*got 0.5$/],
    [
      "an infinite factor",
      () => TtlPolicy.zones({ zones: [far], confirmedFactor: Infinity }),
      /confirmedFactor .*got Infinity$/
    ],
    [
      "a factor that is no number",
      () => TtlPolicy.zones({ zones: [far], confirmedFactor: Number.NaN }),
      /confirmedFactor .*got NaN$/
    ],
    ["jitter of the whole TTL", () => TtlPolicy.jittered(TtlPolicy.fixed(1), 1), /fraction .*got 1$/],
    ["negative jitter", () => TtlPolicy.jittered(TtlPolicy.fixed(1), -0.1), /fraction .*got -0.1$/],
    ["jitter that is no number", () => TtlPolicy.jittered(TtlPolicy.fixed(1), Number.NaN), /fraction .*got NaN$/],
    ["no tolerance", () => TtlPolicy.drift({ epsilon: 0, min: 1, max: 2 }), /epsilon .*got 0$/],
    ["negative tolerance", () => TtlPolicy.drift({ epsilon: -1, min: 1, max: 2 }), /epsilon .*got -1$/],
    ["tolerance without end", () => TtlPolicy.drift({ epsilon: Infinity, min: 1, max: 2 }), /epsilon .*got Infinity$/],
    ["min above max", () => TtlPolicy.drift({ epsilon: 1, min: 3, max: 2 }), /min .*got 3 ms > 2 ms$/],
    ["a min of zero", () => TtlPolicy.drift({ epsilon: 1, min: 0, max: 2 }), /drift: min .*got 0$/],
    ["an infinite max", () => TtlPolicy.drift({ epsilon: 1, min: 1, max: Infinity }), /drift: max .*got Infinity$/],
    ["a cap of zero", () => TtlPolicy.capped(TtlPolicy.fixed(1), 0), /capped: max .*got 0$/],
    ["the shortest of nothing", () => TtlPolicy.shortest(), /shortest: .*got none$/]
  ]
  for (const [what, make, says] of refusals) {
    it(`is refused at construction: ${what}`, () => assert.throws(make, RangeError, says))
  }
})

describe("a TTL by value", () => {
  const byValue = TtlPolicy.byValue((millis: number | string) => millis as number)
  const ttlOf = (value: unknown, policy: TtlPolicy.Policy = byValue) =>
    TtlPolicy.ttlAt(policy, { ...TtlPolicy.plainGrant, value }, 0)

  it("is what the function says of the value", () => {
    assert.strictEqual(ttlOf(5), 5)
    assert.strictEqual(ttlOf("2 seconds"), 2000)
    assert.strictEqual(ttlOf(0), 0)
    assert.strictEqual(TtlPolicy.expiry(byValue, { ...TtlPolicy.plainGrant, createdAt: 7, value: 5 }, 2), 17)
  })

  it("lets nonsense through as nonsense, so that the caller can refuse it, however it is wrapped", () => {
    const wrap = [
      byValue,
      TtlPolicy.jittered(byValue, 0.5),
      TtlPolicy.shortest(TtlPolicy.fixed(10), byValue),
      TtlPolicy.capped(byValue, 10)
    ]
    for (const policy of wrap) {
      assert.isNaN(ttlOf(Number.NaN, policy))
      assert.isNaN(ttlOf("soon", policy))
      assert.isNaN(ttlOf(undefined, policy))
      assert.isBelow(ttlOf(-5, policy), 0)
      assert.isBelow(ttlOf("-5 seconds", policy), 0)
    }
    assert.strictEqual(ttlOf(Infinity), Infinity)
    assert.strictEqual(ttlOf(Infinity, TtlPolicy.capped(byValue, 10)), 10)
  })

  it("of zero expires when it is created, and so does anything after the deadline", () => {
    assert.strictEqual(TtlPolicy.expiry(byValue, { ...TtlPolicy.plainGrant, createdAt: 7, value: 0 }, 1), 7)
    assert.strictEqual(
      TtlPolicy.expiry(byValue, { ...TtlPolicy.plainGrant, createdAt: 7, deadline: 3, value: 9 }, 1),
      7
    )
  })
})

describe("a TTL by drift", () => {
  const policy = TtlPolicy.drift({ epsilon: 0.05, min: "1 second", max: "10 minutes" })
  const ttlOf = (drift: number) => TtlPolicy.ttlAt(policy, { ...TtlPolicy.plainGrant, drift }, 0)

  it.prop("is (ε/σ)² seconds between its bounds", [finite(1e-6, 10)], ([sigma]) => {
    const seconds = (0.05 / sigma) ** 2
    assert.closeTo(ttlOf(sigma), Math.min(Math.max(seconds * 1000, 1000), 600_000), 1e-6)
  }, repeatedly("drift"))

  it("is the longest while the speed is unknown or nil, and the shortest when it is boundless", () => {
    assert.strictEqual(ttlOf(Number.NaN), 600_000)
    assert.strictEqual(ttlOf(0), 600_000)
    assert.strictEqual(ttlOf(Infinity), 1000)
  })
})
