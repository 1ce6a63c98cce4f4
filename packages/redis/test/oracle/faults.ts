/** What goes wrong while processes read: marks are evicted, subscribers are cut off, processes freeze. */
import { Effect } from "effect"
import { Cluster, type Redis } from "ioredis"
import type { ChildProcess } from "node:child_process"
import * as Keys from "../../src/internal/keys.ts"
import type { Chance } from "./chance.ts"
import { tags } from "./world.ts"

/** Again and again, after pauses of so many milliseconds; what fails is tried again the next time. */
const repeatedly = (
  { below }: Chance,
  [shortest, longest]: readonly [number, number],
  step: () => Effect.Effect<unknown, unknown>
): Effect.Effect<never> =>
  Effect.forever(Effect.andThen(
    Effect.suspend(() => Effect.sleep(shortest + below(longest - shortest))),
    Effect.ignore(Effect.suspend(step))
  ))

/** Deletes marks of tags, and now and then what the store knows of everything, as a server short of memory would. */
export const evictions = (admin: Redis | Cluster, namespace: string, chance: Chance): Effect.Effect<never> => {
  const { all, last, mark, sequence } = Keys.make(namespace)
  return repeatedly(chance, [5, 30], () => {
    const name = chance.happens(0.02) ? chance.pick([all, last, sequence]) : mark(chance.pick(tags))
    return Effect.tryPromise(() => admin.del(name))
  })
}

/** Cuts off every subscriber. */
export const severances = (admin: Redis | Cluster, chance: Chance): Effect.Effect<never> =>
  repeatedly(chance, [100, 1500], () => {
    const nodes = admin instanceof Cluster ? admin.nodes("master") : [admin]
    return Effect.forEach(nodes, (node) => Effect.tryPromise(() => node.call("CLIENT", "KILL", "TYPE", "pubsub")))
  })

/** Stops a process for longer than a lease lasts and memory may be behind, then lets it go on as if nothing had been. */
export const freezes = (children: ReadonlyArray<ChildProcess>, chance: Chance): Effect.Effect<never> =>
  repeatedly(chance, [1000, 3000], () => {
    const child = chance.pick(children)
    return Effect.acquireUseRelease(
      Effect.sync(() => child.kill("SIGSTOP")),
      () => Effect.sleep(400 + chance.below(600)),
      () => Effect.sync(() => child.kill("SIGCONT"))
    )
  })
