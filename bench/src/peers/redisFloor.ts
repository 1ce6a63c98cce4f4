/** Floors of a hit in Redis: what ioredis and `JSON.parse` take, and the same with a whole tick's reads in one command. */
import { connect } from "./client.ts"
import { type Peer, refuse, type Settings } from "./peer.ts"

const loaded = async <V>(
  client: Awaited<ReturnType<typeof connect>>,
  { load, ttl }: Settings<V>,
  key: string,
  json: string | null
): Promise<V> => {
  if (json !== null) return JSON.parse(json) as V
  const value = await load(key)
  await client.set(key, JSON.stringify(value), "PX", ttl)
  return value
}

export const get = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => {
  refuse("GET", settings)
  const client = await connect(url)
  return {
    read: async (key) => loaded(client, settings, key, await client.get(key)),
    close: async () => void await client.quit()
  }
}

interface Waiting {
  readonly keys: Array<string>
  readonly values: Promise<ReadonlyArray<string | null>>
}

/** The reads of one turn of the event loop as one MGET. */
export const mgetPerTick = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => {
  refuse("MGET", settings)
  const client = await connect(url)
  let waiting: Waiting | undefined
  const gather = (): Waiting => {
    const keys: Array<string> = []
    const values = new Promise<void>((resolve) => process.nextTick(resolve)).then(() => {
      waiting = undefined
      return client.mget(keys)
    })
    return { keys, values }
  }
  const read = async (key: string): Promise<V> => {
    const { keys, values } = waiting ??= gather()
    const at = keys.push(key) - 1
    return loaded(client, settings, key, (await values)[at] ?? null)
  }
  return { read, close: async () => void await client.quit() }
}
