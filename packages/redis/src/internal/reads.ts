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

const chunks = (group: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  group.length <= most
    ? [group]
    : Array.from({ length: Math.ceil(group.length / most) }, (_, i) => group.slice(i * most, (i + 1) * most))

/** The names of several requests, each once, and where those of each request are among them. */
const gather = (requests: ReadonlyArray<Request>) => {
  const places = new Map<string, number>()
  const placeOf = (name: string): number => {
    const place = places.get(name) ?? places.size
    if (place === places.size) places.set(name, place)
    return place
  }
  const of = requests.map(({ names }) => names.map(placeOf))
  return { names: Array.from(places.keys()), of }
}

export class Reads {
  private readonly client: Client
  /** Numbers the goes: what is asked for in one of them is sent at its end. */
  go = 0
  private waiting: Array<Request> = []
  private leaving: Array<() => void> = []
  private ending = false
  /** Waits for the end of this go. */
  readonly goEnds: Effect.Effect<void> = Effect.callback((resume) => {
    this.leaving.push(() => resume(Effect.void))
    this.endSoon()
  })

  constructor(client: Client) {
    this.client = client
  }

  /** The texts under these names; fails with `StoreFailed`. */
  get(names: ReadonlyArray<string>): Effect.Effect<Texts, SmartCacheError> {
    // A command without names is an error.
    if (names.length === 0) return Effect.succeed([])
    // Whoever is interrupted is answered all the same, to no effect: to forget a reader would cost every read more.
    const asked = Effect.callback<Texts, SmartCacheError>((resume) => {
      this.waiting.push({ names, resume })
      this.endSoon()
    })
    const { commandTimeout, failure, topology } = this.client
    // One server's client bounds each command; a Cluster's redirects and retries for longer than one may take.
    return topology === "single" ? asked : Effect.timeoutOrElse(asked, {
      duration: commandTimeout,
      orElse: () => Effect.fail(failure("read", new Error("Command timed out")))
    })
  }

  private endSoon(): void {
    if (this.ending) return
    this.ending = true
    queueMicrotask(() => this.end())
  }

  /** Sends what was asked for. */
  private end(): void {
    const { leaving, waiting: requests } = this
    this.go++
    this.ending = false
    this.waiting = []
    this.leaving = []
    for (const leave of leaving) leave()
    if (requests.length > 0) this.send(requests)
  }

  private send(requests: ReadonlyArray<Request>): void {
    const fail = (cause: unknown) => {
      const exit = Exit.fail(this.client.failure("read", cause))
      for (const { resume } of requests) resume(exit)
    }
    this.answer(requests).catch(fail)
  }

  private async answer(requests: ReadonlyArray<Request>): Promise<void> {
    if (requests.length === 1) return requests[0]!.resume(Exit.succeed(await this.fetch(requests[0]!.names)))
    const { names, of } = gather(requests)
    const texts = await this.fetch(names)
    requests.forEach(({ resume }, i) => resume(Exit.succeed(of[i]!.map((place) => texts[place]!))))
  }

  /** The texts of names in their order, in as few commands as may be. */
  private async fetch(names: ReadonlyArray<string>): Promise<Texts> {
    if (this.client.topology === "single" && names.length <= most) return this.mget(names)
    const groups = this.groups(names)
    const replies = await Promise.all(groups.map((group) => this.mget(group)))
    const texts = new Map(groups.flatMap((group, g) => group.map((name, i) => [name, replies[g]![i]!] as const)))
    return names.map((name) => texts.get(name)!)
  }

  private async mget(group: ReadonlyArray<string>): Promise<Texts> {
    const { client } = this.client
    try {
      // Emptied: a function that ioredis keeps for each command leads to its reply, long after (core's DESIGN.md, "What V8 keeps").
      return (await client.mget(Array.from(group))).splice(0)
    } catch (error) {
      if (group.length === 1 || !RedisFault.isScattered(error)) throw error
      // The slot is moving, and only single keys of it are served.
      return (await Promise.all(group.map((name) => client.mget([name])))).flat()
    }
  }

  /** Names that are sent together. */
  private groups(names: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> {
    const groups = this.client.topology === "cluster" ? Map.groupBy(names, slotOf).values() : [names]
    return Array.from(groups).flatMap(chunks)
  }
}
