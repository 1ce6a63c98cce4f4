/** The Redis of a workload. */
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as Effect from "effect/Effect"
import { redisServer } from "../redisServer.ts"
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
    Effect.runPromise
  )

/** The server at `REDIS_URL` or one of its own; what is emptied is always its own. */
export const redisOf = async ({ redis }: Pick<Workload, "redis">): Promise<Redis> => {
  const prepare = async () => {}
  if (redis === "none") return { url: "", prepare, stop: () => {} }
  const { stop, url } = await redisServer(redis === "fresh" ? undefined : process.env["REDIS_URL"])
  return { url, prepare: redis === "fresh" ? () => flush(url) : prepare, stop }
}
