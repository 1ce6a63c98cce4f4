/**
 * Makes the counters visible as Effect metrics, which are asked when an exporter looks.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { constVoid } from "effect/Function"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type { Definition, Histogram, HistogramName } from "../CacheCatalogue.ts"
import { strategies, type Strategy } from "../CacheOutcome.ts"
import type { Distribution } from "./distribution.ts"

/** Where the values come from. */
export interface Source {
  readonly catalogue: ReadonlyArray<Definition>
  readonly exported: (definition: Exclude<Definition, Histogram>) => number
  readonly distribution: (name: HistogramName, strategy: Strategy) => Distribution
}

/** Units as OpenTelemetry writes them (UCUM). */
const units = { "1": "1", percent: "%", milliseconds: "ms", seconds: "s", bytes: "By" } as const

/** The hooks of a metric that is only ever read. */
const reading = <State>(get: () => State) => ({ get, update: constVoid, modify: constVoid })

const number = (
  context: Context.Context<never>,
  source: Source,
  definition: Exclude<Definition, Histogram>
): Metric.Registration => {
  const { help: description, name, type } = definition
  const options = { description, attributes: { unit: units[definition.unit] } }
  const read = () => source.exported(definition)
  return type === "counter"
    ? Metric.registerUnsafe(
      Metric.counter(name, { ...options, incremental: true }),
      context,
      reading(() => ({ count: read(), incremental: true }))
    )
    : Metric.registerUnsafe(Metric.gauge(name, options), context, reading(() => ({ value: read() })))
}

const histogram = (
  context: Context.Context<never>,
  source: Source,
  { boundaries, help: description, label, name, unit }: Histogram
): ReadonlyArray<Metric.Registration> =>
  strategies.map((strategy) => {
    const distribution = source.distribution(name, strategy)
    const attributes = { unit: units[unit], [label]: strategy }
    return Metric.registerUnsafe(
      Metric.histogram(name, { description, attributes, boundaries }),
      context,
      reading(() => ({ buckets: distribution.buckets(boundaries), ...distribution.totals() }))
    )
  })

/** Registers every metric of the catalogue until the scope closes. */
export const publish = (source: Source): Effect.Effect<void, never, Scope.Scope> =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.asVoid(Effect.acquireRelease(
      Effect.sync(() =>
        source.catalogue.flatMap((definition) =>
          definition.type === "histogram"
            ? histogram(context, source, definition)
            : [number(context, source, definition)]
        )
      ),
      (registrations) => Effect.sync(() => registrations.forEach((registration) => registration.remove()))
    ))
  )
