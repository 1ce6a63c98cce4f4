/** Server-sent events: bounded in number, kept alive, and ended when the server stops. */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Problems from "../api/Problems.ts"
import { Limits } from "./limits.ts"

/** One event to be sent. */
export interface Message {
  readonly event: string
  readonly data: unknown
}

export interface Shape {
  /** A response that sends the messages until the client leaves or the server stops; it holds a place until then. */
  readonly open: (
    messages: Stream.Stream<Message>
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Problems.Unavailable, Scope.Scope>
  /** Ends all streams, at once and for good. */
  readonly end: Effect.Effect<void>
}

/** The streams that are open. */
export class Streams extends Context.Service<Streams, Shape>()("smart-cache/http/Streams") {}

const frame = ({ data, event }: Message): string =>
  Sse.encoder.write({ _tag: "Event", event, id: undefined, data: JSON.stringify(data) })

/** A first line, so that the headers leave at once, and how long to wait before coming back. */
const greeting = "retry: 2000\n\n"
const beat = ": \n\n"

const full = (limit: number) =>
  new Problems.Unavailable({ detail: `${limit} streams are open, which is all that this server keeps` })

const make = Effect.gen(function*() {
  const limits = yield* Limits
  const ended = yield* Deferred.make<void>()
  let open = 0
  const place = Effect.acquireRelease(
    Effect.suspend(() => open < limits.streams ? Effect.sync(() => ++open) : full(limits.streams)),
    () => Effect.sync(() => --open)
  )
  const beats = Stream.fromSchedule(Schedule.spaced(limits.heartbeat)).pipe(Stream.map(() => beat))
  const body = (messages: Stream.Stream<Message>) =>
    Stream.make(greeting).pipe(
      Stream.concat(Stream.merge(Stream.map(messages, frame), beats)),
      Stream.interruptWhen(Deferred.await(ended)),
      Stream.encodeText
    )
  return Streams.of({
    open: (messages) =>
      Effect.as(
        place,
        HttpServerResponse.stream(body(messages), {
          contentType: "text/event-stream",
          // For proxies that would gather what ought to be sent at once.
          headers: { "cache-control": "no-store", "x-accel-buffering": "no" }
        })
      ),
    end: Effect.asVoid(Deferred.succeed(ended, undefined))
  })
})

export const layer: Layer.Layer<Streams> = Layer.effect(Streams, make)

/** Ends the streams when it is released; built on the server, so that this comes before the server waits for them. */
export const layerEnd: Layer.Layer<never, never, Streams> = Layer.effectDiscard(
  Effect.flatMap(Streams, (streams) => Effect.addFinalizer(() => streams.end))
)
