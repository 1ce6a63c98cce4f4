/**
 * Alert rules for Prometheus, as data: what is wrong with a cache, for how long, and what to do about it.
 *
 * What concerns readers is judged for a job, all its processes together; what concerns a process, for each. Shares are of
 * the last few minutes, by rates of counters: the gauges since the last reset would hide trouble in a long run.
 */
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as Queries from "./Queries.ts"
import { type Thresholds, thresholds as defaultThresholds } from "./Thresholds.ts"

/** One rule, in Prometheus' own words. */
export interface Rule {
  readonly alert: string
  readonly expr: string
  /** How long it must hold. */
  readonly for: Span
  readonly labels: { readonly severity: "warning" | "critical" }
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string }
}

/** A time as Prometheus writes it. */
export type Span = `${number}${"s" | "m" | "h" | "d"}`

export interface Options {
  /** Names of the scrape jobs that are caches. `["smart-cache"]` by default. */
  readonly jobs?: ReadonlyArray<string> | undefined
  /** Over what time rates are taken, `"5m"` by default; at least four scrape intervals. */
  readonly window?: Span | undefined
  /** How long each rule must hold, in the place of its own time; for trying the rules out. */
  readonly pending?: Span | undefined
  readonly thresholds?: Partial<Thresholds> | undefined
}

/** A rule before options and labels are known. */
interface Draft {
  readonly alert: string
  readonly severity: Rule["labels"]["severity"]
  readonly for: Span
  readonly expr: string
  readonly summary: string
  readonly description: string
  readonly runbook: string
}

interface Ground {
  readonly queries: Queries.Queries
  readonly window: Span
  readonly limits: Thresholds
}

/** Who it concerns, and how much, in the templates of Prometheus. */
const job = "{{ $labels.job }}"
const instance = "{{ $labels.instance }}"
const percent = "{{ printf \"%.1f\" $value }} %"
const duration = "{{ humanizeDuration $value }}"
const count = "{{ printf \"%.0f\" $value }}"

const hits = ["cache_hit_fresh", "cache_hit_stale"]
const byJob = ["job"]

/** Rules about what readers are given. */
const ofReads = ({ limits, queries, window }: Ground): ReadonlyArray<Draft> => {
  const { increase, quantile, share } = queries
  const enough = `and ${increase("total_requests", window, byJob)} >= ${limits.leastReads}`
  return [
    {
      alert: "SmartCachePanic",
      severity: "warning",
      for: "1m",
      expr: `${share("vix_panic_detected", "total_requests", window, byJob)} > ${limits.panicPct} ${enough}`,
      summary: `More than ${limits.panicPct} % of the reads meet a market in panic`,
      description:
        `${percent} of the reads of ${job} in the last ${window} met a market in panic and bypassed the cache.`,
      runbook:
        "Ask /api/v1/vix which markets: a few are news, and nothing is to be done; all at once are a broken feed of " +
        "odds, which to stop. If the source cannot bear the bypasses, raise vixPanic."
    },
    {
      alert: "SmartCacheSlowReads",
      severity: "warning",
      for: "5m",
      expr: `${quantile(0.95, "read_latency_seconds", window, byJob)} > ${limits.p95Seconds} ${enough}`,
      summary: `One read in twenty takes more than ${limits.p95Seconds * 1000} ms`,
      description: `The 95th percentile of the waits of ${job} in the last ${window} is ${duration}.`,
      runbook:
        "See the latency by strategy. Slow computes: look at the source, or let readers have stale values sooner " +
        "(softTimeout). Slow hits: the shared store or the process itself is busy."
    },
    {
      alert: "SmartCacheLowHitRate",
      severity: "warning",
      for: "10m",
      expr: `${share(hits, "total_requests", window, byJob)} < ${limits.hitRatePct} ${enough}`,
      summary: `Less than ${limits.hitRatePct} % of the reads are served from the cache`,
      description: `${percent} of the reads of ${job} in the last ${window} were served from the cache.`,
      runbook:
        "See the reasons in /api/v1/decisions. Misses: TTLs too short, maxEntries or maxBytes too small, or new " +
        "keys. Invalidated: too broad an event. Bypassed: a panic. After a start it passes by itself."
    }
  ]
}

/** Rules about what the cache stands on. */
const ofStore = ({ limits, queries, window }: Ground): ReadonlyArray<Draft> => {
  const { increase, series, share } = queries
  return [
    {
      alert: "SmartCacheComputeErrors",
      severity: "warning",
      for: "5m",
      expr: `${share("compute_errors", "computes", window, byJob)} > ${limits.computeErrorPct} ` +
        `and ${increase("computes", window, byJob)} >= ${limits.leastComputes}`,
      summary: `More than ${limits.computeErrorPct} % of the computes fail`,
      description: `${percent} of the computes of ${job} in the last ${window} failed, died or timed out.`,
      runbook:
        "The source is ill: values inside the fail-safe window stand in for it, so there is time until they end. " +
        "See its own logs; time-outs are those of hardTimeout."
    },
    {
      alert: "SmartCacheStoreDegraded",
      severity: "critical",
      for: "1m",
      expr: `${series("store_degraded")} == 1`,
      summary: "The store's steps fail",
      description: `The store of ${instance} (${job}) fails; reads compute, and invalidations may not be heard.`,
      runbook:
        "GET /health of the process says what fails and since when. See that the shared store runs, is reached and " +
        "has memory left; the cache finds it again by itself."
    },
    {
      alert: "SmartCacheBreakerOpen",
      severity: "warning",
      for: "1m",
      expr: `${series("breaker_open")} == 1`,
      summary: "Reads leave the failing store alone",
      description: `The breaker of ${instance} (${job}) is open: reads do not ask the store at all.`,
      runbook:
        "It closes by itself once the store answers again. If the store is well but slow, storeTimeout is too short."
    },
    {
      alert: "SmartCacheBusGaps",
      severity: "warning",
      for: "0m",
      expr: `${increase("bus_gaps", window, ["job", "instance"])} > 0`,
      summary: "News of invalidations were missed",
      description: `News of invalidations that ${instance} (${job}) missed in the last ${window}: ${count}.`,
      runbook:
        "Nothing wrong was served for longer than `staleness`: memory was read again. See what cuts the connections " +
        "to the shared store: restarts, failovers, or client-output-buffer-limit pubsub."
    }
  ]
}

/** Rules about the processes; without them silence would look like health. */
const ofTargets = (selector: string, jobs: ReadonlyArray<string>): ReadonlyArray<Draft> => [
  {
    alert: "SmartCacheDown",
    severity: "critical",
    for: "1m",
    expr: `up{${selector}} == 0`,
    summary: "A process does not answer",
    description: `${instance} (${job}) cannot be scraped.`,
    runbook:
      "See whether the process runs and GET /health answers; a process bound beyond loopback wants the token as " +
      "`authorization` in the scrape configuration."
  },
  {
    alert: "SmartCacheAbsent",
    severity: "critical",
    for: "5m",
    // One by one: what is absent is named after the labels that are asked for.
    expr: jobs.map((name) => `absent(up{job=${quoted(name)}})`).join(" or "),
    summary: "No process is known",
    description: `Prometheus knows no target of the job ${job}.`,
    runbook: "See the scrape configuration and the service discovery: the rules ask for this job by its name."
  }
]

const finish =
  (pending: Span | undefined) => ({ description, expr, runbook, severity, summary, ...draft }: Draft): Rule => ({
    alert: draft.alert,
    expr,
    for: pending ?? draft.for,
    labels: { severity },
    annotations: { summary, description, runbook }
  })

const quoted = (text: string): string => JSON.stringify(text)

/** The rules; throws `RangeError` without a job. */
export const rules = (options: Options = {}): ReadonlyArray<Rule> => {
  const { jobs = ["smart-cache"], pending, window = "5m" } = options
  if (jobs.length === 0) throw new RangeError("Alerts.rules: at least one job is needed, got none")
  const selector = jobs.length === 1 ? `job=${quoted(jobs[0]!)}` : `job=~${quoted(anyOf(jobs))}`
  const ground = {
    queries: Queries.make(CacheCatalogue.catalogue([]), selector),
    window,
    limits: { ...defaultThresholds, ...options.thresholds }
  }
  return [...ofReads(ground), ...ofStore(ground), ...ofTargets(selector, jobs)].map(finish(pending))
}

/** Matches each of these names and nothing else. */
const anyOf = (names: ReadonlyArray<string>): string =>
  names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")

/** A rules file for Prometheus; JSON of it is one, as YAML is. */
export const file = (options: Options = {}) => ({ groups: [{ name: "smart-cache", rules: rules(options) }] })
