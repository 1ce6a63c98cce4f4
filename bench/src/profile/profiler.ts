/** V8's own profilers, around a piece of work. */
import type { HeapProfiler, Profiler } from "node:inspector"
import { Session } from "node:inspector/promises"
import type { Cost } from "./tally.ts"

/** What a profiler found, and the file that other tools open. */
export interface Profile {
  readonly costs: ReadonlyArray<Cost>
  readonly file: { readonly extension: "cpuprofile" | "heapprofile"; readonly text: string }
}

const cpuCosts = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyArray<Cost> => {
  const self = new Map<number, number>()
  samples.forEach((id, i) => self.set(id, (self.get(id) ?? 0) + timeDeltas[i]!))
  return nodes.map(({ callFrame, id }) => ({ frame: callFrame, self: self.get(id) ?? 0 }))
}

const heapCosts = ({ callFrame, children, selfSize }: HeapProfiler.SamplingHeapProfileNode): ReadonlyArray<Cost> => [
  { frame: callFrame, self: selfSize },
  ...children.flatMap(heapCosts)
]

/** Microseconds between two looks at the stack. */
const look = 250
/** Bytes between two looks, on average; V8 scales what it finds up to all. */
const step = 16_384

export const cpu = async (work: () => Promise<void>): Promise<Profile> => {
  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.setSamplingInterval", { interval: look })
  await session.post("Profiler.start")
  await work()
  const { profile } = await session.post("Profiler.stop")
  session.disconnect()
  return { costs: cpuCosts(profile), file: { extension: "cpuprofile", text: JSON.stringify(profile) } }
}

/** Everything that was allocated, also what was collected meanwhile. */
export const heap = async (work: () => Promise<void>): Promise<Profile> => {
  const session = new Session()
  session.connect()
  await session.post("HeapProfiler.enable")
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: step,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true
  })
  await work()
  const { profile } = await session.post("HeapProfiler.stopSampling")
  session.disconnect()
  return { costs: heapCosts(profile.head), file: { extension: "heapprofile", text: JSON.stringify(profile) } }
}
