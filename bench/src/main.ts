/**
 * A memory hit beside its peers, in one run: `npm run bench`, `npm run bench -- --json`.
 *
 * Interleaved rounds with a rotated order; the median of each contender's rounds and
 * the ratio to Effect's own `Cache.get` are what counts, absolute times are weather.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { parseArgs } from "node:util"
import { type Contender, contenders } from "./contenders.ts"
import { sequence } from "./workload.ts"

const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "9" } }
})
const rounds = Number(flags.rounds)
if (!(Number.isInteger(rounds) && rounds >= 1)) {
  throw new RangeError(`bench: --rounds must be a whole number of at least 1, got ${flags.rounds}`)
}
const reads = 200_000

const median = (numbers: ReadonlyArray<number>): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

const time = async (contender: Contender, n: number): Promise<number> => {
  const start = process.hrtime.bigint()
  await contender.run(n)
  return Number(process.hrtime.bigint() - start) / n
}

const random = await Effect.runPromise(
  Random.Random.pipe(Effect.provideService(Random.Random, Random.Random.defaultValue()), Random.withSeed(7))
)
const all = await contenders(sequence(random))
const samples = new Map<string, Array<number>>(all.map((contender) => [contender.name, []]))
for (const contender of all) await time(contender, reads)
for (let round = 0; round < rounds; round++) {
  for (let i = 0; i < all.length; i++) {
    const contender = all[(i + round) % all.length]!
    samples.get(contender.name)!.push(await time(contender, contender.kind === "awaited" ? reads / 4 : reads))
  }
}

const base = median(samples.get("effect Cache.get")!)
const rows = all.map(({ kind, name }) => {
  const nanos = samples.get(name)!
  return {
    name,
    kind,
    ns: Math.round(median(nanos)),
    min: Math.round(Math.min(...nanos)),
    max: Math.round(Math.max(...nanos)),
    ratio: Number((median(nanos) / base).toFixed(2))
  }
})
if (flags.json) console.log(JSON.stringify({ workload: "memory-hit", reads, rounds, rows }))
else {
  console.log(`memory hit, ${rounds} interleaved rounds of ${reads} reads, medians; ratio to Effect's Cache.get`)
  console.table(rows)
}
