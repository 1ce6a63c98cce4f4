/** Checks of the values that hits give, from what a timed loop can afford to the whole value. */
import { isDeepStrictEqual } from "node:util"
import { keyCount, keyOf, type Value, valueOf } from "../workload.ts"

/** Takes the value that was read for key number `i`; throws when it is wrong. */
export type Verify = (i: number, value: Value | undefined) => void

/** Objects of their own: a value that somebody changed does not equal them. */
const wanted: ReadonlyArray<Value> = Array.from({ length: keyCount }, (_, i) => valueOf(i))

const wrong = (i: number, value: Value | undefined): Error =>
  new Error(`a wrong value for ${keyOf(i)}: ${JSON.stringify(value)?.slice(0, 80)}`)

/** That it is this key's value. */
export const verify: Verify = (i, value) => {
  if (value?.id !== i) throw wrong(i, value)
}

/** The same of a value that came as text, which has its end as well. */
export const verifyParsed: Verify = (i, value) => {
  if (value?.id !== i || value.markets.at(-1)?.away !== wanted[i]!.markets.at(-1)!.away) throw wrong(i, value)
}

/** Every field; too slow for a timed loop. */
export const verifyDeeply: Verify = (i, value) => {
  if (!isDeepStrictEqual(value, wanted[i])) throw wrong(i, value)
}
