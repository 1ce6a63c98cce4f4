/** The work of a cache, counted: two processes, one that counts and one that does nothing but allocate. */
import type { Server } from "../redisServer.ts"
import type { Bytes } from "./allocate.ts"
import { ask } from "./child.ts"
import type { Counts } from "./count.ts"
import type { Place } from "./scenario.ts"

export interface Question {
  readonly what: "counts" | "bytes"
  readonly places: ReadonlyArray<Place>
  readonly url: string
}

/** One scenario, as one of the processes knows it. */
export interface Row {
  readonly place: Place
  readonly name: string
  readonly counts?: Counts
  readonly bytes?: Bytes
}

/** A scenario with everything that is known of it. */
export interface Measured extends Row {
  readonly counts: Counts
}

const places: ReadonlyArray<Place> = ["memory", "memory that ages", "memory over redis", "redis"]

const patience = 300_000

/**
 * So young a generation holds a whole round: no collection comes between. What is hot is compiled where it runs, not
 * beside it: how much is warm is then the same on a busy machine.
 */
const roomy = [
  "--expose-gc",
  "--min-semi-space-size=256",
  "--max-semi-space-size=256",
  "--no-concurrent-recompilation"
]

/** Every scenario, in order. The server must be of its own: its statistics are reset. */
export const measure = async ({ url }: Pick<Server, "url">): Promise<ReadonlyArray<Measured>> => {
  const module = new URL("worker.ts", import.meta.url)
  const ended = new AbortController()
  const { signal } = ended
  try {
    const [counts, bytes] = await Promise.all([
      ask<Question, ReadonlyArray<Measured>>(module, { what: "counts", places, url }, { patience, signal }),
      ask<Question, ReadonlyArray<Row>>(module, { what: "bytes", places, url }, { patience, signal, nodeFlags: roomy })
    ])
    return counts.map((row) => ({
      ...bytes.find(({ name, place }) => name === row.name && place === row.place),
      ...row
    }))
  } finally {
    // One that failed leaves the other no reason to go on.
    ended.abort()
  }
}
