/** What the HTTP service sustains, and how little of it is the cache: autocannon here, the service in another process. */
import autocannon from "autocannon"
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Measured, Subject, Workload } from "../frame/workload.ts"
import type { Answer, Question } from "./httpServer.ts"

const connections = 20

/** Of a round. */
const seconds = 4

/** How long the service may take to answer a question, milliseconds. */
const patience = 60_000

const next = async <T extends Answer["_tag"]>(child: ChildProcess, tag: T) => {
  const [answer] = await once(child, "message", { signal: AbortSignal.timeout(patience) }) as [Answer]
  if (answer._tag !== tag) throw new Error(`the service answered ${answer._tag} instead of ${tag}`)
  return answer as Extract<Answer, { readonly _tag: T }>
}

const ask = <T extends Answer["_tag"]>(child: ChildProcess, question: Question, tag: T) => {
  const answer = next(child, tag)
  child.send(question)
  return answer
}

const shoot = async (child: ChildProcess, url: string, { request, said }: Call): Promise<Measured> => {
  const verifyBody = (body: string) => said.every((part) => body.includes(part))
  const before = await ask(child, "usage", "Usage")
  const result = await autocannon({ url, connections, duration: seconds, requests: [request], verifyBody })
  const after = await ask(child, "usage", "Usage")
  const bad = result.non2xx + result.errors + result.timeouts + result.mismatches
  if (bad > 0) throw new Error(`${bad} of ${result.requests.total} requests were not answered well`)
  const processor = (after.micros - before.micros) / result.requests.total
  const { nanos } = await ask(child, "read", "Read")
  return {
    requests: result.requests.average,
    P50: result.latency.p50,
    P99: result.latency.p99,
    "processor a request": processor,
    "share of a read in it": nanos / 1000 / processor * 100
  }
}

interface Match {
  readonly home_team: string
  readonly away_team: string
}

/** A request and what every answer to it has to say. */
interface Call {
  readonly request: autocannon.Request
  readonly said: ReadonlyArray<string>
}

const calls: Readonly<Record<string, (match: Match) => Call>> = {
  "GET /health": () => ({ request: { method: "GET", path: "/health" }, said: [`"status":"ok"`] }),
  "POST /api/v1/brain/calculate, a hit": (match) => ({
    request: {
      method: "POST",
      path: "/api/v1/brain/calculate",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ home_team: match.home_team, away_team: match.away_team })
    },
    said: [
      `"home_team":${JSON.stringify(match.home_team)}`,
      `"away_team":${JSON.stringify(match.away_team)}`,
      `"reason":"hit","source":"memory"`
    ]
  }),
  "GET metrics as JSON": () => ({
    request: { method: "GET", path: "/api/v1/brain/metrics/cache" },
    said: [`"total_requests":`]
  }),
  "GET metrics for Prometheus": () => ({
    request: { method: "GET", path: "/api/v1/cache/metrics" },
    said: ["\ncache_hit_fresh_total "]
  })
}

/** The first one of all computes, which is not measured. */
const fill = async (url: string, { request: { body, headers, method, path } }: Call): Promise<void> => {
  const answer = await fetch(url + path, { method, headers: { ...headers }, ...(body === undefined ? {} : { body }) })
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}`)
  await answer.text()
}

const subject = (callOf: (match: Match) => Call) => async (): Promise<Subject> => ({
  start: async () => {
    const child = fork(fileURLToPath(new URL("httpServer.ts", import.meta.url)), { execArgv: process.execArgv })
    const { url } = await next(child, "Listening")
    const fixtures = await (await fetch(`${url}/api/v1/fixtures`)).json() as ReadonlyArray<Match>
    const call = callOf(fixtures.at(-1)!)
    await fill(url, call)
    return {
      round: () => shoot(child, url, call),
      stop: async () => {
        const ended = once(child, "exit")
        child.kill()
        await ended
      }
    }
  }
})

export const workload: Workload = {
  name: "http",
  title: `the HTTP service over ${connections} connections, ${seconds} seconds a round, every body checked`,
  redis: "none",
  measures: [
    { name: "requests", unit: "per second", better: "more" },
    { name: "P50", unit: "ms", better: "less" },
    { name: "P99", unit: "ms", better: "less" },
    { name: "processor a request", unit: "µs", better: "less" },
    { name: "share of a read in it", unit: "%", better: "less" }
  ],
  subjects: Object.fromEntries(Object.entries(calls).map(([name, callOf]) => [name, subject(callOf)])),
  base: "GET /health",
  targets: [],
  rounds: 5
}
