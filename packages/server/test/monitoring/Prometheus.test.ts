import { assert, describe, it } from "@effect/vitest"
import { Effect, References, Schedule } from "effect"
import { readFileSync } from "node:fs"
import { single } from "../../../redis/test/servers/single.ts"
import { folder } from "../../scripts/monitoring.ts"
import * as Alerts from "../../src/monitoring/Alerts.ts"
import type * as Grafana from "../../src/monitoring/Grafana.ts"
import * as Patients from "./support/patients.ts"
import { type Prometheus, prometheus, type Target } from "./support/prometheus.ts"
import { type Bed, metricsPath, settle } from "./support/ward.ts"

/** As short as a scrape each second allows. */
const window = "5s"

/** Tries until it holds, for half a minute; then fails as it last did. */
const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(effect, Schedule.max([Schedule.spaced("250 millis"), Schedule.recurs(120)]))

const named = (labels: Readonly<Record<string, string>>): string => `${labels["job"]}: ${labels["alertname"]}`

const firing = (server: Prometheus) =>
  Effect.map(
    server.alerts,
    (alerts) => alerts.filter(({ state }) => state === "firing").map(({ labels }) => named(labels)).toSorted()
  )

/** Waits until exactly these alerts fire. */
const untilFiring = (server: Prometheus, expected: ReadonlyArray<string>) =>
  eventually(Effect.filterOrFail(
    firing(server),
    (now) => now.join() === expected.join(),
    (now) => ({ firing: now, expected })
  ))

/** Waits until the patients have been scraped for the length of a window and more. */
const untilScraped = (server: Prometheus, beds: ReadonlyArray<Bed>) =>
  eventually(Effect.filterOrFail(
    server.query("count_over_time(total_requests_total[15s]) > 7"),
    (samples) => samples.length === beds.length,
    (samples) => ({ scraped: samples.map(({ metric }) => metric["job"]), expected: beds.length })
  ))

const sicken = Effect.fnUntraced(function*(server: Prometheus, beds: ReadonlyArray<Bed>) {
  for (const { condition, fate, stopListening } of beds) {
    condition.ill = true
    if (fate === "stops listening") yield* stopListening
  }
  yield* server.setTargets(beds.filter(({ fate }) => fate !== "is forgotten").map(({ target }) => target))
})

const cure = Effect.fnUntraced(function*(server: Prometheus, beds: ReadonlyArray<Bed>) {
  for (const { condition, fate, listen } of beds) {
    condition.ill = false
    if (fate === "stops listening") yield* listen
  }
  yield* server.setTargets(beds.map(({ target }) => target))
})

const dashboard: Grafana.Dashboard = JSON.parse(readFileSync(new URL("grafana.json", folder), "utf8"))

/** As Grafana sends it when these are chosen. */
const filledIn = (expr: string, targets: ReadonlyArray<Target>): string =>
  expr.replaceAll("$__rate_interval", window)
    .replaceAll("$job", targets.map(({ job }) => job).join("|"))
    .replaceAll("$instance", targets.map(({ address }) => address).join("|"))

const exprs = [
  ...dashboard.panels.flatMap((panel) => "targets" in panel ? panel.targets.map(({ expr }) => expr) : []),
  ...dashboard.annotations.list.map(({ expr }) => expr)
]
/** Metrics and labels whose values are the choices above the dashboard. */
const choices = dashboard.templating.list.flatMap(({ query }) => {
  const [, match, label] = typeof query === "string" ? [] : /^label_values\((.+), (\w+)\)$/.exec(query.query) ?? []
  return match === undefined || label === undefined ? [] : [{ match, label }]
})

/** What the committed dashboard asks for and gets no number. */
const withoutData = Effect.fnUntraced(function*(server: Prometheus, targets: ReadonlyArray<Target>) {
  const empty = yield* Effect.filter(
    exprs,
    (expr) =>
      Effect.map(
        server.query(filledIn(expr, targets)),
        (samples) => !samples.some(({ value }) => Number.isFinite(value))
      )
  )
  const choiceless = yield* Effect.filter(
    choices,
    ({ label, match }) =>
      Effect.map(server.labelValues(label, filledIn(match, targets)), (values) => values.length < targets.length)
  )
  return [...empty, ...choiceless.map(({ label }) => label)]
})

/** Every alert that has fired in the last seconds. */
const haveFired = (server: Prometheus, seconds: number) =>
  Effect.map(
    server.query(`sum by (job, alertname) (count_over_time(ALERTS{alertstate="firing"}[${seconds}s]))`),
    (samples) => samples.map(({ metric }) => named(metric)).toSorted()
  )

describe("a Prometheus that watches caches", () => {
  it.live(
    "sees each alert fire for its trouble alone and clear, and has data for all that the dashboard draws",
    () =>
      Effect.gen(function*() {
        const beds = yield* Effect.forEach(yield* Patients.all(yield* single()), settle)
        const jobs = beds.map(({ job }) => job)
        const rules = Alerts.file({ jobs, window, pending: "1s" })
        const server = yield* prometheus({ metricsPath, rules })
        yield* server.setTargets(beds.map(({ target }) => target))
        yield* untilScraped(server, beds)
        // While nothing is known of any target, all of them are absent.
        yield* untilFiring(server, [])
        const calm = performance.now()

        const expected = beds.flatMap(({ alerts, job }) => alerts.map((alert) => `${job}: ${alert}`)).toSorted()
        const fired = new Set(beds.flatMap(({ alerts }) => alerts))
        assert.deepStrictEqual(
          Alerts.rules().filter(({ alert }) => !fired.has(alert)),
          [],
          "every rule has its patient"
        )
        yield* sicken(server, beds)
        yield* untilFiring(server, expected)
        for (const { annotations, labels } of yield* server.alerts) {
          assert.notMatch(annotations["description"] ?? "", /error|\{\{|NaN/, named(labels))
        }
        assert.deepStrictEqual(yield* withoutData(server, beds.map(({ target }) => target)), [])

        yield* cure(server, beds)
        yield* untilFiring(server, [])
        const seconds = Math.floor((performance.now() - calm) / 1000)
        assert.deepStrictEqual(yield* haveFired(server, seconds), expected, "nothing else has fired meanwhile")
      }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error")),
    120_000
  )
})
