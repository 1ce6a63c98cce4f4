/** Made subjects, for the tests of the frame. */
import type { Measured, Registry, Subject, Workload } from "../../src/frame/workload.ts"

const round = (measured: () => Measured | Promise<Measured>): Subject => ({
  start: async () => ({ round: async () => measured(), stop: async () => {} })
})

const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** On the machine's monotonic clock, which all processes share. */
const turn = async () => {
  const from = now()
  await new Promise((resolve) => setTimeout(resolve, 2))
  return { from, to: now(), pid: process.pid }
}

const never = new Promise<never>(() => {})

const failBeside = () => {
  setTimeout(() => Promise.reject(new Error("an error of its own")), 1)
  return never
}

const workload = (name: string, fields: Pick<Workload, "measures" | "subjects" | "base" | "targets">) => ({
  [name]: async () => ({ workload: { name, title: "made", redis: "none", rounds: 5, ...fields } satisfies Workload })
})

const count = { name: "count", unit: "count", better: "less" } as const

/** A base and one subject that does not do as it should. */
const bad = (name: string, subject: Subject) =>
  workload(name, {
    measures: [count],
    base: "good",
    subjects: { good: async () => round(() => ({ count: 1 })), bad: async () => subject },
    targets: []
  })

export const workloads: Registry = {
  ...workload("turns", {
    measures: (["from", "to", "pid"] as const).map((name) => ({ name, unit: "ms", better: "less" })),
    base: "a",
    subjects: { a: async () => round(turn), b: async () => round(turn), c: async () => round(turn) },
    targets: []
  }),
  ...workload("figures", {
    measures: [count, { name: "speed", unit: "per second", better: "more" }],
    base: "base",
    subjects: {
      base: async () => round(() => ({ count: 4, speed: 100 })),
      "smart-cache": async () => round(() => ({ count: 2, speed: 150 }))
    },
    targets: [
      { subject: "smart-cache", measure: "count", says: "half", times: 0.5, of: "base" },
      { subject: "smart-cache", measure: "speed", says: "fast", limit: 200 }
    ]
  }),
  ...bad("wrong-value", round(() => Promise.reject(new Error("a wrong value for 7")))),
  ...bad("no-number", round(() => ({ count: Number.NaN }))),
  ...bad("another-measure", round(() => ({ count: 1, more: 1 }))),
  ...bad("throws-in-start", { start: () => Promise.reject(new Error("set up wrongly")) }),
  ...bad("throws-beside", {
    start: async () => ({ round: failBeside, stop: async () => {} })
  }),
  ...bad("throws-afterwards", {
    start: async () => ({
      round: async () => {
        setTimeout(() => Promise.reject(new Error("an error once it was done")), 1)
        return { count: 1 }
      },
      stop: () => new Promise((resolve) => setTimeout(resolve, 100))
    })
  }),
  ...bad("throws-in-stop", {
    start: async () => ({
      round: async () => ({ count: 1 }),
      stop: () => Promise.reject(new Error("an error at its end"))
    })
  }),
  ...bad("dies-in-stop", {
    start: async () => ({ round: async () => ({ count: 1 }), stop: async () => process.exit(4) })
  }),
  ...bad("says-nothing", {
    start: async () => ({ round: async () => undefined as unknown as Measured, stop: async () => {} })
  }),
  ...bad("dies", round(() => process.exit(3))),
  ...bad("hangs", round(() => never)),
  ...bad(
    "blocks",
    round(() => {
      for (;;);
    })
  )
}
