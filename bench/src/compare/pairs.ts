/**
 * Pairs of processes, one of each state, that take turns.
 *
 * How a process happens to lie in memory and what its compiler made of the first calls moves its figures by some percent
 * for as long as it lives: so a pair is one sample, and its own rounds are only what it is known by.
 */
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { median } from "../frame/figures.ts"
import type * as Process from "../frame/process.ts"
import { supervised } from "../frame/process.ts"
import { redisOf } from "../frame/redis.ts"
import type { Workload } from "../frame/workload.ts"

/** How long a step of a process may take, milliseconds. */
const patience = 120_000
const warmUp = 4
const rounds = 5

/** Starts the state that lies in a folder, with the folder's own copy of the bench. */
const start = async (folder: string, workload: Workload, redis: string): Promise<Process.Running> => {
  const url = (path: string) => pathToFileURL(join(folder, "bench/src", path)).href
  const { run } = await import(url("frame/process.ts")) as typeof Process
  const registry = url("compare/workloads.ts")
  return run({ registry, workload: workload.name, subject: workload.base, redis }, patience)
}

/** New to old, of the medians of a pair that takes turns. */
const compete = async (workload: Workload, running: ReadonlyArray<Process.Running>): Promise<number> => {
  const measure = workload.measures[0]!.name
  const times: ReadonlyArray<Array<number>> = running.map(() => [])
  for (let round = -warmUp; round < rounds; round++) {
    for (let i = 0; i < running.length; i++) {
      const at = (i + Math.abs(round)) % running.length
      const measured = await running[at]!.round()
      if (round >= 0) times[at]!.push(measured[measure]!)
    }
  }
  const [older, newer] = times.map(median)
  return newer! / older!
}

/** The ratios of so many pairs, the newer state to the older. */
export const ratios = async (
  workload: Workload,
  folders: readonly [old: string, new: string],
  pairs: number
): Promise<ReadonlyArray<number>> => {
  const redis = await redisOf(workload)
  try {
    const found: Array<number> = []
    for (let pair = 0; pair < pairs; pair++) {
      const ratio = await supervised(async (running) => {
        for (const folder of folders) {
          await redis.prepare()
          running.push(await start(folder, workload, redis.url))
        }
        return compete(workload, running)
      })
      found.push(ratio)
    }
    return found
  } finally {
    redis.stop()
  }
}
