/** The Redis of a workload. */
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { redisServer } from "../redisServer.ts"
import { Refused } from "./process.ts"
import type { Workload } from "./workload.ts"

export interface Redis {
  /** Empty when the workload asks for none. */
  readonly url: string
  /** Called before each round. */
  readonly prepare: () => Promise<void>
  readonly stop: () => void
}

const flush = (url: string): Promise<void> =>
  Effect.service(IoRedis.IoRedis).pipe(
    Effect.flatMap(({ use }) => use("flush", (client) => client.flushall())),
    Effect.asVoid,
    Effect.provide(IoRedis.layer({ url })),
    Effect.provideService(References.MinimumLogLevel, "Error"),
    Effect.runPromise
  )

const nothing = async () => {}

/** The server at `REDIS_URL` or one of its own; what is emptied is always its own. Refuses where none can be started. */
export const redisOf = async ({ redis }: Pick<Workload, "redis">): Promise<Redis> => {
  if (redis === "none") return { url: "", prepare: nothing, stop: () => {} }
  const { stop, url } = await redisServer(redis === "fresh" ? undefined : process.env["REDIS_URL"]).catch(
    (error: Error) => {
      throw new Refused("Redis", error.message)
    }
  )
  return { url, prepare: redis === "fresh" ? () => flush(url) : nothing, stop }
}
