/** The marks of everything and of prefixes, which lie in one text. */
import type { Stamp } from "@smart-cache/core/CacheEntry"

export interface Marks {
  readonly text: string
  /** Whatever began at or before this stamp is beaten. */
  readonly everything: Stamp
  readonly prefixes: ReadonlyArray<readonly [prefix: string, stamp: Stamp]>
}

/** A mark at the head of a text; what is no mark has beaten everything. */
export const stampOf = (text: string): Stamp => {
  const stamp = Number(text.slice(0, 16))
  return text.length >= 16 && Number.isSafeInteger(stamp) && stamp >= 0 ? stamp : Infinity
}

const prefixOf = (line: string): string => {
  try {
    const prefix: unknown = JSON.parse(line.slice(17))
    // A line that says nothing beats everything.
    return typeof prefix === "string" ? prefix : ""
  } catch {
    return ""
  }
}

const parse = (text: string): Marks => {
  const [head = "", ...lines] = text.split("\n")
  return {
    text,
    everything: stampOf(head),
    prefixes: lines.filter((line) => line !== "").map((line) => [prefixOf(line), stampOf(line)] as const)
  }
}

/** Parses a text once while it stays the same. */
export const reader = (): (text: string) => Marks => {
  let known = parse("")
  return (text) => text === known.text ? known : (known = parse(text))
}

/** The stamp at or before which computes of a key are beaten. */
export const fenceOf = ({ everything, prefixes }: Marks, key: string): Stamp => {
  let fence = everything
  for (const [prefix, stamp] of prefixes) if (stamp > fence && key.startsWith(prefix)) fence = stamp
  return fence
}
