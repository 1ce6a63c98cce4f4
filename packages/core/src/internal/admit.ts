import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Entry, Stamp } from "../CacheEntry.ts"
import * as CacheError from "../CacheError.ts"
import type { ReadContext } from "../ReadContext.ts"
import * as TtlPolicy from "../TtlPolicy.ts"
import type { Verdict } from "../VixService.ts"
import * as XFetch from "../XFetch.ts"
import type { Services } from "./services.ts"

/** What a value is stored under beside its key: what its reader or writer said, and how nervous the market was. */
export interface Circumstances {
  readonly context: ReadContext
  readonly verdict: Verdict
}

const noTags: ReadonlyArray<string> = []

/** The windows that the policy grants, or what it gave instead; a policy may call the application's own code. */
const grantOf = (
  { policy, settings }: Services,
  grant: TtlPolicy.Grant
): Pick<Entry, "freshUntil" | "staleUntil"> | string => {
  try {
    const ttl = TtlPolicy.ttlAt(policy, grant, grant.createdAt)
    if (!(ttl >= 0 && ttl < Infinity)) return CacheError.show(ttl)
    // Clocks tell whole milliseconds, which memory holds in half the space.
    // Clocks tell whole milliseconds, which memory holds in half the space.
    return {
      freshUntil: Math.ceil(TtlPolicy.expiry(policy, grant, 1)),
      staleUntil: Math.ceil(TtlPolicy.expiry(policy, grant, 1 + settings.staleFactor))
    }
  } catch (error) {
    return error instanceof Error ? `a thrown ${error.name}` : "something thrown"
  }
}

/** The entry of a value: its life as the policy grants it. */
export const admit = (
  services: Services,
  { context, verdict }: Circumstances,
  value: unknown,
  now: number,
  delta: number,
  stamp: Stamp
): Effect.Effect<Entry, CacheError.SmartCacheError> =>
  Effect.withFiber((fiber) => {
    const { settings, vix } = services
    const { confirmed = false, deadline = Infinity, odds, tags = noTags } = context
    const nervous = verdict.level === "warning" || verdict.level === "panic"
    const life = grantOf(services, {
      createdAt: now,
      deadline,
      confirmed,
      cap: nervous ? settings.vixWarningTtl : Infinity,
      drift: odds === undefined ? Number.NaN : vix.drift(odds),
      draw: fiber.getRef(Random.Random).nextDoubleUnsafe(),
      value
    })
    if (typeof life === "string") {
      const expected = "a finite duration of at least 0"
      return Effect.fail(CacheError.make({ _tag: "InvalidTtl", got: life, expected }))
    }
    const scale = XFetch.scale(settings.beta, delta, life.freshUntil - now)
    const earlyFrom = Math.ceil(XFetch.earliest(scale, life.freshUntil))
    return Effect.succeed({ value, createdAt: now, ...life, earlyFrom, deadline, confirmed, delta, stamp, tags })
  })
