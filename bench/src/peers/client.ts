/** Connections to Redis for peers and floors: ioredis of this cache's own package, set up as ioredis is by default. */
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import { registerHooks } from "node:module"

/** A connection to one server. */
export type Client = Exclude<IoRedis.Shape["client"], { readonly nodes: unknown }>

const owner = import.meta.resolve("@smart-cache/redis/IoRedis")

/** Peers that ask for ioredis are given that of this cache's own package, or `instanceof` would tell theirs from it. */
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, specifier === "ioredis" ? { ...context, parentURL: owner } : context)
})

/** A figure is no place for news of a connection. */
export const quiet = Layer.succeed(References.MinimumLogLevel, "Error")

const isSingle = (client: IoRedis.Shape["client"]): client is Client => !("nodes" in client)

/** Without what this cache asks of its own connection: no timer a command, and commands wait for the connection. */
export const connect = async (url: string): Promise<Client> => {
  const runtime = ManagedRuntime.make(Layer.provide(IoRedis.layer({ url }), quiet))
  try {
    const { client } = await runtime.runPromise(Effect.service(IoRedis.IoRedis))
    if (!isSingle(client)) throw new Error("the peers are measured on a single server")
    const own = client.duplicate({
      commandTimeout: undefined,
      socketTimeout: undefined,
      enableOfflineQueue: true,
      maxRetriesPerRequest: 20
    })
    await own.connect()
    return own
  } finally {
    await runtime.dispose()
  }
}
