/** What every peer can do, so that a workload asks all of them the same way. */

/** Set-up of a peer; each takes from it what it can do, and refuses what it cannot. */
export interface Settings<V> {
  /** Computes the value of a key. */
  readonly load: (key: string) => Promise<V>
  /** How long a value is fresh, milliseconds; whole seconds for async-cache-dedupe. */
  readonly ttl: number
  /** How long after that it may be served while a new one is loaded, milliseconds; 0: not at all. */
  readonly stale?: number
  /** The tags of a key's value, for those that have tags; tags are off without. */
  readonly tagsOf?: (key: string) => ReadonlyArray<string>
  /** Entries that memory holds. */
  readonly capacity: number
}

export interface Peer<V> {
  /** The cached value, or that of `load`. */
  readonly read: (key: string) => Promise<V>
  /** Only where the settings have tags. */
  readonly invalidateTag?: (tag: string) => Promise<unknown>
  /** Called after each round by those that do not fail without their store: rejects when they did without. */
  readonly check?: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Opens a peer; `redis` is the URL of a server for those that keep something there.
 *
 * Peers that share a server must be given different keys: some of them store under the bare key.
 */
export type Open = <V>(settings: Settings<V>, redis: string) => Promise<Peer<V>>

/** Ends the subject: a peer that swallows its errors must not go on as if nothing were. */
export const raise = (error: unknown): void =>
  process.nextTick(() => {
    throw error
  })

/** Whoever asks a peer for what it cannot do gets no figures. */
export const refuse = (
  name: string,
  { stale = 0, tagsOf }: Pick<Settings<unknown>, "stale" | "tagsOf">,
  can: { readonly stale?: true } = {}
): void => {
  if (tagsOf !== undefined) throw new Error(`${name} has no tags`)
  if (stale > 0 && can.stale !== true) throw new Error(`${name} serves nothing stale`)
}

export const nothing = async (): Promise<void> => {}
