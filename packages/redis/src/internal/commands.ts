/** Commands that the store sends: its scripts, and reads of many names at once. */
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import * as Effect from "effect/Effect"
import type { ClientContext, Result } from "ioredis"
import type { Shape as Client } from "../IoRedis.ts"
import { type ScriptName, scripts } from "./lua.ts"

type Arguments = ReadonlyArray<string | number>
type Script<Context extends ClientContext> = (...args: Array<string | number>) => Result<unknown, Context>

declare module "ioredis" {
  // The scripts as ioredis adds them to a client.
  interface RedisCommander<Context> {
    smartCacheLease: Script<Context>
    smartCacheLeaseAt: Script<Context>
    smartCacheStamp: Script<Context>
    smartCacheRestore: Script<Context>
    smartCacheFill: Script<Context>
    smartCacheFillAt: Script<Context>
    smartCacheRelease: Script<Context>
    smartCacheBeatTags: Script<Context>
    smartCacheBeatTagsAt: Script<Context>
    smartCacheBeatKey: Script<Context>
    smartCacheBeatKeyAt: Script<Context>
    smartCacheBeatMany: Script<Context>
    smartCacheBeatManyAt: Script<Context>
    smartCacheAdvance: Script<Context>
    smartCacheTell: Script<Context>
    smartCacheWatch: Script<Context>
    smartCacheBegin: Script<Context>
  }
}

export interface Commands {
  /** Runs a script over keys; `operation` names it in errors. */
  readonly run: (
    operation: string,
    name: ScriptName,
    keys: ReadonlyArray<string>,
    args?: Arguments
  ) => Effect.Effect<unknown, SmartCacheError>
  readonly client: Client
}

/** The scripts as commands of a client: sent by hash, in full when the server has forgotten them. */
export const make = (client: Client): Commands => {
  for (const [name, lua] of Object.entries(scripts)) client.client.defineCommand(name, { lua })
  return {
    client,
    run: (operation, name, keys, args = []) =>
      client.use(operation, (redis) => redis[name](keys.length, ...keys, ...args))
  }
}

/** What a script answered is not what it is written to answer: another program writes under the same names. */
export const absurd = ({ client }: Commands, operation: string): Effect.Effect<never, SmartCacheError> =>
  Effect.fail(client.failure(operation, new Error("the reply is none of this script")))
