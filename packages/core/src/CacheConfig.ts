/**
 * The settings of the cache: one Schema-validated value, given as options or read
 * from the environment (spec §10).
 *
 * Durations are given as `Duration.Input` (in the environment: `"6 hours"` or
 * milliseconds) and kept as milliseconds. Unknown variables are ignored; a wrong
 * value is refused with the name of its field or variable.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { show } from "./CacheError.ts"

/** A setting: what it becomes, what is expected in words, and how what was given is parsed. */
interface Setting<T> {
  readonly target: Schema.Codec<T>
  readonly expected: string
  readonly parse: (input: unknown) => T | undefined
}

const setting = <T>(target: Schema.Codec<T>, expected: string, parse: Setting<T>["parse"]): Setting<T> => ({
  target,
  expected,
  parse
})

/** The schema of a setting over a source: anything in options, strings in the environment. */
const schemaOf = <T, S>({ expected, parse, target }: Setting<T>, source: Schema.Codec<S>) =>
  source.pipe(Schema.decodeTo(
    target,
    SchemaTransformation.transformEffect<T, S>({
      decode: (input) => {
        const parsed = parse(input)
        if (parsed !== undefined) return Effect.succeed(parsed)
        const got = typeof input === "string" && input.length <= 40 ? JSON.stringify(input) : show(input)
        return Effect.fail(new SchemaIssue.InvalidValue({ message: `expected ${expected}, got ${got}` }))
      },
      encode: (value) => Effect.succeed(value as unknown as S)
    })
  ))

const toNumber = (input: unknown): number =>
  typeof input === "number" ? input : typeof input === "string" && input.trim() !== "" ? Number(input) : Number.NaN

const toMillis = (input: unknown): number => {
  const plain = toNumber(input)
  // `Duration` takes NaN for no time at all.
  if (typeof input === "number" || !Number.isNaN(plain)) return plain
  const parsed = Duration.fromInput(input as Duration.Input)
  return Option.isSome(parsed) ? Duration.toMillis(parsed.value) : Number.NaN
}

const within = (n: number, min: number, max: number): number | undefined => n >= min && n <= max ? n : undefined

const duration = (min: number, max: number) =>
  setting(Schema.Finite, `a duration of ${min} to ${max} ms`, (input) => within(toMillis(input), min, max))
const count = (min: number, max: number) =>
  setting(Schema.Finite, `an integer of ${min} to ${max}`, (input) => {
    const n = toNumber(input)
    return Number.isInteger(n) ? within(n, min, max) : undefined
  })
const number = (min: number, max: number) =>
  setting(Schema.Finite, `a number of ${min} to ${max}`, (input) => within(toNumber(input), min, max))
const flag = setting(
  Schema.Boolean,
  "true or false",
  (input) => input === true || input === "true" ? true : input === false || input === "false" ? false : undefined
)
const choice = <const T extends string>(...of: ReadonlyArray<T>) =>
  setting(Schema.Literals(of), of.join(" or "), (input) => of.find((each) => each === input))

const day = 86_400_000
const year = 366 * day

const fields = {
  enabled: flag,
  ttl: duration(1, year),
  beta: number(0, 1000),
  staleFactor: number(0, 1000),
  failSafe: duration(0, year),
  softTimeout: duration(1, day),
  hardTimeout: duration(1, day),
  failureTtl: duration(0, day),
  retryBase: duration(1, day),
  retryMax: duration(1, day),
  maxBackground: count(0, 1_000_000),
  onStoreError: choice("allow", "fail"),
  storeTimeout: duration(1, day),
  leaseTtl: duration(30, day),
  maxEntries: count(1, 100_000_000),
  maxBytes: count(1, Number.MAX_SAFE_INTEGER),
  maxMarkers: count(1, 100_000_000),
  maxKeyLength: count(1, 65_536),
  maxTags: count(0, 1024),
  vixWindow: duration(1, 7 * day),
  vixMinSamples: count(2, 100_000),
  vixMaxSamples: count(2, 1_000_000),
  vixMaxMarkets: count(1, 100_000_000),
  vixWarning: number(0.000_001, 1e9),
  vixPanic: number(0.000_001, 1e9),
  vixWarningTtl: duration(0, year),
  latencySampling: number(0.01, 1)
}

/** The validated settings; every duration in milliseconds. */
export type Settings = { readonly [K in keyof typeof fields]: typeof fields[K] extends Setting<infer T> ? T : never }

const names = Object.keys(fields) as ReadonlyArray<keyof Settings>

const Settings: Schema.Codec<Settings, unknown> = Schema.Struct(
  Object.fromEntries(names.map((name) => [name, schemaOf<unknown, unknown>(fields[name], Schema.Unknown)]))
) as never

/** The defaults, as data. */
export const defaults: Settings = {
  enabled: true,
  ttl: 3_600_000,
  beta: 1,
  staleFactor: 1,
  failSafe: 3_600_000,
  softTimeout: 250,
  hardTimeout: 30_000,
  failureTtl: 0,
  retryBase: 1_000,
  retryMax: 60_000,
  maxBackground: 64,
  onStoreError: "allow",
  storeTimeout: 1_000,
  leaseTtl: 3_000,
  maxEntries: 100_000,
  maxBytes: 256 * 1024 * 1024,
  maxMarkers: 100_000,
  maxKeyLength: 1024,
  maxTags: 32,
  vixWindow: 1_800_000,
  vixMinSamples: 4,
  vixMaxSamples: 360,
  vixMaxMarkets: 10_000,
  vixWarning: 1.5,
  vixPanic: 2,
  vixWarningTtl: 60_000,
  latencySampling: 0.01
}

type Durations =
  | "ttl"
  | "failSafe"
  | "softTimeout"
  | "hardTimeout"
  | "failureTtl"
  | "retryBase"
  | "retryMax"
  | "storeTimeout"
  | "leaseTtl"
  | "vixWindow"
  | "vixWarningTtl"

/**
 * What an application may set; each has a default.
 *
 * - `enabled`: `false` computes each time and stores nothing.
 * - `ttl`: of the default policy, when no `TtlPolicy` is given.
 * - `beta`: X-Fetch's β, 0 turns early refresh off; `staleFactor`: the stale window in TTLs.
 * - `failSafe`: how long past the stale window a value may stand in for a failing compute.
 * - `softTimeout`: the longest a reader with a usable value waits; `hardTimeout`: the longest any reader
 *   waits and any compute runs.
 * - `failureTtl`: how long a failure is remembered for readers without a value; 0: not at all.
 * - `retryBase`, `retryMax`: back-off after a failed refresh, doubling; `maxBackground`: refreshes at once.
 * - `onStoreError`: `"allow"` computes when the store fails, `"fail"` fails the read; `storeTimeout`: longest store step.
 * - `leaseTtl`: how long others wait for a process that died while it computed; renewed by those that live.
 * - `maxEntries`, `maxBytes`: the memory tier; `maxMarkers`: remembered invalidations; `maxKeyLength`, `maxTags`: of one entry.
 * - `vixWindow`, `vixMinSamples`, `vixMaxSamples`, `vixMaxMarkets`: history of odds; `vixWarning`, `vixPanic`:
 *   levels of z; `vixWarningTtl`: the TTL's cap in a nervous market.
 * - `latencySampling`: share of the reads whose latency and age are taken if they are memory hits; others are always timed. Taking them
 *   costs about as much as the hit: below some ten thousand reads a second, 1 shows more and costs nothing that matters.
 */
export type Options = {
  readonly [K in keyof Settings]?: (K extends Durations ? Duration.Input : Settings[K]) | undefined
}

/** Settings that only make sense together: the first must not exceed the second, or must be less. */
const orders: ReadonlyArray<readonly [first: keyof Settings, is: "at most" | "less than", second: keyof Settings]> = [
  ["vixWarning", "at most", "vixPanic"],
  ["softTimeout", "at most", "hardTimeout"],
  ["retryBase", "at most", "retryMax"],
  // The current odds are a sample, but not one of those that they are judged against.
  ["vixMinSamples", "less than", "vixMaxSamples"]
]

const incoherence = (settings: Settings, nameOf: (name: keyof Settings) => string): string | undefined => {
  const broken = orders.find(([first, is, second]) =>
    is === "at most" ? settings[first] > settings[second] : settings[first] >= settings[second]
  )
  if (broken === undefined) return undefined
  const [first, is, second] = broken
  return `${nameOf(first)} must be ${is} ${nameOf(second)}, got ${settings[first]} and ${settings[second]}`
}

const decode = Schema.decodeUnknownSync(Settings)

/**
 * Validates options over the defaults; throws `RangeError` naming the field, what was expected and what was got.
 *
 * @example
 * ```ts
 * CacheConfig.make({ ttl: "10 minutes", beta: 1.5 }).ttl // 600000
 * ```
 */
export const make = (options: Options = {}): Settings => {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name))
  if (unknown !== undefined) throw new RangeError(`CacheConfig.make: there is no setting "${unknown}"`)
  try {
    const settings = decode({ ...defaults, ...given })
    const problem = incoherence(settings, (name) => name)
    if (problem !== undefined) throw new RangeError(problem)
    return settings
  } catch (error) {
    throw new RangeError(`CacheConfig.make: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const variable = (name: string): string => `SMART_CACHE_${name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`

const all = Object.fromEntries(names.map((name) => [
  name,
  Config.schema(schemaOf<unknown, string>(fields[name], Schema.String), variable(name)).pipe(
    Config.withDefault(defaults[name])
  )
]))

/**
 * Reads `SMART_CACHE_TTL`, `SMART_CACHE_BETA`, … from the environment; a `ConfigError` names the variable, or the two
 * that contradict each other.
 */
export const config: Config.Config<Settings> = (Config.all(all) as Config.Config<Settings>).pipe(
  Config.flatMap((settings) => {
    const message = incoherence(settings, variable)
    return message === undefined
      ? Config.succeed(settings)
      : Config.fail(new Schema.SchemaError(new SchemaIssue.InvalidValue({ message })))
  })
)

/** The settings in use. */
export class CacheConfig extends Context.Service<CacheConfig, Settings>()("smart-cache/CacheConfig") {}

/** Settings from options; a wrong one throws here, at construction. */
export const layer = (options?: Options): Layer.Layer<CacheConfig> => Layer.succeed(CacheConfig, make(options))

/** Settings from the environment. */
export const layerConfig: Layer.Layer<CacheConfig, Config.ConfigError> = Layer.effect(CacheConfig, config)
