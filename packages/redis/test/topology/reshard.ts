/** Slots that move from one master to another, as an operator's tools move them. */
import { Effect } from "effect"
import type { Cluster } from "../servers/cluster.ts"
import type { Handle } from "../servers/process.ts"

/** The master that serves a slot, and another one. */
const sides = Effect.fnUntraced(function*(servers: Cluster, slot: number, index: number) {
  const ids = yield* Effect.forEach(servers.masters, (each) => Effect.map(each.call("CLUSTER", "MYID"), String))
  const text = String(yield* servers.masters[0]!.call("CLUSTER", "NODES"))
  const serves = (line: string) =>
    line.split(" ").slice(8).some((range) => {
      const [from = Number.NaN, to = from] = range.split("-").map(Number)
      return from <= slot && slot <= to
    })
  const owner = ids.findIndex((id) => text.split("\n").some((line) => line.startsWith(id) && serves(line)))
  const others = ids.map((_, i) => i).filter((i) => i !== owner)
  const target = others[index % others.length]!
  const side = (i: number) => ({ ...servers.masters[i]!, id: ids[i]! })
  return { from: side(owner), to: side(target) }
})

type Side = Handle & { readonly id: string }

/** Moves so many of the keys that lie in a slot. */
const moveKeys = Effect.fnUntraced(function*(slot: string, from: Side, to: Side, most: number) {
  const keys = yield* from.call("CLUSTER", "GETKEYSINSLOT", slot, String(most))
  const names = Array.isArray(keys) ? keys.map(String) : []
  // Whatever has gone meanwhile is no error.
  if (names.length > 0) yield* from.call("MIGRATE", "127.0.0.1", String(to.port), "", "0", "5000", "KEYS", ...names)
  return names.length
})

/** Moves a slot; for `lingering` of its way one key has moved and the others have not. */
export const move = Effect.fnUntraced(
  function*(servers: Cluster, slot: number, index: number, lingering: Effect.Effect<void>) {
    const { from, to } = yield* sides(servers, slot, index)
    const text = String(slot)
    yield* to.call("CLUSTER", "SETSLOT", text, "IMPORTING", from.id)
    yield* from.call("CLUSTER", "SETSLOT", text, "MIGRATING", to.id)
    yield* moveKeys(text, from, to, 1)
    yield* lingering
    while ((yield* moveKeys(text, from, to, 100)) > 0);
    // The new owner first: it must never be that nobody serves the slot.
    for (const each of [to, from, ...servers.masters]) yield* each.call("CLUSTER", "SETSLOT", text, "NODE", to.id)
  }
)
