/**
 * One compute of one key, and those who wait for it.
 *
 * The fiber belongs to the cache's scope, never to a reader: a reader that leaves
 * only leaves. The compute is interrupted when the last reader has left, unless the
 * cache itself wants it (`background`).
 */
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Entry, Stamp } from "../CacheEntry.ts"
import type { Source } from "../CacheOutcome.ts"
import { Crowd } from "./crowd.ts"
import { each } from "./each.ts"

/** A value that arrived, and where from. */
export interface Landing {
  readonly entry: Entry
  readonly source: Source
}

/** A landing as one who waited for it gets it. */
export interface Arrival extends Landing {
  /** What has this stamp or an earlier one had happened before the value was begun. */
  readonly fence: Stamp
}

/** How a flight ends: with a landing, an error of the compute (`unknown`) or of the cache, or with nothing (`"retry"`). */
export type Outcome = Exit.Exit<Landing | "retry", unknown>

/** When a compute began, in the order of this cache and in that of the store. */
export interface Departure {
  /** Computes that this cache begins are numbered from 1. */
  readonly number: number
  /** The compute began after whatever has this stamp or an earlier one; 0 while nothing is known. */
  readonly fence: Stamp
}

export class Flight implements Departure {
  readonly number: number
  readonly startedAt: number
  /** Number of the last odds change that the compute can know. */
  readonly change: number
  /** What its value will be tagged with. */
  readonly tags: ReadonlyArray<string>
  fence: Stamp = 0
  /** Whether the store has said at which stamp it began, if it says so at all. */
  stamped = false
  waiters = 0
  background: boolean
  /** Interrupted, not yet ended. Nobody joins; whoever needs the key waits for the end. */
  closing = false
  /** No lease is held, or a fill ended it: nothing is left to give back. */
  settled = false
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  /** Once it has landed. */
  outcome: Outcome | undefined = undefined
  /** By the moment until which they wait. */
  private readonly crowds = new Map<number, Crowd>()

  constructor(
    number: number,
    startedAt: number,
    change: number,
    tags: ReadonlyArray<string>,
    background: boolean
  ) {
    this.number = number
    this.startedAt = startedAt
    this.change = change
    this.tags = tags
    this.background = background
  }

  /** Nobody wants the value any more. */
  abandon(): void {
    this.closing = true
    this.fiber?.interruptUnsafe()
  }

  land(outcome: Outcome): void {
    this.outcome = outcome
    each(this.crowds.values(), (crowd) => crowd.tell(outcome))
  }

  /** One who wanted the value leaves. */
  leave(): void {
    this.waiters--
    if (this.waiters === 0 && !this.background && this.outcome === undefined) this.abandon()
  }

  /** Those who wait until a moment, whose timer `watch` begins if they are the first, and gives what ends it. */
  crowd(until: number, watch: (crowd: Crowd) => (() => void) | undefined): Crowd | undefined {
    const waiting = this.crowds.get(until)
    if (waiting !== undefined) return waiting
    const crowd = new Crowd(() => {
      if (this.crowds.get(until) === crowd) this.crowds.delete(until)
      end?.()
    })
    const end = watch(crowd)
    if (end === undefined) return undefined
    this.crowds.set(until, crowd)
    return crowd
  }
}

/** What a reader needs of a compute that it would share. */
export interface Demand {
  /** Computes that began at or before this stamp are invalid for the reader; `Infinity` when no stamp can tell. */
  readonly fence: Stamp
  /** Computes with a larger number than this began after the reader came: no fence matters to them. */
  readonly after: number
  /** The compute must know this odds change. */
  readonly change: number
  /** From here on, only a compute that began here or later will do. */
  readonly deadline: number
  /** Whether an entry that somebody else stored meanwhile would do, only a compute, or only the reader's own. */
  readonly accept: "adopted" | "computed" | "alone"
}

/** Whether a compute began late enough for a reader. */
export const knows = (departure: Departure, demand: Pick<Demand, "fence" | "after">): boolean =>
  departure.number > demand.after || departure.fence >= demand.fence

/** Whether a compute that is under way can serve a reader; what is not known yet is checked again at the landing. */
export const suits = (flight: Flight, demand: Demand, now: number): boolean =>
  !flight.closing &&
  flight.change >= demand.change &&
  (now < demand.deadline || flight.startedAt >= demand.deadline) &&
  (!flight.stamped || knows(flight, demand))

const fenceOf = (flight: Flight, { entry, source }: Landing): Stamp => source === "compute" ? flight.fence : entry.stamp

/** What one gets who began the flight, or joined it. */
export const arrival = (flight: Flight, landing: Landing, place: "first" | "joined"): Arrival => {
  const { entry, source } = landing
  const joined = place === "joined" && source === "compute"
  return { entry, source: joined ? "in_flight" : source, fence: fenceOf(flight, landing) }
}

/** Whether what landed serves a reader, who may have waited past a deadline. */
export const serves = (flight: Flight, { entry, source }: Landing, demand: Demand, now: number): boolean => {
  const computed = source === "compute"
  const deadline = Math.min(entry.deadline, demand.deadline)
  return (computed || demand.accept === "adopted") &&
    (now < deadline || (computed && flight.startedAt >= deadline)) &&
    knows({ number: flight.number, fence: fenceOf(flight, { entry, source }) }, demand)
}
