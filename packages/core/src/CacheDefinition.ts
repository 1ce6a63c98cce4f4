/**
 * A typed cache, defined once by the application, as a service of its own.
 *
 * The definition fixes how a key is built, how a value is computed and what Schema it
 * must fit; readers then only name what they want.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as CacheCodec from "./CacheCodec.ts"
import * as CacheError from "./CacheError.ts"
import type { CacheResult } from "./CacheResult.ts"
import type { Filled } from "./CacheStore.ts"
import type { Explanation } from "./internal/explain.ts"
import type { ReadContext } from "./ReadContext.ts"
import * as SmartCache from "./SmartCache.ts"

type SmartCacheError = CacheError.SmartCacheError

export interface Definition<in Input, in Context, A extends Schema.Constraint, out E, out R> {
  /** The key of what is asked for; build it with `KeyFactory`. */
  readonly key: (input: Input) => string
  /** What a value must fit; a computed value that does not is refused. */
  readonly value: A
  readonly compute: (input: Input) => Effect.Effect<A["Type"], E, R>
  /** What the cache is told about a read; tags, deadline and odds belong here. */
  readonly context?: ((input: Input, context: Context) => ReadContext) | undefined
}

export interface Shape<in Input, in Context, out A, out E> {
  /** The value of an input, from the cache or computed. */
  readonly get: (input: Input, context: Context) => Effect.Effect<CacheResult<A>, E | SmartCacheError>
  /** Many inputs at once, in their order; each is computed at most once. */
  readonly getMany: (
    inputs: ReadonlyArray<Input>,
    context: Context
  ) => Effect.Effect<ReadonlyArray<CacheResult<A>>, E | SmartCacheError>
  /** Stores a value that came another way; it is checked like a computed one. */
  readonly set: (input: Input, value: unknown, context: Context) => Effect.Effect<Filled, SmartCacheError>
  readonly invalidate: (input: Input) => Effect.Effect<void, SmartCacheError>
  readonly explain: (input: Input, context: Context) => Effect.Effect<Explanation, SmartCacheError>
}

/** Says where a value does not fit, without showing the value. */
const refuse = (cache: string) => (error: Schema.SchemaError) =>
  CacheError.make({ _tag: "InvalidValue", cache, problem: error.message })

const make = <Input, Ctx, A extends Schema.Constraint, E, R>(
  id: string,
  definition: Definition<Input, Ctx, A, E, R>
) => {
  // The decoded side is what memory holds: a value is checked against it, not converted.
  const check = Schema.decodeUnknownEffect(Schema.toType(definition.value) as Schema.Codec<A["Type"]>)
  const valid = (value: unknown) => Effect.mapError(check(value), refuse(id))
  const codec = CacheCodec.schema(definition.value as unknown as Schema.Codec<A["Type"], unknown>)
  const contextOf = (input: Input, context: Ctx): ReadContext => ({ codec, ...definition.context?.(input, context) })
  return Effect.gen(function*() {
    const cache = yield* SmartCache.SmartCache
    const services = yield* Effect.context<R>()
    // The application's functions run inside the effect: what they throw is a defect of it.
    const compute = (input: Input) =>
      Effect.provideContext(Effect.flatMap(Effect.suspend(() => definition.compute(input)), valid), services)
    const get = (input: Input, context: Ctx) =>
      Effect.suspend(() => cache.get(definition.key(input), compute(input), contextOf(input, context)))
    const shape: Shape<Input, Ctx, A["Type"], E> = {
      get,
      getMany: (inputs, context) =>
        Effect.forEach(inputs, (input) => get(input, context), { concurrency: "unbounded" }),
      set: (input, value, context) =>
        Effect.flatMap(valid(value), (value) => cache.set(definition.key(input), value, contextOf(input, context))),
      invalidate: (input) =>
        Effect.asVoid(Effect.suspend(() => cache.invalidate({ _tag: "Key", key: definition.key(input) }))),
      explain: (input, context) => Effect.suspend(() => cache.explain(definition.key(input), contextOf(input, context)))
    }
    return shape
  })
}

/**
 * Defines a typed cache as a service; its `layer` needs the `SmartCache` and what the compute needs.
 *
 * @example
 * ```ts
 * class Prices extends CacheDefinition.Service<Prices>()("app/Prices", {
 *   key: (sku: string) => `prices:${sku}`,
 *   value: Schema.Struct({ cents: Schema.Int }),
 *   compute: (sku) => fetchPrice(sku)
 * }) {}
 * ```
 */
export const Service =
  <Self>() =>
  <const Id extends string, Input, A extends Schema.Constraint, E = never, R = never, Ctx = void>(
    id: Id,
    definition: Definition<Input, Ctx, A, E, R>
  ) => {
    const Tag = Context.Service<Self, Shape<Input, Ctx, A["Type"], E>>()(id)
    const layer: Layer.Layer<Self, never, SmartCache.SmartCache | R> = Layer.effect(Tag, make(id, definition))
    return Object.assign(Tag, { layer })
  }
