/**
 * One source, any number of watchers; a slow watcher loses the oldest and costs the others nothing.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** What a watcher may fall behind. */
const most = 1024

export class Broadcast<A> {
  private readonly watchers = new Set<Queue.Queue<A, Cause.Done>>()
  private state: "open" | "closed" = "open"

  /** A broadcast whose streams end with the scope. */
  static readonly make = <A>(): Effect.Effect<Broadcast<A>, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => new Broadcast<A>()),
      (broadcast) => Effect.sync(() => broadcast.close())
    )

  /** How many watch; a field of its own, because each read asks. */
  size = 0

  private close(): void {
    this.state = "closed"
    this.watchers.forEach(Queue.endUnsafe)
  }

  publish(event: A): void {
    for (const watcher of this.watchers) Queue.offerUnsafe(watcher, event)
  }

  /** Who comes after the end hears just that. */
  private begin(watcher: Queue.Queue<A, Cause.Done>): void {
    if (this.state === "open") this.watchers.add(watcher)
    else Queue.endUnsafe(watcher)
    this.size = this.watchers.size
  }

  private end(watcher: Queue.Queue<A, Cause.Done>): void {
    this.watchers.delete(watcher)
    this.size = this.watchers.size
  }

  readonly stream: Stream.Stream<A> = Stream.unwrap(Effect.map(
    Effect.acquireRelease(
      Effect.tap(Queue.sliding<A, Cause.Done>(most), (watcher) => Effect.sync(() => this.begin(watcher))),
      (watcher) => Effect.sync(() => this.end(watcher))
    ),
    Stream.fromQueue
  ))
}
