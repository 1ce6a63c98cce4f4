/** Random inputs that the suites share. */
import { Arbitrary, Schema } from "effect"

/** So many runs from a seed, with lists as long as they may be. */
export const properties = (runs: number) => (seed: string) => ({ arbitrary: { runs, seed, size: 1000 } })

export const integer = (minimum: number, maximum: number) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum, maximum })))

/** Evenly spread, the bounds among them; a range of a Schema would mostly give numbers next to zero. */
export const finite = (minimum: number, maximum: number) =>
  Arbitrary.map(integer(0, 1 << 30), (n) => minimum + n / (1 << 30) * (maximum - minimum))

export const oneOf = <const A>(...values: ReadonlyArray<A>): Arbitrary.Arbitrary<A> =>
  Arbitrary.map(integer(0, values.length - 1), (i) => values[i]!)

export const either = <A>(...arbitraries: ReadonlyArray<Arbitrary.Arbitrary<A>>): Arbitrary.Arbitrary<A> =>
  Arbitrary.flatMap(integer(0, arbitraries.length - 1), (i) => arbitraries[i]!)

/** Text of any code units: lone surrogates, controls, separators of every kind among them. */
export const anyText: Arbitrary.Arbitrary<string> = Arbitrary.map(
  Arbitrary.array(
    either(
      Arbitrary.map(integer(0, 0xffff), (unit) => String.fromCharCode(unit)),
      oneOf(
        ":",
        "{",
        "}",
        "*",
        "?",
        "[",
        "]",
        "\\",
        "%",
        "~",
        "%u",
        "%25",
        "%3A",
        "\u0000",
        "\n",
        "\u007f",
        "\u0085",
        "\u009f",
        "\u00a0",
        "\u2028",
        "\ufeff",
        "\ud800",
        "\udc00",
        "\u{1f600}",
        "é",
        "e\u0301",
        "a",
        "A",
        "0",
        " "
      )
    ),
    { maxLength: 8 }
  ),
  (pieces) => pieces.join("")
)
