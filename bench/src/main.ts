/**
 * The cache beside its peers, in one run: `npm run bench`, `npm run bench -- redis-hit --json`.
 *
 * Ratios within a run are what counts; absolute times are weather.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { parseArgs } from "node:util"
import * as Http from "./http.ts"
import * as MemoryHit from "./memoryHit.ts"
import * as MetricsCost from "./metricsCost.ts"
import * as RedisHit from "./redisHit.ts"
import { race, type Row } from "./rounds.ts"
import { sequence } from "./workload.ts"

const keysInOrder = async () => {
  const random = await Effect.runPromise(
    Random.Random.pipe(Effect.provideService(Random.Random, Random.Random.defaultValue()), Random.withSeed(7))
  )
  return sequence(random)
}

const benches = {
  "memory-hit": async (rounds: number) => race(await MemoryHit.contenders(await keysInOrder()), rounds, MemoryHit.base),
  "metrics-cost": async (rounds: number) =>
    race(await MetricsCost.contenders(await keysInOrder()), rounds, MetricsCost.base),
  "redis-hit": (rounds: number) => RedisHit.withContenders((contenders) => race(contenders, rounds, RedisHit.base)),
  http: (rounds: number) => Http.run(Math.min(rounds, 3))
} as const satisfies Record<string, (rounds: number) => Promise<ReadonlyArray<Row | Http.Row>>>
type Name = keyof typeof benches

const titles: Readonly<Record<Name, string>> = {
  "memory-hit": `a memory hit; ratio to ${MemoryHit.base}`,
  "metrics-cost": `a memory hit with and without what it counts; ratio to ${MetricsCost.base}`,
  "redis-hit": `a Redis hit, 1 KB, ${RedisHit.crowd} readers at once; ratio to ${RedisHit.base}`,
  http: "the HTTP service, 20 connections; cpu in microseconds a request"
}

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "9" } }
})
const rounds = Number(flags.rounds)
if (!(Number.isInteger(rounds) && rounds >= 1)) {
  throw new RangeError(`bench: --rounds must be a whole number of at least 1, got ${flags.rounds}`)
}
const isName = (name: string): name is Name => Object.hasOwn(benches, name)
const known = Object.keys(benches).filter(isName)
const unknown = positionals.find((name) => !isName(name))
if (unknown !== undefined) throw new RangeError(`bench: there is no "${unknown}"; there are ${known.join(", ")}`)

for (const name of positionals.length === 0 ? known : positionals.filter(isName)) {
  const rows = await benches[name](rounds)
  if (flags.json) console.log(JSON.stringify({ bench: name, rounds, rows }))
  else {
    console.log(`${titles[name]}; medians of ${rounds} interleaved rounds`)
    console.table(rows)
  }
}
