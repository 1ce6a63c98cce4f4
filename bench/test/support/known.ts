/** A workload that is known: it spins in one function and allocates in another. */
import type { Measured, Registry, Workload } from "../../src/frame/workload.ts"

/** Arithmetic alone: what is built in would count for itself. */
const spin = (turns: number): number => {
  let sum = 0
  for (let i = 0; i < turns; i++) sum = (sum * 31 + i) % 1_000_003
  return sum
}

const entries = 250

const waste = (): ReadonlyArray<{ readonly id: number; readonly next: number }> => {
  const all: Array<{ readonly id: number; readonly next: number }> = []
  for (let id = 0; id < entries; id++) all.push({ id, next: id + 1 })
  return all
}

const reads = 50

const round = async (): Promise<Measured> => {
  const before = process.threadCpuUsage()
  for (let i = 0; i < reads; i++) if (waste().length !== entries) throw new Error("nothing was made")
  if (spin(10_000_000) < 0) throw new Error("it did not spin")
  const { system, user } = process.threadCpuUsage(before)
  return { "a read, processor": (system + user) * 1000 / reads }
}

const workload: Workload = {
  name: "known",
  title: "a known workload",
  redis: "none",
  measures: [{ name: "a read, processor", unit: "ns", better: "less" }],
  subjects: { "smart-cache, known": async () => ({ start: async () => ({ round, stop: async () => {} }) }) },
  base: "smart-cache, known",
  targets: [],
  rounds: 5
}

export const workloads: Registry = { known: async () => ({ workload }) }
