/**
 * Whether a value without a Schema survives JSON unchanged.
 */

/** Deeper than this is refused, and with it every cycle; it also bounds the recursion. */
const maxDepth = 1000

const article = (name: string): string => `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`

const instance = (value: object): string => {
  const { constructor } = value
  return typeof constructor === "function" && constructor.name !== "" ? article(constructor.name) : "a class instance"
}

interface Found {
  readonly what: string
  /** From the value outwards. */
  readonly path: Array<string | number>
}

const found = (what: string): Found => ({ what, path: [] })

const inArray = (items: ReadonlyArray<unknown>, depth: number): Found | undefined => {
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    const problem = item === undefined
      ? found(i in items ? "undefined in an array" : "a hole in an array")
      : inValue(item, depth)
    if (problem !== undefined) {
      problem.path.push(i)
      return problem
    }
  }
  return undefined
}

const inRecord = (record: Readonly<Record<string, unknown>>, depth: number): Found | undefined => {
  for (const name of Object.keys(record)) {
    const problem = inValue(record[name], depth)
    if (problem !== undefined) {
      problem.path.push(name)
      return problem
    }
  }
  return undefined
}

const inObject = (value: object, depth: number): Found | undefined => {
  if (depth === maxDepth) return found(`a cycle, or more than ${maxDepth} levels,`)
  const prototype: unknown = Object.getPrototypeOf(value)
  const isArray = Array.isArray(value)
  if (isArray ? prototype !== Array.prototype : prototype !== Object.prototype && prototype !== null) {
    return found(instance(value))
  }
  if ("toJSON" in value && typeof value.toJSON === "function") return found("an object with toJSON")
  return isArray ? inArray(value, depth + 1) : inRecord(value as Record<string, unknown>, depth + 1)
}

const inValue = (value: unknown, depth: number): Found | undefined => {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? undefined : found(`the number ${value}`)
    case "object":
      return value === null ? undefined : inObject(value, depth)
    case "bigint":
    case "function":
    case "symbol":
      return found(`a ${typeof value}`)
    default:
      return undefined
  }
}

/** How deep the words of a path go; the outermost steps are enough to find the place. */
const maxSteps = 12

const step = (at: string | number): string => {
  if (typeof at === "number") return `[${at}]`
  return /^[\w$]{1,40}$/.test(at) ? `.${at}` : `[${JSON.stringify(at.length > 40 ? `${at.slice(0, 40)}…` : at)}]`
}

const inWords = ({ path, what }: Found): string => {
  if (path.length === 0) return `${what.replace(/,$/, "")} as the value itself`
  const steps = path.toReversed().slice(0, maxSteps).map(step).join("")
  return `${what} at value${steps}${path.length > maxSteps ? "…" : ""}`
}

/**
 * What in a value JSON would change or refuse, and where: `"a Date at value.markets[3].updatedAt"`; `undefined` when
 * it survives. The words hold names of properties, never values.
 *
 * Properties that are `undefined` pass: they vanish, and read as `undefined` again. So do -0, which becomes 0, and what
 * `Object.keys` does not name: symbols, hidden properties, names on an array.
 */
export const plainProblem = (value: unknown): string | undefined => {
  try {
    const problem = inValue(value, 0)
    return problem === undefined ? undefined : inWords(problem)
  } catch {
    return "a value that throws when it is looked into"
  }
}
