import * as Context from "effect/Context"

/** Bounds of the server; times in milliseconds. */
export interface Limits {
  /** Bytes of a request's body. */
  readonly body: number
  /** Time in which the headers of a request must have come, and all of it. */
  readonly headers: number
  readonly request: number
  /** Time until a response begins. */
  readonly response: number
  readonly connections: number
  /** Streams open at once. */
  readonly streams: number
  /** Decisions a second on one stream; what is beyond is counted and skipped. */
  readonly decisionsPerSecond: number
  readonly invalidationsPerSecond: number
  readonly heartbeat: number
  readonly metricsEvery: number
  /** Answers remembered for idempotency, and how long. */
  readonly answers: number
  readonly answersFor: number
  /** How long requests may go on after the server began to stop. */
  readonly shutdown: number
}

/** The bounds in use; a reference, so that tests can wait less. */
export const Limits = Context.Reference<Limits>("smart-cache/http/Limits", {
  defaultValue: () => ({
    body: 64 * 1024,
    headers: 10_000,
    request: 20_000,
    response: 30_000,
    connections: 1024,
    streams: 32,
    decisionsPerSecond: 200,
    invalidationsPerSecond: 50,
    heartbeat: 15_000,
    metricsEvery: 1000,
    answers: 10_000,
    answersFor: 3_600_000,
    shutdown: 5000
  })
})
