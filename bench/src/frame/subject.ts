/** A subject's process: does a round when it is told to, until its parent is done with it or gone. */
import { inspect } from "node:util"
import type { Order, Report, Start } from "./protocol.ts"
import type { Registry, Started } from "./workload.ts"

const tell = (report: Report): void => void process.send?.(report)

const fail = (error: unknown): void => {
  process.exitCode = 1
  tell({ _tag: "Failed", why: inspect(error, { depth: 4 }) })
}

const begin = async ({ redis, registry, subject, workload }: Start): Promise<Started> => {
  const { workloads } = await import(registry) as { readonly workloads: Registry }
  const module = await workloads[workload]!()
  const { start } = await module.workload.subjects[subject]!()
  return start(redis)
}

const measure = async (started: Started): Promise<void> => tell({ _tag: "Measured", measured: await started.round() })

process.on("disconnect", () => process.exit())
process.on("uncaughtException", fail)
process.on("unhandledRejection", fail)

try {
  const started = await begin(JSON.parse(process.argv[2] ?? ""))
  process.on("message", (order: Order) => {
    if (order === "round") measure(started).catch(fail)
    else started.stop().catch(fail).finally(() => process.disconnect())
  })
  tell({ _tag: "Ready" })
} catch (error) {
  fail(error)
}
