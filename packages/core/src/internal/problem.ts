import type { Settings } from "../CacheConfig.ts"
import * as CacheError from "../CacheError.ts"
import type { ReadContext } from "../ReadContext.ts"

/** What is wrong with a key and its context, found before anything is touched. */
export const problemOf = (
  { maxKeyLength, maxTags }: Settings,
  key: string,
  { deadline, tags }: ReadContext
): CacheError.SmartCacheError | undefined => {
  if (key.length === 0 || key.length > maxKeyLength) {
    const problem = key.length === 0 ? "is empty" : `is longer than maxKeyLength (${maxKeyLength})`
    return CacheError.make({ _tag: "InvalidKey", length: key.length, problem })
  }
  if (deadline !== undefined && Number.isNaN(deadline)) {
    const got = CacheError.show(deadline)
    return CacheError.make({ _tag: "InvalidContext", field: "deadline", got, expected: "epoch milliseconds" })
  }
  if (tags !== undefined && tags.length > maxTags) {
    const expected = `at most ${maxTags} tags (maxTags)`
    return CacheError.make({ _tag: "InvalidContext", field: "tags", got: `${tags.length} tags`, expected })
  }
  return undefined
}
