/** Requests as they go over the wire: any method, any header, any body, one connection each. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { type ClientRequest, type IncomingMessage, request } from "node:http"

export interface Request {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | undefined
  /** Sends the body without saying how long it is. */
  readonly chunked?: boolean
}

/** Whatever stands in an answer: tests say what they expect of it. */
export type Json = ReturnType<typeof JSON.parse>

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly body: string
}

const begin = (port: number, { body, chunked, headers, method = "GET", path }: Request): ClientRequest => {
  const sent = request({ host: "127.0.0.1", port, method, path, headers: { ...headers }, agent: false })
  if (body !== undefined) {
    if (chunked === true) sent.flushHeaders()
    else sent.setHeader("content-length", Buffer.byteLength(body))
  }
  sent.end(body)
  return sent
}

export const json = (body: unknown, headers: Readonly<Record<string, string>> = {}) => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body)
})

export const send = (port: number, what: Request): Effect.Effect<Reply> =>
  Effect.callback<Reply>((resume) => {
    const sent = begin(port, what)
    sent.on("error", (error) => resume(Effect.die(error)))
    sent.on("response", (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => body += chunk)
      response.on("error", (error) => resume(Effect.die(error)))
      response.on("end", () =>
        resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, body })))
    })
    return Effect.sync(() =>
      sent.destroy()
    )
  }).pipe(Effect.timeout("20 seconds"), Effect.orDie)

export interface Frame {
  readonly event: string
  readonly data: Json
}

/** An event stream being read. */
export interface Watcher {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly frames: ReadonlyArray<Frame>
  /** Comments, which keep a stream alive. */
  readonly beats: () => number
  /** The first frame, past or to come, that is like this. */
  readonly find: (is: (frame: Frame) => boolean) => Effect.Effect<Frame>
  readonly until: (holds: () => boolean) => Effect.Effect<void>
  /** The server has ended the stream, properly. */
  readonly ended: Effect.Effect<void>
}

const parse = (text: string): Frame => {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1]
  return { event: field("event") ?? "", data: JSON.parse(field("data") ?? "null") }
}

const bounded = <A>(what: string, wait: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.timeoutOrElse(wait, { duration: "15 seconds", orElse: () => Effect.die(new Error(`waited for ${what}`)) })

const open = Effect.fnUntraced(function*(port: number, what: Request) {
  const sent = yield* Effect.acquireRelease(
    Effect.sync(() => begin(port, what)),
    (sent) => Effect.sync(() => sent.destroy())
  )
  return yield* Effect.callback<IncomingMessage>((resume) => {
    sent.on("error", (error) => resume(Effect.die(error)))
    sent.on("response", (response) => resume(Effect.succeed(response)))
  }).pipe(Effect.timeout("15 seconds"), Effect.orDie)
})

/** Watches a stream until the scope is closed, which cuts the connection. */
export const watch = Effect.fnUntraced(function*(port: number, what: Request) {
  const response = yield* open(port, what)
  const ended = yield* Deferred.make<void>()
  const frames: Array<Frame> = []
  const waiting = new Set<() => void>()
  let rest = ""
  let beats = 0
  response.setEncoding("utf8")
  response.on("error", () => {})
  response.on("end", () => Deferred.doneUnsafe(ended, Effect.void))
  response.on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n\n")
    rest = parts.pop()!
    for (const part of parts) {
      if (part.startsWith(":")) beats++
      else if (part.startsWith("event:")) frames.push(parse(part))
    }
    for (const wake of waiting) wake()
  })
  const until = (holds: () => boolean) =>
    bounded(
      holds.toString(),
      Effect.callback<void>((resume) => {
        const wake = () => {
          if (holds()) resume(Effect.void)
        }
        waiting.add(wake)
        wake()
        return Effect.sync(() => waiting.delete(wake))
      })
    )
  const watcher: Watcher = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    frames,
    beats: () => beats,
    find: (is) => Effect.map(until(() => frames.some(is)), () => frames.find(is)!),
    until,
    ended: bounded("the end", Deferred.await(ended))
  }
  return watcher
})
