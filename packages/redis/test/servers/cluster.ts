/** A Cluster: masters, and replicas of them. */
import { Effect, Schedule } from "effect"
import { basic, directory, freePort, type Handle, serve } from "./process.ts"

export interface Options {
  readonly masters?: number
  /** Replicas of each master. */
  readonly replicas?: 0 | 1
}

export interface Cluster {
  readonly masters: ReadonlyArray<Handle>
  readonly replicas: ReadonlyArray<Handle>
  readonly nodes: ReadonlyArray<Handle>
  readonly url: string
  /** The master that serves a key now, or dies when none does. */
  readonly masterOf: (key: string) => Effect.Effect<Handle>
  /** Waits until every node that answers says that all slots are served. */
  readonly settled: Effect.Effect<void>
}

const slots = 16_384

const node = Effect.gen(function*() {
  const [port, bus] = [yield* freePort, yield* freePort]
  const cwd = yield* directory
  const args = [
    "--cluster-enabled",
    "yes",
    "--cluster-config-file",
    "nodes.conf",
    "--cluster-node-timeout",
    "1500",
    "--cluster-port",
    String(bus),
    "--cluster-replica-validity-factor",
    "0",
    "--repl-diskless-sync-delay",
    "0"
  ]
  const handle = yield* serve(port, cwd, [...basic(port), ...args], { host: "127.0.0.1", port })
  return { ...handle, bus, id: String(yield* handle.call("CLUSTER", "MYID")) }
})

/** Retries a check that dies for up to a quarter of a minute. */
const eventually = <A>(check: Effect.Effect<A>): Effect.Effect<A> =>
  check.pipe(
    Effect.catchDefect((defect) => Effect.fail(defect)),
    Effect.retry(Schedule.max([Schedule.spaced("50 millis"), Schedule.recurs(300)])),
    Effect.orDie
  )

const expect = (handle: Handle, args: readonly [string, ...ReadonlyArray<string>], texts: ReadonlyArray<string>) =>
  Effect.flatMap(handle.call(...args), (reply) => {
    const missing = texts.find((text) => !String(reply).includes(text))
    return missing === undefined
      ? Effect.void
      : Effect.die(new Error(`port ${handle.port} does not yet say ${missing}`))
  })

/** Gives every master its slots, and introduces every node to the first. */
const join = Effect.fnUntraced(function*(
  masters: ReadonlyArray<Effect.Success<typeof node>>,
  replicas: ReadonlyArray<Effect.Success<typeof node>>
) {
  const [first] = masters
  if (first === undefined) return yield* Effect.die(new RangeError("masters must be at least 1, got 0"))
  for (const [index, master] of masters.entries()) {
    const [from, to] = [index, index + 1].map((each) => Math.floor((each * slots) / masters.length))
    yield* master.call("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1))
    yield* master.call("CLUSTER", "ADDSLOTSRANGE", String(from), String((to ?? slots) - 1))
  }
  const all = [...masters, ...replicas]
  for (const each of all) yield* each.call("CLUSTER", "MEET", "127.0.0.1", String(first.port), String(first.bus))
  const known = `cluster_known_nodes:${all.length}`
  yield* Effect.forEach(all, (each) => eventually(expect(each, ["CLUSTER", "INFO"], [known])), {
    concurrency: "unbounded"
  })
  for (const [index, replica] of replicas.entries()) {
    yield* eventually(replica.call("CLUSTER", "REPLICATE", masters[index]?.id ?? first.id))
    yield* eventually(expect(replica, ["INFO", "replication"], ["master_link_status:up"]))
  }
})

const times = (count: number) => Effect.all(Array.from({ length: count }, () => node), { concurrency: "unbounded" })

const ownerOf = (nodes: ReadonlyArray<Handle>, key: string): Effect.Effect<Handle> =>
  Effect.gen(function*() {
    for (const each of nodes) {
      // Only the node that serves the slot answers; others redirect, dead ones do not answer.
      const reply = yield* Effect.exit(each.call("GET", key))
      if (reply._tag === "Success" && String(yield* each.call("ROLE")).startsWith("master")) return each
    }
    return yield* Effect.die(new Error("no node serves the key"))
  })

/** A node that sees every slot served. */
const whole = (each: Handle) => expect(each, ["CLUSTER", "INFO"], ["cluster_state:ok", `cluster_slots_ok:${slots}`])

/** A Cluster of its own, killed when the scope closes; some seconds to come up. */
export const cluster = Effect.fnUntraced(function*(options: Options = {}) {
  const masters = yield* times(options.masters ?? 3)
  const replicas = yield* times((options.replicas ?? 0) * masters.length)
  yield* join(masters, replicas)
  const nodes = [...masters, ...replicas]
  const alive = Effect.filter(
    nodes,
    (each) => Effect.map(Effect.exit(each.call("PING")), ({ _tag }) => _tag === "Success")
  )
  const settled = eventually(Effect.flatMap(alive, (each) => Effect.forEach(each, whole, { discard: true })))
  yield* settled
  const found: Cluster = {
    masters,
    replicas,
    nodes,
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    masterOf: (key) => ownerOf(nodes, key),
    settled
  }
  return found
})
