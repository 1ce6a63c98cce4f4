/**
 * Entries with five tags each, one of them over 40 in 100: how long its invalidation takes, and what a read of all costs
 * before and after. Every value is checked after it.
 */
import type { Measured, Started, Subject } from "../frame/workload.ts"
import type { Open, Peer } from "../peers/peer.ts"
import { token } from "../workload.ts"

/** The values of a key are told apart by what the source was when they were made. */
interface Value {
  readonly key: string
  readonly version: number
}

/** Two in five carry the tag of the round; the other tags tell entries apart as those of an application do. */
const struck = (i: number): boolean => i % 5 < 2

/** Tags and keys are this process's own: others keep theirs on the same server. */
const season = `season:now:${token}`

const tagsOf = (i: number): ReadonlyArray<string> => [
  struck(i) ? season : "season:before",
  `league:${i % 20}`,
  `team:${i % 200}`,
  `day:${i % 31}`,
  `venue:${i % 77}`
]

interface Field {
  readonly keys: ReadonlyArray<string>
  readonly peer: Peer<Value>
  version: number
  computes: number
}

const field = async (open: Open, entries: number, redis: string): Promise<Field> => {
  const keys: ReadonlyArray<string> = JSON.parse(
    JSON.stringify(Array.from({ length: entries }, (_, i) => `${token}:${i}`))
  )
  const tags = new Map(keys.map((key, i) => [key, tagsOf(i)]))
  const field = { keys, version: 0, computes: 0 }
  const load = async (key: string): Promise<Value> => {
    field.computes++
    return { key, version: field.version }
  }
  const peer = await open({ load, ttl: 3_600_000, capacity: 2 * entries, tagsOf: (key) => tags.get(key)! }, redis)
  return Object.assign(field, { peer })
}

const readersAtOnce = 100

/** Reads every key once and gives each value to `check`; nanoseconds a read. */
const readAll = async (
  { keys, peer }: Field,
  check: (value: Value, i: number) => void
): Promise<number> => {
  const start = process.hrtime.bigint()
  let next = 0
  const loop = async () => {
    while (next < keys.length) {
      const i = next++
      const value = await peer.read(keys[i]!)
      if (value?.key !== keys[i]) throw new Error(`a wrong value for ${keys[i]}: ${JSON.stringify(value)}`)
      check(value, i)
    }
  }
  await Promise.all(Array.from({ length: readersAtOnce }, loop))
  return Number(process.hrtime.bigint() - start) / keys.length
}

const expect = (what: string, got: number, wanted: number): void => {
  if (got !== wanted) throw new Error(`${what}: ${got} instead of ${wanted}`)
}

const round = async (field: Field): Promise<Measured> => {
  const before = field.version
  let wrong = 0
  const hits = await readAll(field, () => {})
  await field.peer.check?.()
  expect("computes of what was held", field.computes, 0)
  field.version++
  const start = process.hrtime.bigint()
  await field.peer.invalidateTag!(season)
  const invalidation = Number(process.hrtime.bigint() - start) / 1e6
  const after = await readAll(field, (value, i) => {
    if (struck(i) ? value.version !== field.version : value.version > before) wrong++
  })
  expect("stale values or needless computes", wrong, 0)
  expect("computes", field.computes, field.keys.filter((_, i) => struck(i)).length)
  field.computes = 0
  await field.peer.check?.()
  return { "an invalidation": invalidation, "a tagged hit": hits, "a read after it": after }
}

/** Tags that nobody carries are invalidated first: what is measured is no code's first run. */
const rehearsals = 200

const started = async (open: Open, entries: number, redis: string): Promise<Started> => {
  const all = await field(open, entries, redis)
  await readAll(all, () => {})
  await all.peer.check?.()
  expect("computes of what was not held", all.computes, entries)
  all.computes = 0
  for (let i = 0; i < rehearsals; i++) await all.peer.invalidateTag!(`nobody:${i}`)
  return { round: () => round(all), stop: all.peer.close }
}

export const subject = (load: () => Promise<Open>, entries: number) => async (): Promise<Subject> => {
  const open = await load()
  return { start: (redis) => started(open, entries, redis) }
}

export const measures = [
  { name: "an invalidation", unit: "ms", better: "less" },
  { name: "a tagged hit", unit: "ns", better: "less" },
  { name: "a read after it", unit: "ns", better: "less" }
] as const
