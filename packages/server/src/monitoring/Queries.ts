/**
 * PromQL over the metrics of a catalogue.
 *
 * A name that the catalogue does not have, or a metric of another type than the function takes, throws `RangeError`: a
 * query of something that is never published would just be empty for ever.
 */
import { type Definition, prometheusName } from "@smart-cache/core/CacheCatalogue"

export interface Queries {
  /** The series of a metric, all instances. */
  readonly series: (gauge: string) => string
  /** How much counters rose together over the window, by these labels. */
  readonly increase: (counters: Some, window: string, by?: Labels) => string
  /** The same per second. */
  readonly rate: (counters: Some, window: string, by?: Labels) => string
  /** What part of a counter others make up over the window, percent; nothing at all is `NaN`. */
  readonly share: (counters: Some, whole: string, window: string, by?: Labels) => string
  /** A quantile of a histogram over the window. */
  readonly quantile: (q: number, histogram: string, window: string, by?: Labels) => string
  /** How many fell in each bucket of a histogram in the window. */
  readonly buckets: (histogram: string, window: string) => string
}

type Some = string | ReadonlyArray<string>
type Labels = ReadonlyArray<string>

const grouped = (by: Labels): string => by.length === 0 ? "sum" : `sum by (${by.join(", ")})`

/** Queries of series with these labels; `selector` is what stands between the braces. */
export const make = (catalogue: ReadonlyArray<Definition>, selector: string): Queries => {
  const named = (name: string, type: Definition["type"]): string => {
    const definition = catalogue.find((each) => each.name === name)
    if (definition?.type === type) return prometheusName(definition)
    const problem = definition === undefined ? "is not in the catalogue" : `is a ${definition.type}, not a ${type}`
    throw new RangeError(`Queries: ${name} ${problem}`)
  }
  const over = (fn: "rate" | "increase") => (counters: Some, window: string, by: Labels = []): string => {
    const terms = [counters].flat().map((name) =>
      `${grouped(by)} (${fn}(${named(name, "counter")}{${selector}}[${window}]))`
    )
    return terms.length === 1 ? terms[0]! : `(${terms.join(" + ")})`
  }
  const rate = over("rate")
  const bucket = (histogram: string) => `${named(histogram, "histogram")}_bucket{${selector}}`
  return {
    series: (gauge) => `${named(gauge, "gauge")}{${selector}}`,
    increase: over("increase"),
    rate,
    share: (counters, whole, window, by) => `100 * ${rate(counters, window, by)} / ${rate(whole, window, by)}`,
    quantile: (q, histogram, window, by = []) =>
      `histogram_quantile(${q}, ${grouped([...by, "le"])} (rate(${bucket(histogram)}[${window}])))`,
    buckets: (histogram, window) => `sum by (le) (increase(${bucket(histogram)}[${window}]))`
  }
}

/** The metrics of a catalogue that an expression is about. */
export const namesIn = (catalogue: ReadonlyArray<Definition>, expr: string): ReadonlySet<string> => {
  const words = new Set(expr.match(/[A-Za-z_:][\w:]*/g)?.map((word) => word.replace(/_bucket$/, "")))
  return new Set(catalogue.filter((each) => words.has(prometheusName(each))).map(({ name }) => name))
}
