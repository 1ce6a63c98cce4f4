/** Effect's `Cache` and `PersistedCache`, read from outside by `runPromise`. */
import * as EffectRedis from "@smart-cache/redis/EffectRedis"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as Cache from "effect/Cache"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Persistable from "effect/persistence/Persistable"
import * as PersistedCache from "effect/persistence/PersistedCache"
import * as Persistence from "effect/persistence/Persistence"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { quiet } from "./client.ts"
import { nothing, type Peer, refuse, type Settings } from "./peer.ts"

/** In memory. */
export const cache = async <V>(settings: Settings<V>): Promise<Peer<V>> => {
  refuse("Effect Cache", settings)
  const { capacity, load, ttl } = settings
  const lookup = (key: string) => Effect.promise(() => load(key))
  const cache = await Effect.runPromise(Cache.make({ lookup, capacity, timeToLive: ttl }))
  return { read: (key) => Effect.runPromise(Cache.get(cache, key)), close: nothing }
}

class Request extends Persistable.Class<{ payload: { readonly key: string } }>()("bench/Request", {
  primaryKey: ({ key }) => key,
  success: Schema.Unknown
}) {}

const persisted = async <V>(
  settings: Settings<V>,
  layer: Layer.Layer<Persistence.Persistence>
): Promise<Peer<V>> => {
  refuse("Effect PersistedCache", settings)
  const { capacity, load, ttl } = settings
  const runtime = ManagedRuntime.make(layer)
  const scope = Scope.makeUnsafe()
  const make = PersistedCache.make(({ key }: Request) => Effect.promise(() => load(key)), {
    storeId: "bench",
    timeToLive: () => Duration.millis(ttl),
    inMemoryCapacity: capacity,
    inMemoryTTL: () => Duration.millis(ttl)
  })
  const cache = await runtime.runPromise(Scope.provide(make, scope))
  return {
    read: (key) => runtime.runPromise(cache.get(new Request({ key }))) as Promise<V>,
    close: () => runtime.dispose()
  }
}

export const persistedInMemory = <V>(settings: Settings<V>): Promise<Peer<V>> =>
  persisted(settings, Persistence.layerMemory)

/** Over this cache's client; whoever wants only Redis to be read sets a capacity of one. */
export const persistedInRedis = <V>(settings: Settings<V>, url: string): Promise<Peer<V>> =>
  persisted(
    settings,
    Persistence.layerRedis.pipe(
      Layer.provide(EffectRedis.layer),
      Layer.provide(IoRedis.layer({ url, commandTimeout: "5 seconds" })),
      Layer.provide(quiet)
    )
  )
