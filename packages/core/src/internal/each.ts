/** Calls a function with every one of them, though one call throws; what was thrown first is thrown in the end. */
export const each = <A>(all: Iterable<A>, call: (one: A) => void): void => {
  const thrown: Array<unknown> = []
  for (const one of all) {
    try {
      call(one)
    } catch (error) {
      thrown.push(error)
    }
  }
  if (thrown.length > 0) throw thrown[0]
}
