/** What the model does to a cache: commands as data, so that a failing run prints, shrinks and replays. */
import { Arbitrary } from "effect"
import { either, integer, oneOf } from "../arbitraries.ts"

/** How one compute goes. */
export interface Behaviour {
  readonly millis: number
  readonly end:
    | "succeeds"
    | "fails"
    | "dies"
    | "interrupts itself"
    | "never ends"
    | "cannot be interrupted"
    | "leaves slowly"
}

export type Command =
  | {
    readonly _tag: "Read"
    readonly cache: number
    readonly key: string
    /** Milliseconds from now; may be over already. */
    readonly deadline: number | undefined
    readonly tags: ReadonlyArray<string>
    readonly odds: Readonly<Record<string, number>> | undefined
    readonly refresh: "force" | undefined
    readonly behaviour: Behaviour
  }
  | {
    readonly _tag: "Set"
    readonly cache: number
    readonly key: string
    readonly deadline: number | undefined
    readonly tags: ReadonlyArray<string>
  }
  | { readonly _tag: "InvalidateKey"; readonly cache: number; readonly key: string }
  | { readonly _tag: "InvalidateTag"; readonly cache: number; readonly tag: string }
  | { readonly _tag: "InvalidatePrefix"; readonly cache: number; readonly prefix: string }
  | { readonly _tag: "InvalidateAll"; readonly cache: number }
  | { readonly _tag: "Observe"; readonly cache: number; readonly market: string; readonly odds: number }
  | { readonly _tag: "Wait"; readonly millis: number }
  /** Interrupts the reader at this position, counted from the latest. */
  | { readonly _tag: "Leave"; readonly reader: number }

export const keys = ["a:1", "a:2", "b:1"]

const cache = oneOf(0, 1)
const key = oneOf(...keys)
const tags = oneOf<ReadonlyArray<string>>([], ["t"], ["u"], ["t", "u"])
const deadline = either<number | undefined>(oneOf(undefined), integer(-50, 1500))
const price = oneOf(2, 2.01, 2.02, 3, 5)
const odds = oneOf<Readonly<Record<string, number>> | undefined>(
  undefined,
  undefined,
  undefined,
  { m: 2 },
  { m: 2.01 },
  { m: 3 },
  { n: 2 },
  { m: 2.02, n: 5 }
)

const behaviour: Arbitrary.Arbitrary<Behaviour> = Arbitrary.all({
  millis: integer(0, 400),
  end: oneOf<Behaviour["end"]>(
    "succeeds",
    "succeeds",
    "succeeds",
    "succeeds",
    "fails",
    "fails",
    "dies",
    "interrupts itself",
    "never ends",
    "cannot be interrupted",
    "leaves slowly"
  )
})

const tagged = <const Tag extends string, A>(tag: Tag, fields: Arbitrary.Arbitrary<A>) =>
  Arbitrary.map(fields, (command) => ({ _tag: tag, ...command }))

const read = tagged(
  "Read",
  Arbitrary.all({ cache, key, deadline, tags, odds, refresh: oneOf(undefined, undefined, "force" as const), behaviour })
)
const wait = tagged("Wait", Arbitrary.all({ millis: either(integer(0, 30), integer(0, 300), integer(0, 1500)) }))

const command: Arbitrary.Arbitrary<Command> = either<Command>(
  wait,
  wait,
  wait,
  wait,
  wait,
  read,
  read,
  read,
  read,
  read,
  read,
  read,
  read,
  read,
  tagged("Set", Arbitrary.all({ cache, key, deadline, tags })),
  tagged("InvalidateKey", Arbitrary.all({ cache, key })),
  tagged("InvalidateTag", Arbitrary.all({ cache, tag: oneOf("t", "u") })),
  tagged("InvalidatePrefix", Arbitrary.all({ cache, prefix: oneOf("a:", "b:") })),
  tagged("InvalidateAll", Arbitrary.all({ cache })),
  tagged("Observe", Arbitrary.all({ cache, market: oneOf("m", "n"), odds: price })),
  tagged("Leave", Arbitrary.all({ reader: integer(0, 5) })),
  tagged("Leave", Arbitrary.all({ reader: integer(0, 5) }))
)

/** A run: mostly long ones, short when shrunk. */
export const commands: Arbitrary.Arbitrary<ReadonlyArray<Command>> = Arbitrary.array(command, { maxLength: 150 })
