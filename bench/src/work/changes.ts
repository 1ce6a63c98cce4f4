/** Writes and invalidations whose work is counted. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as Effect from "effect/Effect"
import { valueOf } from "../workload.ts"
import { type Place, type Scenario, scenario, type Stage, work } from "./scenario.ts"

const value = valueOf(7)

const set = (place: Place): Scenario =>
  scenario({
    name: "set",
    place,
    until: "settled",
    times: place === "memory" ? 1_000 : 0,
    begin: (stage) => {
      const key = stage.fresh("set")
      const write = Effect.map(stage.cache.set(key, value, { tags: ["a", "b"] }), (filled) => {
        if (filled !== "stored") throw new Error(`bench: a value was ${filled}`)
      })
      return Effect.as(write, work(write))
    }
  })

/** What is invalidated, and the tag that its entries carry. */
interface Targets {
  readonly what: Invalidation.Invalidation
  readonly tag: string
}

const byTag = ({ fresh }: Stage): Targets => {
  const tag = fresh("tag")
  return { what: Invalidation.tags(tag), tag }
}

/** Rain touches every market of the graph's two; the entries are of one. */
const byEvent = ({ fresh }: Stage): Targets => {
  const match = fresh("match")
  return { what: Invalidation.event("rain", match), tag: `${match}:goals` }
}

/** The entries lie beside the one that is invalidated. */
const byKey = ({ fresh }: Stage): Targets => ({ what: Invalidation.key(fresh("key")), tag: fresh("tag") })

const kinds = { tag: byTag, event: byEvent, key: byKey }

const invalidate = (place: Place, kind: keyof typeof kinds, entries: number): Scenario =>
  scenario({
    name: `invalidate ${kind === "key" ? "one key among" : `by ${kind},`} ${entries.toLocaleString("en")} entries`,
    place,
    until: "settled",
    // What takes long to fill is filled once.
    repetitions: entries > 1000 ? 1 : 3,
    begin: (stage) =>
      Effect.gen(function*() {
        const { cache } = stage
        const { tag, what } = kinds[kind](stage)
        const keys = Array.from({ length: entries }, () => stage.fresh("entry"))
        if (what._tag === "Key") keys[entries - 1] = what.key
        yield* stage.fill(keys, tag)
        const last = Effect.map(cache.get(keys[entries - 1]!, Effect.succeed(2), { tags: [tag] }), ({ value }) => value)
        if ((yield* last) !== 1) throw new Error("bench: what is to be invalidated is not there")
        const check = Effect.map(last, (value) => {
          if (value !== 2) throw new Error("bench: an invalidation left what it names")
        })
        return { run: cache.invalidate(what), check }
      })
  })

const everywhere = (place: Place): ReadonlyArray<Scenario> => [
  set(place),
  ...[10, 1000, 40_000].map((entries) => invalidate(place, "tag", entries)),
  invalidate(place, "event", 1000),
  invalidate(place, "key", 1000)
]

export const scenarios: ReadonlyArray<Scenario> = [...everywhere("memory"), ...everywhere("redis")]
