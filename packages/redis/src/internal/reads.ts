/**
 * Reads of names, gathered: whatever is asked for in one go travels in one MGET on
 * one server, in one for each slot on a Cluster.
 *
 * A name that several readers ask for at once travels once. Nobody joins a read
 * that has been sent: it may be older than what the reader must see.
 */
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import slotOf from "cluster-key-slot"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Shape as Client } from "../IoRedis.ts"
import * as RedisFault from "./redisFault.ts"

/** Texts in the order of the names; missing ones, and those of another type, are `null`. */
export type Texts = ReadonlyArray<string | null>

interface Request {
  readonly names: ReadonlyArray<string>
  readonly resume: (exit: Exit.Exit<Texts, SmartCacheError>) => void
}

/** More names than this travel in another command: a server does nothing else while it answers one. */
const most = 512

/** Places of names in what is sent, and the names that are sent together. */
interface Plan {
  readonly places: Map<string, number>
  readonly groups: ReadonlyArray<ReadonlyArray<string>>
}

const chunks = (group: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  group.length <= most
    ? [group]
    : Array.from({ length: Math.ceil(group.length / most) }, (_, i) => group.slice(i * most, (i + 1) * most))

export class Reads {
  private readonly client: Client
  private waiting: Array<Request> = []

  constructor(client: Client) {
    this.client = client
  }

  /** The texts under these names; fails with `StoreFailed`. */
  get(names: ReadonlyArray<string>): Effect.Effect<Texts, SmartCacheError> {
    // A command without names is an error.
    if (names.length === 0) return Effect.succeed([])
    const asked = Effect.callback<Texts, SmartCacheError>((resume) => {
      const request: Request = { names, resume }
      if (this.waiting.push(request) === 1) queueMicrotask(() => this.send())
      // What has been sent is answered to nobody then.
      return Effect.sync(() => {
        const at = this.waiting.indexOf(request)
        if (at >= 0) this.waiting.splice(at, 1)
      })
    })
    const { commandTimeout, failure, topology } = this.client
    // One server's client bounds each command; a Cluster's redirects and retries for longer than one may take.
    return topology === "single" ? asked : Effect.timeoutOrElse(asked, {
      duration: commandTimeout,
      orElse: () => Effect.fail(failure("read", new Error("Command timed out")))
    })
  }

  private send(): void {
    const requests = this.waiting
    this.waiting = []
    if (requests.length === 0) return
    const { groups, places } = this.plan(requests)
    const answer = (replies: ReadonlyArray<Texts>) => {
      const texts = replies.length === 1 ? replies[0]! : replies.flat()
      for (const { names, resume } of requests) resume(Exit.succeed(names.map((name) => texts[places.get(name)!]!)))
    }
    const fail = (cause: unknown) => {
      const exit = Exit.fail(this.client.failure("read", cause))
      for (const { resume } of requests) resume(exit)
    }
    Promise.all(groups.map((group) => this.mget(group))).then(answer).catch(fail)
  }

  private async mget(group: ReadonlyArray<string>): Promise<Texts> {
    const { client } = this.client
    try {
      return await client.mget(Array.from(group))
    } catch (error) {
      if (group.length === 1 || !RedisFault.isScattered(error)) throw error
      // The slot is moving, and only single keys of it are served.
      return (await Promise.all(group.map((name) => client.mget([name])))).flat()
    }
  }

  private plan(requests: ReadonlyArray<Request>): Plan {
    const places = new Map<string, number>()
    for (const { names } of requests) for (const name of names) places.set(name, 0)
    const all = Array.from(places.keys())
    const groups = Array.from(
      this.client.topology === "cluster" ? Map.groupBy(all, slotOf).values() : [all]
    ).flatMap(chunks)
    let place = 0
    for (const group of groups) for (const name of group) places.set(name, place++)
    return { places, groups }
  }
}
