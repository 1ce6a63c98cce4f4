/** The floor of tags: a Map whose entries remember the version of their tags; an invalidation raises one number. */
import { nothing, type Peer, type Settings } from "../peers/peer.ts"

interface Entry<V> {
  readonly value: V
  readonly expires: number
  readonly tags: ReadonlyArray<string>
  /** Number of the latest invalidation when the value's load began. */
  readonly since: number
}

export const lazyTags = async <V>({ load, tagsOf = () => [], ttl }: Settings<V>): Promise<Peer<V>> => {
  const entries = new Map<string, Entry<V>>()
  const invalidated = new Map<string, number>()
  let latest = 0
  const stands = ({ expires, since, tags }: Entry<V>): boolean =>
    Date.now() < expires && tags.every((tag) => (invalidated.get(tag) ?? 0) <= since)
  const read = async (key: string): Promise<V> => {
    const entry = entries.get(key)
    if (entry !== undefined && stands(entry)) return entry.value
    const since = latest
    const value = await load(key)
    entries.set(key, { value, expires: Date.now() + ttl, tags: tagsOf(key), since })
    return value
  }
  return { read, invalidateTag: async (tag) => void invalidated.set(tag, ++latest), close: nothing }
}
