/**
 * What the HTTP service sustains on this machine, and how little of it is the cache: autocannon from this process, the
 * service in another.
 */
import autocannon from "autocannon"
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Answer, Question } from "./httpServer.ts"

export interface Row {
  readonly name: string
  /** Requests a second, the median of the rounds. */
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Processor time of the service for one request, microseconds. */
  readonly cpu: number
  /** Share of the cache in it, percent; of requests that read. */
  readonly cachePct: number | undefined
}

const connections = 20
const seconds = 4

interface Target {
  readonly name: string
  readonly request: autocannon.Request
  readonly reads: boolean
}

const targets = (match: { readonly home_team: string; readonly away_team: string }): ReadonlyArray<Target> => [
  { name: "GET /health", request: { method: "GET", path: "/health" }, reads: false },
  {
    name: "POST /api/v1/brain/calculate, a hit",
    request: {
      method: "POST",
      path: "/api/v1/brain/calculate",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ home_team: match.home_team, away_team: match.away_team })
    },
    reads: true
  },
  { name: "GET metrics as JSON", request: { method: "GET", path: "/api/v1/brain/metrics/cache" }, reads: false },
  { name: "GET metrics for Prometheus", request: { method: "GET", path: "/api/v1/cache/metrics" }, reads: false }
]

const ask = async <T extends Answer["_tag"]>(child: ChildProcess, question: Question, tag: T) => {
  child.send(question)
  const [answer] = await once(child, "message") as [Answer]
  if (answer._tag !== tag) throw new Error(`the service answered ${answer._tag} to ${question}`)
  return answer as Extract<Answer, { readonly _tag: T }>
}

interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly cpu: number
  readonly cachePct: number | undefined
}

const shoot = async (child: ChildProcess, url: string, { name, reads, request }: Target): Promise<Round> => {
  const before = await ask(child, "usage", "Usage")
  const result = await autocannon({ url, connections, duration: seconds, requests: [request] })
  const after = await ask(child, "usage", "Usage")
  const bad = result.non2xx + result.errors + result.timeouts
  if (bad > 0) throw new Error(`${name}: ${bad} of ${result.requests.total} requests were not answered well`)
  const cpu = (after.micros - before.micros) / result.requests.total
  const { nanos } = reads ? await ask(child, "read", "Read") : { nanos: undefined }
  return {
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpu,
    cachePct: nanos === undefined ? undefined : nanos / 1000 / cpu * 100
  }
}

const median = (numbers: ReadonlyArray<number>): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

const rowOf = (name: string, rounds: ReadonlyArray<Round>): Row => {
  const shares = rounds.map(({ cachePct }) => cachePct).filter((share) => share !== undefined)
  return {
    name,
    perSecond: Math.round(median(rounds.map(({ perSecond }) => perSecond))),
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    cpu: Math.round(median(rounds.map(({ cpu }) => cpu))),
    cachePct: shares.length === 0 ? undefined : Number(median(shares).toFixed(2))
  }
}

/** Each target in turn, so many times; the first round warms up and does not count. */
export const run = async (rounds: number): Promise<ReadonlyArray<Row>> => {
  const child = fork(fileURLToPath(new URL("httpServer.ts", import.meta.url)), { execArgv: process.execArgv })
  try {
    const [listening] = await once(child, "message") as [Extract<Answer, { readonly _tag: "Listening" }>]
    const { url } = listening
    const fixtures = await (await fetch(`${url}/api/v1/fixtures`)).json() as ReadonlyArray<
      { readonly home_team: string; readonly away_team: string }
    >
    const all = targets(fixtures.at(-1)!)
    const results = new Map<string, Array<Round>>(all.map(({ name }) => [name, []]))
    for (let round = 0; round <= rounds; round++) {
      for (const target of all) {
        const result = await shoot(child, url, target)
        if (round > 0) results.get(target.name)!.push(result)
      }
    }
    return all.map(({ name }) => rowOf(name, results.get(name)!))
  } finally {
    child.kill()
  }
}
