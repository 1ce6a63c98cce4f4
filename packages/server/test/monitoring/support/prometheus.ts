/** A Prometheus of its own on a free port, gone when its scope closes. */
import { Effect, Schedule } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stringify } from "yaml"
import { freePort, guard, kill } from "../../../../redis/test/servers/process.ts"

/** What is scraped: `host:port` and the name of its job. */
export interface Target {
  readonly job: string
  readonly address: string
}

/** One alert as Prometheus has it now. */
export interface Alert {
  readonly state: "pending" | "firing"
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** A series of an instant query and its value. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface Prometheus {
  readonly url: string
  /** Replaces the targets, as service discovery would; they are scraped every second. */
  readonly setTargets: (targets: ReadonlyArray<Target>) => Effect.Effect<void>
  /** What an expression gives now; fails with Prometheus' own words. */
  readonly query: (expr: string) => Effect.Effect<ReadonlyArray<Sample>>
  readonly labelValues: (label: string, match: string) => Effect.Effect<ReadonlyArray<string>>
  readonly alerts: Effect.Effect<ReadonlyArray<Alert>>
}

interface Options {
  /** Rules files' contents. */
  readonly rules: unknown
  readonly metricsPath: string
}

const directory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "smart-cache-prometheus-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true, maxRetries: 5 }))
)

const configuration = (metricsPath: string) => ({
  global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
  rule_files: ["rules.yml"],
  scrape_configs: [{
    job_name: "any",
    metrics_path: metricsPath,
    file_sd_configs: [{ files: ["targets.json"], refresh_interval: "1s" }]
  }]
})

/** Replaced in one step: Prometheus must not read half a file. */
const writeTargets = (cwd: string, targets: ReadonlyArray<Target>): Effect.Effect<void> =>
  Effect.promise(async () => {
    const groups = targets.map(({ address, job }) => ({ targets: [address], labels: { job } }))
    await writeFile(join(cwd, "targets.new"), JSON.stringify(groups))
    await rename(join(cwd, "targets.new"), join(cwd, "targets.json"))
  })

const spawned = (cwd: string, port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn("prometheus", [
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        `--web.listen-address=127.0.0.1:${port}`,
        "--log.level=error"
      ], { cwd, stdio: ["ignore", "ignore", "inherit"] })
      child.once("error", () => {})
      if (child.pid !== undefined) guard(child, cwd)
      return child
    }),
    kill
  )

const answer = async (url: string): Promise<unknown> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
  const body = await response.json() as { readonly status: string; readonly data: unknown; readonly error?: string }
  if (body.status !== "success") throw new Error(`${body.error} in ${decodeURIComponent(url)}`)
  return body.data
}

const ready = (url: string, child: ChildProcess): Effect.Effect<void, unknown> =>
  Effect.tryPromise(async () => {
    const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1000) })
    if (!response.ok) throw new Error(`not ready: ${response.status}`)
  }).pipe(Effect.retry({
    schedule: Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(150)]),
    while: () => child.exitCode === null
  }))

interface Vector {
  readonly result: ReadonlyArray<
    { readonly metric: Sample["metric"]; readonly value: readonly [at: number, value: string] }
  >
}

/** Starts it without targets. */
export const prometheus = Effect.fnUntraced(function*({ metricsPath, rules }: Options) {
  const cwd = yield* directory
  const port = yield* freePort
  yield* writeTargets(cwd, [])
  yield* Effect.promise(() => writeFile(join(cwd, "prometheus.yml"), stringify(configuration(metricsPath))))
  yield* Effect.promise(() => writeFile(join(cwd, "rules.yml"), stringify(rules)))
  const child = yield* spawned(cwd, port)
  const url = `http://127.0.0.1:${port}`
  yield* Effect.orDie(ready(url, child))
  const ask = (path: string, parameters: Record<string, string>) =>
    Effect.promise(() => answer(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`))
  const shape: Prometheus = {
    url,
    setTargets: (targets) => writeTargets(cwd, targets),
    query: (expr) =>
      Effect.map(
        ask("query", { query: expr }),
        (data) => (data as Vector).result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
      ),
    labelValues: (label, match) =>
      Effect.map(ask(`label/${label}/values`, { "match[]": match }), (data) => data as ReadonlyArray<string>),
    alerts: Effect.map(ask("alerts", {}), (data) => (data as { readonly alerts: ReadonlyArray<Alert> }).alerts)
  }
  return shape
})
