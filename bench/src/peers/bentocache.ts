/** bentocache in memory, in Redis and in both. */
import { BentoCache, type BentoStore, bentostore } from "bentocache"
import { memoryDriver } from "bentocache/drivers/memory"
import { connect } from "./client.ts"
import { type Peer, type Settings } from "./peer.ts"

const open = <V>(
  store: BentoStore,
  { load, stale = 0, tagsOf, ttl }: Settings<V>,
  disconnect: () => Promise<unknown> = async () => {}
): Peer<V> => {
  const cache = new BentoCache({
    default: "bench",
    stores: { bench: store },
    ttl,
    suppressL2Errors: false,
    ...(stale > 0 ? { grace: stale, timeout: 0 } : {})
  })
  const read = tagsOf === undefined
    ? (key: string) => cache.getOrSet({ key, factory: () => load(key) })
    : (key: string) => cache.getOrSet({ key, factory: () => load(key), tags: [...tagsOf(key)] })
  return {
    read,
    invalidateTag: (tag) => cache.deleteByTag({ tags: [tag] }),
    close: async () => {
      await cache.disconnectAll()
      await disconnect()
    }
  }
}

/** Its default: memory holds JSON. */
export const memory = async <V>(settings: Settings<V>): Promise<Peer<V>> =>
  open(bentostore().useL1Layer(memoryDriver({ maxItems: settings.capacity })), settings)

export const memoryUnserialized = async <V>(settings: Settings<V>): Promise<Peer<V>> =>
  open(bentostore().useL1Layer(memoryDriver({ maxItems: settings.capacity, serialize: false })), settings)

/** After `connect`'s module, which says whose ioredis it is. */
const drivers = () => import("bentocache/drivers/redis")

export const redis = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => {
  const { redisDriver } = await drivers()
  const connection = await connect(url)
  return open(bentostore().useL2Layer(redisDriver({ connection })), settings)
}

/** With the bus, as two tiers in several processes need it. */
export const twoTiers = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => {
  const { redisBusDriver, redisDriver } = await drivers()
  const [connection, bus] = [await connect(url), await connect(url)]
  const store = bentostore()
    .useL1Layer(memoryDriver({ maxItems: settings.capacity }))
    .useL2Layer(redisDriver({ connection }))
    .useBus(redisBusDriver({ connection: bus }))
  return open(store, settings, async () => bus.disconnect())
}
