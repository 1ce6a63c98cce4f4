/**
 * Names in Redis.
 *
 * | name | holds |
 * |---|---|
 * | `ns:v:key`, `ns:l:key` | entry or tombstone, and lease, of a key that has a hash tag (`KeyFactory`'s have) |
 * | `ns:w:{key}`, `ns:m:{key}` | the same of any other key, which becomes the hash tag itself |
 * | `ns:t:tag` | the stamp up to which entries with this tag are beaten, of a tag that has a hash tag |
 * | `ns:u:tag` | the same of any other tag |
 * | `{ns}:seq`, `{ns}:all`, `{ns}:last` | the last stamp, the marks of everything and of prefixes, the last message |
 *
 * A key's value and lease so share a slot of a Cluster, and keys and tags of one subject do when both carry its hash
 * tag. Braces, `%` and lone surrogates of what has no hash tag are escaped: no two keys share a name, no two tags do,
 * and nobody takes `{}` for the hash tag that it is not (`cluster-key-slot` does, and so ioredis).
 */
import * as KeyFactory from "@smart-cache/core/KeyFactory"

export interface Keys {
  readonly value: (key: string) => string
  readonly lease: (key: string) => string
  readonly mark: (tag: string) => string
  readonly sequence: string
  readonly all: string
  readonly last: string
  /** Channel of invalidations and explicit writes; their order and gaps matter. */
  readonly news: string
  /** Channel of leases that ended; losing a message costs time only. */
  readonly hints: string
  /** Channel of odds. */
  readonly odds: string
}

export const defaultNamespace = "smart-cache"

/** The names where there is more than one database: they share their channels, so that these must differ. */
export const inDatabase = (keys: Keys, database: number): Keys =>
  database === 0 ? keys : {
    ...keys,
    news: `${keys.news}@${database}`,
    hints: `${keys.hints}@${database}`,
    odds: `${keys.odds}@${database}`
  }

/** Whether a Cluster finds a hash tag in a key: something between the first `{` and the next `}`. */
const hasHashTag = (key: string): boolean => {
  const open = key.indexOf("{")
  return open >= 0 && key.indexOf("}", open) > open + 1
}

/** Whether a Cluster is to place a name by the hash tag in it; escaping would take that away. */
const isHashTagged = (text: string): boolean => hasHashTag(text) && text.isWellFormed()

/** Text that UTF-8 keeps as it is; what is escaped holds a `%`, what is not holds none. */
const written = (text: string): string => /[%{}]/.test(text) || !text.isWellFormed() ? KeyFactory.escape(text) : text

const nameOf = (namespace: string, key: string, tagged: string, plain: string): string =>
  isHashTagged(key)
    ? `${namespace}:${tagged}:${key}`
    : `${namespace}:${plain}:{${written(key)}}`

/** The names of one namespace; throws `RangeError` when the namespace could be mistaken for something else. */
export const make = (namespace: string, label = "namespace"): Keys => {
  if (!/^[\w.-]{1,64}$/.test(namespace)) {
    throw new RangeError(
      `RedisStore: ${label} must be 1 to 64 letters, digits, ".", "_" or "-", got ${JSON.stringify(namespace)}`
    )
  }
  return {
    value: (key) => nameOf(namespace, key, "v", "w"),
    lease: (key) => nameOf(namespace, key, "l", "m"),
    mark: (tag) => isHashTagged(tag) ? `${namespace}:t:${tag}` : `${namespace}:u:${written(tag)}`,
    sequence: `{${namespace}}:seq`,
    all: `{${namespace}}:all`,
    last: `{${namespace}}:last`,
    news: `${namespace}:news`,
    hints: `${namespace}:hints`,
    odds: `${namespace}:odds`
  }
}
