import { assert, describe, it } from "@effect/vitest"
import * as Markets from "@smart-cache/football/Markets"
import * as Day from "@smart-cache/lab/Day"
import * as DaySource from "@smart-cache/lab/DaySource"
import * as Readers from "@smart-cache/lab/Readers"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { day, dayLength, hour, midnight, minute, seeded } from "./fixtures.ts"

const real = Effect.runSync(DaySource.simulated().day.pipe(Effect.orDie, Random.withSeed(1)))

const read = (total: number, seed = 1, of: Day.Day = real): ReadonlyArray<Readers.Read> => [
  ...Readers.make({ day: of, random: seeded(seed), total })
]

const counts = (keys: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const all = new Map<string, number>()
  for (const key of keys) all.set(key, (all.get(key) ?? 0) + 1)
  return all
}

describe("Readers.make", () => {
  it.prop("gives exactly the reads asked for, in order of time, inside the day", [
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2000 })),
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
  ], ([total, seed]) => {
    const reads = read(total, seed, day())
    assert.strictEqual(reads.length, total)
    for (const [index, { at }] of reads.entries()) {
      assert.isTrue(at >= (reads[index - 1]?.at ?? day().start) && at <= day().end && Number.isInteger(at))
    }
  })

  it("is the same for the same seed, and another for another", () => {
    assert.deepStrictEqual(read(5000, 3), read(5000, 3))
    assert.notDeepEqual(read(5000, 3), read(5000, 4))
  })

  it("asks for 250,000 when nothing is said, made one by one", () => {
    const reads = Readers.make({ day: real, random: seeded(1) })
    assert.strictEqual(reads.next().done, false)
    let count = 1
    for (const _ of reads) count++
    assert.strictEqual(count, 250_000)
  })

  it("refuses a total that is no count", () => {
    for (const total of [-1, 1.5, Number.NaN]) {
      assert.throws(() => read(total), `Readers.make: total must be a whole number, 0 or more, got ${total}`)
    }
  })
})

const reads = read(100_000)

const readsAt = (hours: number): number =>
  reads.filter((each) => Math.floor(each.at / hour) * hour === midnight - dayLength + hours * hour).length

describe("the reads of a day", () => {
  const kickoffs = Day.finalKickoffs(real)
  const left = reads.map(({ at, match }) => kickoffs.get(match)! - at)
  const between = (from: number, to: number): number => left.filter((time) => time > from && time <= to).length

  it("come to between 35 and 45 percent in the last three hours of their match", () => {
    const share = between(0, 3 * hour) / reads.length
    assert.isTrue(share > 0.35 && share < 0.45, `${share}`)
  })

  it("grow towards kickoff", () => {
    const perHour = [48, 24, 6, 3, 1].map((hours) => between((hours - 1) * hour, hours * hour))
    assert.deepStrictEqual(perHour, perHour.toSorted((a, b) => a - b))
  })

  it("burst when the lineups are out", () => {
    assert.isAbove(between(45 * minute, hour), 1.8 * between(hour, 75 * minute))
    assert.isAbove(between(45 * minute, hour), 1.8 * between(30 * minute, 45 * minute))
  })

  it("leave a few stragglers in the five minutes after kickoff, and nobody later", () => {
    const late = left.filter((time) => time <= 0)
    assert.closeTo(late.length / reads.length, 0.003, 0.001)
    assert.isTrue(late.every((time) => time > -6 * minute))
  })

  it("are fewer by night", () => {
    assert.isBelow(3 * readsAt(4), readsAt(17))
  })

  it("ask for well-known markets most, and for all of them", () => {
    const markets = counts(reads.map(({ market }) => market))
    const ranked = [...markets].toSorted((a, b) => b[1] - a[1]).map(([market]) => market)
    assert.deepStrictEqual(ranked.slice(0, 3), ["match-odds", "over-under-2-5-goals", "both-teams-to-score"])
    assert.sameMembers(ranked, Markets.all.map(({ id }) => id))
    assert.closeTo(markets.get("match-odds")! / markets.get("over-under-2-5-goals")!, 2, 0.2)
  })

  it("follow the bigger clubs", () => {
    const followed = counts(read(20_000, 1, day()).map(({ match }) => match))
    assert.isAbove(followed.get("a")!, followed.get("b")!)
    assert.isAbove(followed.get("b")!, followed.get("c")!)
  })

  it("go with a kickoff that is moved", () => {
    const kickoff = midnight + 18 * hour
    const moved = day([{ _tag: "Rescheduled", at: midnight, match: "a", kickoff }])
    const last = read(20_000, 1, moved).findLast(({ match }) => match === "a")!
    assert.isAbove(last.at, kickoff - hour)
  })
})
