/** Steps that are the same on one server and on a Cluster: their keys share a slot. */
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as Effect from "effect/Effect"
import { absurd, type Commands } from "./commands.ts"
import type { Keys } from "./keys.ts"
import * as Plane from "./plane.ts"

/** What `take` in the scripts answers. */
const answerOf = (reply: unknown): Plane.Answer | undefined => {
  if (!Array.isArray(reply)) return undefined
  const [tag, detail, ...texts] = reply as ReadonlyArray<unknown>
  const seen = texts.length < 3 ? undefined : texts.map((text) => typeof text === "string" ? text : null)
  switch (tag) {
    case "granted":
      return { _tag: tag, seen, stamp: Number(detail) }
    case "newer":
      return { _tag: tag, seen, text: String(texts[0]) }
    case "busy": {
      const [remaining, stamp] = String(detail).split(" ")
      return { _tag: tag, seen, stamp: Number(stamp), remaining: Math.max(1, Number(remaining)) }
    }
    default:
      return undefined
  }
}

/** The answer of a script that asks for a lease. */
export const answered = (
  commands: Commands,
  asked: Effect.Effect<unknown, SmartCacheError>
): Effect.Effect<Plane.Answer, SmartCacheError> =>
  Effect.flatMap(asked, (reply) => {
    const answer = answerOf(reply)
    return answer === undefined ? absurd(commands, "lease") : Effect.succeed(answer)
  })

/** Gives a lease back. */
export const release = (
  commands: Commands,
  { hints, lease }: Keys,
  key: string,
  token: string
): Effect.Effect<void, SmartCacheError> =>
  Effect.asVoid(commands.run("release", "smartCacheRelease", [lease(key)], [token, hints, JSON.stringify(key)]))

/** Prefixes and everything; their marks lie in one slot with the sequence, so this is one step on a Cluster, too. */
export const beatMany = (
  commands: Commands,
  { all, last, news, sequence }: Keys,
  target: Extract<CacheStore.Target, { readonly _tag: "Prefix" | "All" }>,
  what: string
): Effect.Effect<unknown, SmartCacheError> => {
  const prefix = target._tag === "All" || target.prefix === "" ? "" : JSON.stringify(target.prefix)
  return commands.run("invalidate", "smartCacheBeatMany", [sequence, last, all], [
    news,
    what,
    prefix,
    Plane.longestLife,
    Plane.maxPrefixes
  ])
}
