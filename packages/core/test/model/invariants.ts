/** What must hold of every answer, whatever went on while the reader waited. */
import type { CacheConfig, CacheEntry } from "@smart-cache/core"
import { SmartCacheError } from "@smart-cache/core/CacheError"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as Cause from "effect/Cause"
import type { Origin, Reader, World, Write } from "./World.ts"

type Settings = CacheConfig.Settings

/** Zones of the policy under test, milliseconds before the deadline. */
export const near = 500
export const nearTtl = 200
export const farTtl = 1000

const ttlAt = (deadline: number, now: number): number => now >= deadline ? 0 : deadline - now <= near ? nearTtl : farTtl

const concerns = ({ target }: Write, key: string, tags: ReadonlyArray<string>): boolean => {
  switch (target._tag) {
    case "Key":
    case "Set":
      return target.key === key
    case "Tags":
      return target.tags.some((tag) => tags.includes(tag))
    case "Prefix":
      return key.startsWith(target.prefix)
    case "All":
      return true
  }
}

/** An explicit write that was invalidated since binds no more: the invalidation does, whomever it concerns. */
const overtaken = ({ writes }: World, { began, target }: Write): boolean =>
  target._tag === "Set" &&
  writes.some((write) => write.began > began && write.target._tag !== "Set" && concerns(write, target.key, target.tags))

/** Why a value that a reader got cannot be right; nothing when it can. */
export const lies = (
  world: World,
  settings: Settings,
  reader: Reader,
  { metadata, value }: CacheResult<Origin>,
  now: number
): ReadonlyArray<string> => {
  const { command } = reader
  const { reason, strategy } = metadata
  const found: Array<string> = []
  const claim = (holds: boolean, otherwise: string) => {
    if (!holds) {
      found.push(`${otherwise}: ${command.key} ${strategy}/${reason}, event ${value.event}, read ${reader.event}`)
    }
  }
  claim(value.key === command.key, "the value of another key")
  for (const write of world.writes) {
    const stands = write.acknowledged > reader.event || value.until >= write.began || overtaken(world, write)
    claim(stands || !concerns(write, command.key, metadata.tags), `a value from before ${JSON.stringify(write)}`)
  }
  const deadline = Math.min(reader.deadline, metadata.deadline)
  claim(now < deadline || value.at >= deadline, "a value from before the deadline, after it")
  claim(strategy !== "bypass" || value.event > reader.change, "a value computed before the odds that the reader knew")
  if (strategy === "bypass" || reason === "deadline_passed") {
    claim(metadata.source === "compute" || metadata.source === "in_flight", "no compute")
  }
  if (strategy === "serve_fresh") {
    claim(
      metadata.age < Math.min(ttlAt(reader.deadline, now), ttlAt(metadata.deadline, now)),
      "a fresh value over its TTL"
    )
  }
  if (strategy === "serve_stale") {
    const window = reason === "stale" ? 0 : settings.failSafe
    claim(metadata.age < 2 * farTtl + window, "a stale value over its window")
  }
  return found
}

/** Why a failure that a reader got cannot be right; `held` stood when it came and `still` when it left. */
export const excuses = (
  settings: Settings,
  reader: Reader,
  cause: Cause.Cause<unknown>,
  held: CacheEntry.Entry | undefined,
  still: CacheEntry.Entry | undefined,
  now: number
): ReadonlyArray<string> => {
  if (Cause.hasInterruptsOnly(cause)) return []
  const error = Cause.findErrorOption(cause)
  if (error._tag === "None") return [`an untyped failure: ${Cause.pretty(cause)}`]
  const typed = error.value === "failed" ||
    (error.value instanceof SmartCacheError &&
      ["ComputeDied", "HardTimeout", "Closed"].includes(error.value.reason._tag))
  if (!typed) return [`an error that nobody made: ${String(error.value)}`]
  const { odds, refresh } = reader.command
  const closed = error.value instanceof SmartCacheError && error.value.reason._tag === "Closed"
  const usable = held !== undefined && still === held &&
    now < Math.min(held.staleUntil + settings.failSafe, held.deadline, reader.deadline)
  return usable && !closed && refresh === undefined && odds === undefined
    ? [`${String(error.value)} although the value of event ${(held.value as Origin).event} could stand in`]
    : []
}
