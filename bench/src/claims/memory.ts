/** What a request allocates, and that nothing grows for ever: measured in a process that can call for a collection. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { type Claim, type Finding, judged } from "./finding.ts"

interface Rounds {
  readonly requests: number
  readonly rounds: number
}

export interface Setup {
  readonly allocation: Rounds
  readonly growth: Rounds
}

/** Bytes; the heap after a collection at the end of each round. */
export interface Sizes {
  readonly bare: number
  readonly tagged: number
  readonly computed: number
  readonly heap: ReadonlyArray<number>
}

/** Young enough to hold a whole round, so that no collection comes in between. */
const semiSpaceMb = 128

const measure = async (setup: Setup): Promise<Sizes> => {
  const child = fork(fileURLToPath(new URL("memoryWorker.ts", import.meta.url)), [JSON.stringify(setup)], {
    execArgv: [
      ...process.execArgv,
      "--expose-gc",
      `--min-semi-space-size=${semiSpaceMb}`,
      `--max-semi-space-size=${semiSpaceMb}`
    ]
  })
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the heap's process ended with ${code}`)
  })
  const [sizes] = await Promise.race([once(child, "message"), ended]) as [Sizes]
  ended.catch(() => {})
  return sizes
}

/** Least squares: bytes a request. */
const slope = (heap: ReadonlyArray<number>, requests: number): number => {
  const middle = (heap.length - 1) / 2
  const mean = heap.reduce((sum, bytes) => sum + bytes, 0) / heap.length
  const covariance = heap.reduce((sum, bytes, i) => sum + (i - middle) * (bytes - mean), 0)
  const variance = heap.reduce((sum, _, i) => sum + (i - middle) ** 2, 0)
  return covariance / variance / requests
}

const limit = 2048

/** A map that keeps an entry a request keeps some tens of bytes at the least. */
const flat = 1

const kilobytes = (bytes: number): string => `${Math.round(bytes).toLocaleString("en")} B`

const request = ({ bare, computed, tagged }: Sizes, { allocation: { requests, rounds } }: Setup): Finding => ({
  claim: "memory a request",
  method: `Growth of the heap over ${
    requests.toLocaleString("en")
  } reads without a collection, a read; the most of ${rounds} rounds.`,
  asked: "< 2 KB",
  measured: `a hit ${kilobytes(bare)}, with 5 tags and 3 odds ${kilobytes(tagged)}, a read that computes ${
    kilobytes(computed)
  }`,
  ...judged(
    Math.max(bare, tagged, computed) < limit,
    "It holds for a hit; a read that computes starts a fiber of its own and takes the store's steps, and its garbage is gone with the next collection."
  ),
  figures: { hit_bytes: bare, tagged_hit_bytes: tagged, computed_bytes: computed }
})

const growth = ({ heap }: Sizes, { growth: { requests } }: Setup): Finding => {
  const settled = heap.slice(Math.ceil(heap.length / 4))
  const bytes = slope(settled, requests)
  const megabytes = (at: number): string => `${(settled.at(at)! / 1e6).toFixed(2)} MB`
  return {
    claim: "nothing that grows for ever",
    method:
      `The heap after a collection, every ${
        requests.toLocaleString("en")
      } reads of ever new keys, tags and markets, with `
      + "failing computes and invalidations; least squares over the last three quarters, when all that is bounded is full.",
    asked: "flat",
    measured: `${bytes.toFixed(3)} B a request over ${
      ((settled.length - 1) * requests).toLocaleString("en")
    } requests, ${megabytes(0)} to ${megabytes(-1)}`,
    ...judged(Math.abs(bytes) < flat, "The heap's trend is a byte a request or more."),
    figures: { bytes_a_request: bytes, first_bytes: settled[0]!, last_bytes: settled.at(-1)! }
  }
}

export const run: Claim<Setup> = async (setup) => {
  const sizes = await measure(setup)
  return [request(sizes, setup), growth(sizes, setup)]
}
