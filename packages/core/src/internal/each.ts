/**
 * Calls a function with every one of them, though one call throws: an observer of a reader's fiber may.
 *
 * That is nothing to the others, nor to whoever tells them, often in the middle of a read of its own. So what was thrown
 * is thrown again by itself, where nobody catches it.
 */
export const each = <A>(all: Iterable<A>, call: (one: A) => void): void => {
  for (const one of all) {
    try {
      call(one)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
