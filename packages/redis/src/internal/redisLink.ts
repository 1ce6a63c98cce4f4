/**
 * Whether the command connection stands: told in the log when that changes, begun
 * again when ioredis has given up.
 */
import * as Journal from "@smart-cache/core/Journal"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import type { Cluster, Redis } from "ioredis"
import * as RedisFault from "./redisFault.ts"
import { backoff } from "./redisOptions.ts"

/** Where the connection stands; changed by its events, so read it when it is needed. */
export interface Link {
  status: "connecting" | "up" | "down"
  /** Epoch milliseconds of the last change. */
  since: number
  /** Why it is down, in words without credentials. */
  problem: string | undefined
  /** Tries since it was last up that ended for good. */
  ended: number
}

type Event =
  | { readonly _tag: "Connected" }
  | { readonly _tag: "Recovered"; readonly after: number }
  | { readonly _tag: "Lost"; readonly problem: string }
  | { readonly _tag: "Unreachable"; readonly problem: string }
  | { readonly _tag: "Ended" }

const listen = (client: Redis | Cluster, link: Link, now: () => number, emit: (event: Event) => void): void => {
  const change = (status: Link["status"]) => {
    link.status = status
    link.since = now()
  }
  const fell = (problem: string) => {
    if (link.status === "down") return
    emit({ _tag: link.status === "up" ? "Lost" : "Unreachable", problem })
    change("down")
  }
  const note = (error: unknown) => {
    link.problem = RedisFault.from(error).message
  }
  client.on("ready", () => {
    if (link.status === "up") return
    emit(link.status === "connecting" ? { _tag: "Connected" } : { _tag: "Recovered", after: now() - link.since })
    change("up")
    link.problem = undefined
    link.ended = 0
  })
  // A connection that stands may report an error and stay; a first one that fails says why here.
  client.on("error", (error: unknown) => {
    note(error)
    if (link.status === "connecting") fell(link.problem ?? "unknown")
  })
  client.on("node error", (error: unknown) => {
    if (link.status !== "up") note(error)
  })
  client.on("close", () => fell(link.problem ?? "the connection was closed"))
  client.on("end", () => emit({ _tag: "Ended" }))
}

/** What the log says of an event. */
const lineOf = (event: Exclude<Event, { readonly _tag: "Ended" }>): Journal.Line => {
  switch (event._tag) {
    case "Connected":
      return { level: "Info", event: "connected", message: "Redis: connected" }
    case "Recovered": {
      const details = { seconds: event.after / 1000 }
      return { level: "Info", event: "connection_back", message: "Redis: connected again", details }
    }
    case "Lost": {
      const details = { problem: event.problem }
      return { level: "Warn", event: "connection_lost", message: "Redis: connection lost, connecting again", details }
    }
    case "Unreachable": {
      const details = { problem: event.problem }
      return { level: "Warn", event: "connection_refused", message: "Redis: cannot be reached, trying on", details }
    }
  }
}

const respond = (
  client: Redis | Cluster,
  link: Link,
  journal: Journal.Journal,
  event: Event
): Effect.Effect<void> => {
  switch (event._tag) {
    case "Connected":
    case "Recovered":
    case "Lost":
    case "Unreachable":
      return journal.say(lineOf(event))
    case "Ended":
      return Effect.gen(function*() {
        link.ended += 1
        yield* Effect.sleep(backoff(link.ended, yield* Random.next))
        // Its failure is the next event.
        client.connect().catch(() => {})
      })
  }
}

/** Watches a client until the scope closes; register before it connects. */
export const watch = Effect.fnUntraced(function*(client: Redis | Cluster) {
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const events = yield* Queue.sliding<Event>(64)
  const link: Link = { status: "connecting", since: now(), problem: undefined, ended: 0 }
  listen(client, link, now, (event) => Queue.offerUnsafe(events, event))
  const journal = yield* Journal.make
  const responding = Effect.flatMap(Queue.take(events), (event) => respond(client, link, journal, event))
  yield* Effect.forkScoped(Effect.forever(responding))
  return link
})
