/** The processes of a run, and what is done to them and to the server meanwhile. */
import { Effect, Random, type Scope } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import { client } from "../servers/client.ts"
import { directory } from "../servers/process.ts"
import { freshNamespace } from "../support/shared.ts"
import { chance } from "./chance.ts"
import { evictions, freezes, severances } from "./faults.ts"
import { Table } from "./Table.ts"
import { type Job, type Plan, processes, type Report, subjectCount, total } from "./world.ts"

const spawn = Effect.acquireRelease(
  Effect.sync(() =>
    fork(new URL("./worker.ts", import.meta.url), [], {
      execArgv: ["--conditions=@smart-cache/source"],
      serialization: "advanced"
    })
  ),
  (child) => Effect.sync(() => void child.kill("SIGKILL"))
)

const ask = (child: ChildProcess, job: Job): Effect.Effect<Report> =>
  Effect.callback((resume) => {
    const answered = (report: unknown) => {
      child.off("exit", left)
      resume(Effect.succeed(report as Report))
    }
    const left = (code: number | null) => resume(Effect.die(new Error(`process ${job.process} left with code ${code}`)))
    if (child.exitCode !== null || child.signalCode !== null) return left(child.exitCode)
    child.once("message", answered)
    child.once("exit", left)
    child.send(job)
  })

export interface Workers {
  /** Runs a plan in all processes while marks vanish, subscribers are cut off and processes freeze. */
  readonly run: (plan: Omit<Plan, "namespace" | "table">) => Effect.Effect<Report, never, Scope.Scope>
}

/** Half of the clocks go before, half after, none of them by the same. */
const skewOf = (process: number): number => (process % 2 === 0 ? -1 : 1) * (50 - 10 * process)

/** The processes, for as long as the scope is open. */
export const workers: Effect.Effect<Workers, never, Scope.Scope> = Effect.gen(function*() {
  const children = yield* Effect.all(Array.from({ length: processes }, () => spawn))
  return {
    run: Effect.fnUntraced(function*(given) {
      const plan: Plan = { ...given, namespace: freshNamespace(), table: join(yield* directory, "table") }
      const { client: admin } = yield* client({ url: plan.url, commandTimeout: "4 seconds" })
      const table = new Table(plan.table, subjectCount, processes, processes)
      yield* Effect.addFinalizer(() => Effect.sync(() => table.close()))
      const asking = Effect.forEach(
        children,
        (child, process) => ask(child, { ...plan, process, skew: skewOf(process) }),
        { concurrency: "unbounded" }
      )
      const faults = Effect.flatMap(chance, (choices) =>
        Effect.all([
          evictions(admin, plan.namespace, choices),
          severances(admin, choices),
          freezes(children, choices)
        ], { concurrency: "unbounded" }))
      return total(yield* Effect.raceFirst(asking, Random.withSeed(faults, `${plan.seed} faults`)))
    })
  }
})
