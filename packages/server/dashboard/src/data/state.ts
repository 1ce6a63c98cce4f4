/** What the page knows, as atoms; the live connection writes them, the panels read them. */
import * as Atom from "effect/reactivity/Atom"
import * as AtomRegistry from "effect/reactivity/AtomRegistry"
import * as Decisions from "./decisions.ts"
import type { LatencyPoint } from "./latency.ts"
import * as Series from "./series.ts"
import type { Fixture, Graph, Health, Invalidation, MarketState, Sample, Trace } from "./types.ts"

export const registry = AtomRegistry.make()

export type Connection =
  | { readonly _tag: "Connecting" }
  | { readonly _tag: "Live"; readonly since: number }
  | { readonly _tag: "Paused" }
  /** Nobody answers; tried again then. */
  | { readonly _tag: "Lost"; readonly why: string; readonly retryAt: number }
  /** The server wants a token, or another one. */
  | { readonly _tag: "Refused"; readonly why: string }

/** An atom that keeps its value while no panel shows it. */
const kept = <A>(initial: A) => Atom.keepAlive(Atom.make(initial))

/** Adds to what is kept in an atom, and forgets the oldest beyond `max`. */
export const append = <A>(atom: Atom.Writable<ReadonlyArray<A>>, value: A, max: number): void =>
  registry.update(atom, (all) => [...all, value].slice(-max))

export const connection = kept<Connection>({ _tag: "Connecting" })
export const samples = kept<ReadonlyArray<Sample>>([])
export const latency = kept<ReadonlyArray<LatencyPoint>>([])
export const health = kept<Health | undefined>(undefined)
export const fixtures = kept<ReadonlyArray<Fixture> | undefined>(undefined)
export const graph = kept<Graph | undefined>(undefined)
export const markets = kept<ReadonlyArray<MarketState> | undefined>(undefined)
export const trace = kept<Trace | undefined>(undefined)
export const decisions = kept<Decisions.Seen>(Decisions.none)
/** An invalidation, and when it was heard by the browser's clock. */
export type Heard = Invalidation & { readonly heardAt: number }
/** The latest first. */
export const invalidations = kept<ReadonlyArray<Heard>>([])

/** The market whose odds are shown; the most nervous one until somebody chooses. */
export const chosenMarket = kept<string | undefined>(undefined)
export const shownMarket = Atom.keepAlive(Atom.make((get) => get(chosenMarket) ?? get(markets)?.[0]?.market_key))

export const steps = Atom.keepAlive(Atom.make((get) => Series.steps(get(samples))))
/** The last ten seconds taken together. */
export const recent = Atom.keepAlive(Atom.make((get) => Series.latest(get(samples), 10)))
/** Whether nothing has ever been read; `undefined` until the server has been heard. */
export const isUnread = Atom.keepAlive(Atom.make((get) => {
  const last = get(samples).at(-1)
  return last && Series.number(last, "total_requests") === 0
}))
/** The server's time, which is not the browser's. */
export const now = Atom.keepAlive(Atom.make((get) => get(samples).at(-1)?.at))

/** The token of the session: in this tab alone, and gone with it. */
const tokenName = "smart-cache.token"
export const token = kept(sessionStorage.getItem(tokenName) ?? "")
registry.subscribe(token, (value) => {
  if (value === "") sessionStorage.removeItem(tokenName)
  else sessionStorage.setItem(tokenName, value)
})

export type Theme = "system" | "light" | "dark"
const themeName = "smart-cache.theme"
const stored = localStorage.getItem(themeName)
export const theme = kept<Theme>(stored === "light" || stored === "dark" ? stored : "system")
registry.subscribe(theme, (value) => {
  localStorage.setItem(themeName, value)
  document.documentElement.dataset["theme"] = value
}, { immediate: true })
