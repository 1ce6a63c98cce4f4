/** What stampedes have in common: a thousand readers of one key at one moment, a compute of 50 ms, every value checked. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Measure } from "../frame/workload.ts"

export const readers = 1000
/** Milliseconds. */
export const computeTime = 50
/** Longer than a run. */
export const ttl = 3_600_000

export const measures: ReadonlyArray<Measure> = [
  { name: "last reader", unit: "ms", better: "less" },
  { name: "computes", unit: "count", better: "less" }
]

/** Counts its computes. */
export class Source {
  computes = 0

  readonly load = async (key: string): Promise<string> => {
    this.computes++
    await sleep(computeTime)
    return `the value of ${key}`
  }
}

/** Milliseconds of the machine's monotonic clock: the same in every process. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** When the first reader asked and the last one had its value. */
export interface Stampede {
  readonly started: number
  readonly ended: number
}

export const stampede = async (read: (key: string) => Promise<string>, key: string): Promise<Stampede> => {
  const started = now()
  const values = await Promise.all(Array.from({ length: readers }, () => read(key)))
  const ended = now()
  if (values.some((value) => value !== `the value of ${key}`)) throw new Error(`a wrong value for ${key}`)
  return { started, ended }
}
