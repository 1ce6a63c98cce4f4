/** Unit tests of the alert rules for `promtool test rules`: each fires when it should, says how much, and clears. */
import type * as Alerts from "../src/monitoring/Alerts.ts"

/** So many minutes at so much a minute (counters), or at that (gauges). */
type Phases = ReadonlyArray<readonly [minutes: number, value: number]>

/** The same of a gauge that is not always there. */
type Presence = ReadonlyArray<readonly [minutes: number, value: number | "gone"]>

/** A minute, and what a firing alert says then; `undefined` when nothing fires. */
type Check = readonly [minute: number, says: string | undefined]

interface Trial {
  readonly name: string
  readonly alert: string
  /** Series of one process by name, further labels included. */
  readonly counters?: Readonly<Record<string, Phases>>
  readonly gauges?: Readonly<Record<string, Presence>>
  readonly checks: ReadonlyArray<Check>
}

const quiet = undefined
/** Ten minutes of calm, twenty of trouble, half an hour of calm. */
const around = (calm: number, trouble: number): Phases => [[10, calm], [20, trouble], [30, calm]]
const always = (value: number): Phases => [[60, value]]
const reads = always(600)

const buckets = (fast: Phases, all: Phases) => ({
  "read_latency_seconds_bucket{strategy=\"compute\",le=\"0.1\"}": fast,
  "read_latency_seconds_bucket{strategy=\"compute\",le=\"0.25\"}": all,
  "read_latency_seconds_bucket{strategy=\"compute\",le=\"+Inf\"}": all
})

const ofReads: ReadonlyArray<Trial> = [
  {
    name: "a fifth of the reads in panic",
    alert: "SmartCachePanic",
    counters: { total_requests_total: reads, vix_panic_detected_total: around(0, 120) },
    checks: [[12, quiet], [13, "12.0 %"], [28, "20.0 %"], [33, "8.0 %"], [34, quiet]]
  },
  {
    name: "as many reads in panic as is bearable",
    alert: "SmartCachePanic",
    counters: { total_requests_total: reads, vix_panic_detected_total: always(29) },
    checks: [[20, quiet], [60, quiet]]
  },
  {
    name: "a panic among a handful of reads",
    alert: "SmartCachePanic",
    counters: { total_requests_total: always(10), vix_panic_detected_total: always(10) },
    checks: [[20, quiet], [60, quiet]]
  },
  {
    name: "a tenth of the reads slow",
    alert: "SmartCacheSlowReads",
    counters: { total_requests_total: reads, ...buckets([[10, 600], [20, 540], [30, 600]], reads) },
    checks: [[17, quiet], [18, "175ms"], [32, "125ms"], [33, quiet]]
  },
  {
    name: "one read in thirty slow",
    alert: "SmartCacheSlowReads",
    counters: { total_requests_total: reads, ...buckets(always(580), reads) },
    checks: [[20, quiet], [60, quiet]]
  },
  {
    name: "half of the reads not found",
    alert: "SmartCacheLowHitRate",
    counters: {
      total_requests_total: reads,
      cache_hit_fresh_total: around(500, 200),
      cache_hit_stale_total: always(100)
    },
    checks: [[22, quiet], [23, "50.0 %"], [32, "70.0 %"], [33, quiet]]
  },
  {
    name: "enough found when stale reads are counted",
    alert: "SmartCacheLowHitRate",
    counters: { total_requests_total: reads, cache_hit_fresh_total: always(300), cache_hit_stale_total: always(190) },
    checks: [[20, quiet], [60, quiet]]
  },
  {
    name: "no reads at all",
    alert: "SmartCacheLowHitRate",
    counters: {
      total_requests_total: always(0),
      cache_hit_fresh_total: always(0),
      cache_hit_stale_total: always(0)
    },
    checks: [[20, quiet], [60, quiet]]
  }
]

const ofStore: ReadonlyArray<Trial> = [
  {
    name: "every other compute fails",
    alert: "SmartCacheComputeErrors",
    counters: { computes_total: always(60), compute_errors_total: around(0, 30) },
    checks: [[15, quiet], [16, "50.0 %"], [34, "10.0 %"], [35, quiet]]
  },
  {
    name: "the only compute in a while fails",
    alert: "SmartCacheComputeErrors",
    counters: { computes_total: around(0, 1), compute_errors_total: around(0, 1) },
    checks: [[20, quiet], [29, quiet]]
  },
  {
    name: "the store fails",
    alert: "SmartCacheStoreDegraded",
    gauges: { store_degraded: around(0, 1) },
    checks: [[10, quiet], [11, ""], [29, ""], [30, quiet]]
  },
  {
    name: "the breaker opens",
    alert: "SmartCacheBreakerOpen",
    gauges: { breaker_open: around(0, 1) },
    checks: [[10, quiet], [11, ""], [29, ""], [30, quiet]]
  },
  {
    name: "a process starts again, its counters with it, and then news are missed",
    alert: "SmartCacheBusGaps",
    gauges: { bus_gaps_total: [[10, 7], [2, 0], [48, 1]] },
    checks: [[11, quiet], [12, "1"], [16, "1"], [17, quiet]]
  },
  {
    name: "news are missed once",
    alert: "SmartCacheBusGaps",
    counters: { bus_gaps_total: [[10, 0], [1, 1], [49, 0]] },
    checks: [[10, quiet], [11, "1"], [15, "1"], [16, quiet]]
  }
]

const ofTargets: ReadonlyArray<Trial> = [
  {
    name: "a process is gone",
    alert: "SmartCacheDown",
    gauges: { up: [[10, 1], [20, 0], [30, 1]] },
    checks: [[10, quiet], [11, ""], [29, ""], [30, quiet]]
  },
  {
    name: "the only process is known for twenty minutes",
    alert: "SmartCacheAbsent",
    gauges: { up: [[10, "gone"], [20, 1], [30, "gone"]] },
    checks: [[4, quiet], [5, ""], [9, ""], [10, quiet], [34, quiet], [35, ""]]
  }
]

const labels = { job: "smart-cache", instance: "127.0.0.1:9001" }

/** A series' name with the labels of the process. */
const seriesOf = (name: string): string => {
  const ours = Object.entries(labels).map(([label, value]) => `${label}="${value}"`).join(",")
  return name.endsWith("}") ? `${name.slice(0, -1)},${ours}}` : `${name}{${ours}}`
}

/** In promtool's notation: from, step, and how many steps. */
const rising = (phases: Phases): string => {
  let total = 0
  return phases.map(([minutes, step], i) => {
    const from = i === 0 ? total : total + step
    total += minutes * step
    return `${from}+${step}x${i === 0 ? minutes : minutes - 1}`
  }).join(" ")
}
const standing = (phases: Presence): string =>
  phases.map(([minutes, value]) => value === "gone" ? `stale _x${minutes - 1}` : `${value}+0x${minutes - 1}`).join(" ")

const input = ({ counters = {}, gauges = {} }: Trial) => [
  ...Object.entries(counters).map(([name, phases]) => ({ series: seriesOf(name), values: rising(phases) })),
  ...Object.entries(gauges).map(([name, phases]) => ({ series: seriesOf(name), values: standing(phases) }))
]

/** An annotation as Prometheus writes it for this process. */
const written = (template: string, says: string): string =>
  template
    .replaceAll("{{ $labels.job }}", labels.job)
    .replaceAll("{{ $labels.instance }}", labels.instance)
    .replace(/\{\{[^}]*\$value[^}]*\}\}(?: %)?/, says)

/** Whom a rule names: its labels say so. */
const whom = ({ annotations: { description } }: Alerts.Rule) =>
  description.includes("$labels.instance") ? labels : { job: labels.job }

const expected = (rule: Alerts.Rule, says: string) => ({
  exp_labels: { ...rule.labels, ...whom(rule) },
  exp_annotations: Object.fromEntries(
    Object.entries(rule.annotations).map(([name, text]) => [name, written(text, says)])
  )
})

const test = (rules: ReadonlyArray<Alerts.Rule>) => (trial: Trial) => {
  const rule = rules.find(({ alert }) => alert === trial.alert)
  if (rule === undefined) throw new RangeError(`alertTests: there is no rule ${trial.alert}`)
  return {
    name: `${trial.alert}: ${trial.name}`,
    interval: "1m",
    input_series: input(trial),
    alert_rule_test: trial.checks.map(([minute, says]) => ({
      eval_time: `${minute}m`,
      alertname: trial.alert,
      exp_alerts: says === quiet ? [] : [expected(rule, says)]
    }))
  }
}

/** The test file of these rules, which must be the default ones; throws `RangeError` when a trial names no rule. */
export const file = (rules: ReadonlyArray<Alerts.Rule>) => ({
  rule_files: ["alerts.yml"],
  evaluation_interval: "1m",
  tests: [...ofReads, ...ofStore, ...ofTargets].map(test(rules))
})
