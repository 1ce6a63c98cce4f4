/**
 * Roughly how many bytes a value holds on a 64-bit V8 heap; enough for a bound,
 * computed once per fill. The name of a property counts once, however many objects
 * have it. What an object hides (private fields, closures) does not count.
 */

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

const isBinary = (value: object): value is ArrayBufferView | ArrayBufferLike =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer

const childrenOf = (value: object): Iterable<unknown> => {
  if (Array.isArray(value) || value instanceof Set) return value
  return value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value)
}

class Scale {
  bytes = 0
  /** Objects that were counted, and names of properties. */
  private readonly seen = new Set<unknown>()
  private readonly pending: Array<object> = []

  add(value: unknown): void {
    if (typeof value !== "object" || value === null) this.bytes += ofLeaf(value)
    else if (!this.seen.has(value)) {
      this.seen.add(value)
      this.pending.push(value)
      this.bytes += 32
    }
  }

  next(): object | undefined {
    return this.pending.pop()
  }

  open(value: object, limit: number): void {
    if (isBinary(value)) {
      this.bytes += value.byteLength
      return
    }
    if (!Array.isArray(value)) { for (const name of Object.keys(value)) this.name(name) }
    for (const child of childrenOf(value)) {
      this.add(child)
      if (this.bytes > limit) return
    }
  }

  private name(name: string): void {
    if (this.seen.has(name)) return
    this.seen.add(name)
    this.bytes += ofLeaf(name)
  }
}

/** Bytes of a value; stops at the first sum over `limit`, because then it is too large anyway. */
export const sizeOf = (root: unknown, limit: number): number => {
  const scale = new Scale()
  scale.add(root)
  for (let value = scale.next(); value !== undefined && scale.bytes <= limit; value = scale.next()) {
    try {
      scale.open(value, limit)
    } catch {
      // A getter or a proxy that throws when it is looked into holds nothing that could be counted.
    }
  }
  return scale.bytes
}
