import { assert, describe, it } from "@effect/vitest"
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import { Config, ConfigProvider, Effect } from "effect"
import { anyText, properties } from "./arbitraries.ts"

const repeatedly = properties(300)

const fromEnvironment = (env: Record<string, string>) =>
  Effect.provide(CacheConfig.CacheConfig, CacheConfig.layerConfig).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )

const durations = [
  "ttl",
  "failSafe",
  "softTimeout",
  "hardTimeout",
  "failureTtl",
  "retryBase",
  "retryMax",
  "storeTimeout",
  "leaseTtl",
  "vixWindow",
  "vixWarningTtl"
] as const
const counts = [
  "maxBackground",
  "maxEntries",
  "maxBytes",
  "maxMarkers",
  "maxKeyLength",
  "maxTags",
  "vixMinSamples",
  "vixMaxSamples",
  "vixMaxMarkets"
] as const
const numbers = ["beta", "staleFactor", "vixWarning", "vixPanic", "latencySampling"] as const
const choices = ["onStoreError"] as const

const variableOf = (field: string) => `SMART_CACHE_${field.replace(/([A-Z])/g, "_$1").toUpperCase()}`

/** Values that no field of a kind takes, and how the refusal shows them. */
const bad: ReadonlyArray<readonly [fields: ReadonlyArray<keyof CacheConfig.Settings>, got: unknown, shown: string]> = [
  ...[-1, Number.NaN, Infinity, -Infinity].map((got) =>
    [[...durations, ...counts, ...numbers], got, String(got)] as const
  ),
  ...["soon", "", "1 parsec"].map((got) =>
    [[...durations, ...counts, ...numbers, "enabled", ...choices], got, JSON.stringify(got)] as const
  ),
  ...["-1 seconds", "Infinity"].map((got) => [durations, got, JSON.stringify(got)] as const),
  [counts, 1.5, "1.5"],
  [["maxEntries", "maxBytes", "maxMarkers", "maxKeyLength", "vixMinSamples", "vixMaxSamples", "vixMaxMarkets"], 0, "0"],
  [
    [
      "ttl",
      "softTimeout",
      "hardTimeout",
      "retryBase",
      "retryMax",
      "storeTimeout",
      "leaseTtl",
      "vixWindow",
      "vixWarning",
      "vixPanic",
      "latencySampling"
    ],
    0,
    "0"
  ],
  [[...durations, ...counts, ...numbers, "enabled", ...choices], null, "null"],
  [[...counts, ...numbers, "enabled", ...choices], {}, "a value of type object"],
  [[...durations, ...counts, ...numbers, "enabled", ...choices], Symbol("x"), "a value of type symbol"],
  [["enabled"], "yes", "\"yes\""],
  [["enabled"], 1, "1"],
  [choices, "explode", "\"explode\""],
  [[...durations, ...numbers], "x".repeat(100), "a string of 100 characters"]
]

const messageOf = (make: () => unknown, what = ""): string => {
  try {
    make()
  } catch (error) {
    assert.instanceOf(error, RangeError)
    return (error as RangeError).message
  }
  return assert.fail(`nothing was refused ${what}`)
}

describe("the settings", () => {
  it("have defaults that are valid, and those of the documentation", () => {
    assert.deepStrictEqual(CacheConfig.make(), CacheConfig.defaults)
    assert.deepStrictEqual(CacheConfig.make({ ...CacheConfig.defaults }), CacheConfig.defaults)
    assert.deepInclude(CacheConfig.defaults, {
      enabled: true,
      ttl: 3_600_000,
      beta: 1,
      staleFactor: 1,
      vixWindow: 1_800_000,
      vixMinSamples: 4,
      vixWarning: 1.5,
      vixPanic: 2,
      vixWarningTtl: 60_000
    })
    const fields: ReadonlyArray<string> = [...durations, ...counts, ...numbers, "enabled", ...choices]
    assert.sameMembers(Object.keys(CacheConfig.defaults), [...fields])
  })

  it("take durations in words or milliseconds, and leave what is not said at its default", () => {
    const settings = CacheConfig.make({ ttl: "10 minutes", failSafe: 0, beta: undefined })
    assert.deepStrictEqual(settings, { ...CacheConfig.defaults, ttl: 600_000, failSafe: 0 })
  })

  it("refuse every bad value by the name of its field and what was got", () => {
    for (const [fields, got, shown] of bad) {
      for (const field of fields) {
        const message = messageOf(() => CacheConfig.make({ [field]: got }), `${field} ${shown}`)
        assert.include(message, "CacheConfig.make: ")
        assert.include(message, `got ${shown}`)
        assert.match(message, new RegExp(`\\b${field}\\b`), message)
      }
    }
  })

  it("do not know other names, not even those that every object has", () => {
    for (const name of ["TTL", "tll", "toString", "constructor", "__proto__ ", "hasOwnProperty"]) {
      assert.include(
        messageOf(() => CacheConfig.make({ [name]: 1 } as CacheConfig.Options)),
        `there is no setting "${name}"`
      )
    }
  })

  const contradictions: ReadonlyArray<readonly [CacheConfig.Options, RegExp]> = [
    [{ vixWarning: 3 }, /vixWarning must be at most vixPanic, got 3 and 2/],
    [{ softTimeout: 40_000 }, /softTimeout must be at most hardTimeout, got 40000 and 30000/],
    [{ retryBase: "2 minutes" }, /retryBase must be at most retryMax, got 120000 and 60000/],
    [{ vixMinSamples: 361 }, /vixMinSamples must be less than vixMaxSamples, got 361 and 360/],
    [{ vixMinSamples: 10, vixMaxSamples: 10 }, /vixMinSamples must be less than vixMaxSamples, got 10 and 10/]
  ]

  it("refuse settings that contradict each other by both names", () => {
    for (const [options, says] of contradictions) assert.throws(() => CacheConfig.make(options), RangeError, says)
  })

  it.effect("refuse the same contradictions of the environment, by both variables", () =>
    Effect.gen(function*() {
      for (const [options, says] of contradictions) {
        const env = Object.fromEntries(
          Object.entries(options).map(([field, value]) => [variableOf(field), String(value)])
        )
        const error = yield* Effect.flip(fromEnvironment(env))
        assert.instanceOf(error, Config.ConfigError)
        const expected = says.source.replace(/\b(vix|soft|hard|retry)\w+/g, variableOf)
        assert.match(error.message, new RegExp(expected))
      }
      const settings = yield* fromEnvironment({
        SMART_CACHE_SOFT_TIMEOUT: "40 seconds",
        SMART_CACHE_HARD_TIMEOUT: "50 seconds"
      })
      assert.strictEqual(settings.softTimeout, 40_000)
    }))
})

describe("the environment", () => {
  it.effect("sets what its variables name", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* fromEnvironment({}), CacheConfig.defaults)
      const settings = yield* fromEnvironment({
        SMART_CACHE_ENABLED: "false",
        SMART_CACHE_TTL: "6 hours",
        SMART_CACHE_BETA: "1.5",
        SMART_CACHE_HARD_TIMEOUT: "5000",
        SMART_CACHE_ON_STORE_ERROR: "fail",
        SMART_CACHE_VIX_MIN_SAMPLES: "10"
      })
      assert.deepStrictEqual(settings, {
        ...CacheConfig.defaults,
        enabled: false,
        ttl: 21_600_000,
        beta: 1.5,
        hardTimeout: 5000,
        onStoreError: "fail",
        vixMinSamples: 10
      })
    }))

  it.effect("can set every field there is", () =>
    Effect.gen(function*() {
      const env = Object.fromEntries(
        Object.entries(CacheConfig.defaults).map(([field, value]) => [variableOf(field), String(value)])
      )
      assert.deepStrictEqual(yield* fromEnvironment(env), CacheConfig.defaults)
    }))

  it.effect.prop("may hold anything else", [anyText, anyText], ([name, value]) =>
    Effect.gen(function*() {
      const env = {
        [`SMART_CACHE_X${name}`]: value,
        TTL: "rubbish",
        SMART_CACHE: "rubbish",
        SMART_CACHE_TTLS: "rubbish"
      }
      assert.deepStrictEqual(yield* fromEnvironment(env), CacheConfig.defaults)
    }), repeatedly("unknown variables"))

  it.effect("is refused by the name of the variable and what was got", () =>
    Effect.gen(function*() {
      for (const [fields, got, shown] of bad) {
        if (typeof got !== "string" && typeof got !== "number") continue
        // An empty variable is as good as none.
        if (got === "") continue
        for (const field of fields) {
          const error: unknown = yield* Effect.flip(fromEnvironment({ [variableOf(field)]: String(got) }))
          assert.instanceOf(error, Config.ConfigError)
          assert.include(error.message, `"${variableOf(field)}"`)
          assert.include(error.message, `got ${typeof got === "string" ? shown : JSON.stringify(String(got))}`)
        }
      }
    }))
})
