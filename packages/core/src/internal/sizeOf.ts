/**
 * Roughly how many bytes a value holds on a 64-bit V8 heap; enough for a bound,
 * computed once per fill. Walks at most `maxNodes` objects: a larger value is
 * extrapolated from what was seen.
 */
const maxNodes = 10_000

const ofLeaf = (value: unknown): number => {
  switch (typeof value) {
    case "string":
      return 16 + value.length * 2
    case "number":
    case "bigint":
      return 16
    default:
      return 8
  }
}

const childrenOf = (value: object): Iterable<unknown> => {
  if (Array.isArray(value)) return value
  if (value instanceof Map) return [...value.keys(), ...value.values()]
  if (value instanceof Set) return value
  return Object.values(value)
}

export const sizeOf = (root: unknown): number => {
  const seen = new Set<object>()
  const queue: Array<unknown> = [root]
  let bytes = 0
  for (let i = 0; i < queue.length; i++) {
    const value = queue[i]
    if (typeof value !== "object" || value === null) {
      bytes += ofLeaf(value)
    } else if (ArrayBuffer.isView(value)) {
      bytes += 64 + value.byteLength
    } else if (!seen.has(value)) {
      if (seen.size >= maxNodes) return Math.round(bytes * queue.length / i)
      seen.add(value)
      bytes += 32
      for (const child of childrenOf(value)) queue.push(child)
    }
  }
  return bytes
}
