/**
 * The body of an entry: one JSON array for envelope and value together, so that a hit parses once.
 *
 * `[createdAt, freshUntil, earlyFrom, staleUntil, deadline, confirmed, delta, tags, value]`, epoch milliseconds of the
 * server's clock but for the deadline, which is the world's; `confirmed` is 0 or 1. `null` for a moment is Infinity and
 * `false` is -Infinity. A value that is `undefined` is left out.
 */
import type { Entry, Stamp } from "@smart-cache/core/CacheEntry"

const finite = (field: string, value: number): number => {
  if (Number.isFinite(value)) return value
  throw new RangeError(`entry: ${field} must be finite, got ${value}`)
}

const written = (field: string, moment: number): number | null | false => {
  if (Number.isFinite(moment)) return moment
  if (Number.isNaN(moment)) throw new RangeError(`entry: ${field} must be a moment, got NaN`)
  return moment > 0 ? null : false
}

/** Throws on what JSON cannot hold: a bigint, a cycle, a function, a time that is NaN. */
export const write = (entry: Entry, encodedValue: unknown, offset: number): string => {
  if (typeof encodedValue === "function" || typeof encodedValue === "symbol") {
    throw new TypeError(`entry: a ${typeof encodedValue} is no JSON value`)
  }
  const body: Array<unknown> = [
    finite("createdAt", entry.createdAt + offset),
    written("freshUntil", entry.freshUntil + offset),
    written("earlyFrom", entry.earlyFrom + offset),
    written("staleUntil", entry.staleUntil + offset),
    written("deadline", entry.deadline),
    entry.confirmed ? 1 : 0,
    finite("delta", entry.delta),
    entry.tags
  ]
  if (encodedValue !== undefined) body.push(encodedValue)
  return JSON.stringify(body)
}

/** `NaN` for what is no moment. */
const read = (moment: unknown): number => {
  if (typeof moment === "number") return Number.isFinite(moment) ? moment : Number.NaN
  return moment === null ? Infinity : moment === false ? -Infinity : Number.NaN
}

const areTags = (tags: unknown): tags is ReadonlyArray<string> => {
  if (!Array.isArray(tags)) return false
  for (const tag of tags) if (typeof tag !== "string") return false
  return true
}

const parsed = (body: string): ReadonlyArray<unknown> | undefined => {
  try {
    const fields: unknown = JSON.parse(body)
    return Array.isArray(fields) && (fields.length === 9 || fields.length === 8) ? fields : undefined
  } catch {
    // The error quotes the text, so it goes no further.
    return undefined
  }
}

/** The entry of a body, its value still encoded; `undefined` for any other text. */
export const parse = (body: string, stamp: Stamp, offset: number): Entry | undefined => {
  const fields = parsed(body)
  if (fields === undefined) return undefined
  const createdAt = fields[0]
  const freshUntil = read(fields[1])
  const earlyFrom = read(fields[2])
  const staleUntil = read(fields[3])
  const deadline = read(fields[4])
  const confirmed = fields[5]
  const delta = fields[6]
  const tags = fields[7]
  if (
    typeof createdAt !== "number" || typeof delta !== "number" || !Number.isFinite(createdAt) ||
    !Number.isFinite(delta) || Number.isNaN(freshUntil) || Number.isNaN(earlyFrom) || Number.isNaN(staleUntil) ||
    Number.isNaN(deadline) || (confirmed !== 0 && confirmed !== 1) || !areTags(tags)
  ) return undefined
  return {
    value: fields[8],
    createdAt: createdAt - offset,
    freshUntil: freshUntil - offset,
    staleUntil: staleUntil - offset,
    earlyFrom: earlyFrom - offset,
    deadline,
    confirmed: confirmed === 1,
    delta,
    stamp,
    tags
  }
}
