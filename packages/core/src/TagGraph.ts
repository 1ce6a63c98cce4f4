/**
 * Which markets an event touches: events change factors, factors change further
 * factors, markets depend on factors (spec §6).
 *
 * The graph is data. An invalidation asks it for the affected markets and drops
 * their tags, and leaves the rest alone.
 */
import * as Context from "effect/Context"
import * as EffectGraph from "effect/Graph"
import * as Layer from "effect/Layer"
import * as KeyFactory from "./KeyFactory.ts"

type Edges = Readonly<Record<string, ReadonlyArray<string>>>

export interface Definition {
  /** Event → the factors it changes. */
  readonly events: Edges
  /** Factor → further factors that change with it; a factor without any may be left out. */
  readonly factors?: Edges | undefined
  /** Market → the factors it depends on. */
  readonly markets: Edges
  /** The tag of a market of one subject; `subject:market`, escaped, by default. */
  readonly tag?: ((subject: string, market: string) => string) | undefined
}

/** A node by its kind and name: `event:rain`, `factor:pitch`, `market:corners`. */
export type NodeId = `${Kind}:${string}`

export interface Edge {
  readonly from: NodeId
  readonly to: NodeId
  readonly kind: "changes" | "prices"
}

export interface Graph {
  readonly events: ReadonlyArray<string>
  readonly factors: ReadonlyArray<string>
  readonly markets: ReadonlyArray<string>
  /** What changes what, and which factor prices which market. */
  readonly edges: ReadonlyArray<Edge>
  /** The markets an event touches, in the order of the definition; `undefined` for an unknown event. */
  readonly affected: (event: string) => ReadonlyArray<string> | undefined
  readonly tag: (subject: string, market: string) => string
  /** The graph as a Mermaid flowchart. */
  readonly toMermaid: () => string
  /** The graph in Graphviz DOT. */
  readonly toDot: () => string
}

export type Kind = "event" | "factor" | "market"
interface Node {
  readonly kind: Kind
  readonly name: string
}

const nodesOf = (definition: Definition): ReadonlyArray<Node> => {
  const factors = new Set(Object.keys(definition.factors ?? {}))
  const mentioned = [definition.events, definition.factors ?? {}, definition.markets]
  for (const edges of mentioned) for (const names of Object.values(edges)) for (const name of names) factors.add(name)
  const node = (kind: Kind) => (name: string): Node => {
    if (name.length === 0) throw new RangeError(`TagGraph.make: a name of a ${kind} must not be empty, got ""`)
    return { kind, name }
  }
  return [
    ...Object.keys(definition.events).map(node("event")),
    ...Array.from(factors, node("factor")),
    ...Object.keys(definition.markets).map(node("market"))
  ]
}

const build = (definition: Definition, nodes: ReadonlyArray<Node>) => {
  const index = new Map(nodes.map((node, i) => [`${node.kind} ${node.name}`, i]))
  const at = (kind: Kind, name: string): number => index.get(`${kind} ${name}`)!
  return EffectGraph.directed<Node, Edge["kind"]>((graph) => {
    for (const node of nodes) EffectGraph.addNode(graph, node)
    for (const [event, factors] of Object.entries(definition.events)) {
      for (const factor of factors) EffectGraph.addEdge(graph, at("event", event), at("factor", factor), "changes")
    }
    for (const [factor, further] of Object.entries(definition.factors ?? {})) {
      for (const next of further) EffectGraph.addEdge(graph, at("factor", factor), at("factor", next), "changes")
    }
    for (const [market, factors] of Object.entries(definition.markets)) {
      for (const factor of factors) EffectGraph.addEdge(graph, at("factor", factor), at("market", market), "prices")
    }
  })
}

const label = (node: Node): string => node.name

const idOf = ({ kind, name }: Node): NodeId => `${kind}:${name}`

const defaultTag = (subject: string, market: string): string =>
  `${KeyFactory.escape(subject)}:${KeyFactory.escape(market)}`

/**
 * Makes a graph; throws `RangeError` on an empty name and on a cycle, naming its path.
 *
 * @example
 * ```ts
 * const graph = TagGraph.make({
 *   events: { rain: ["pitch"] },
 *   markets: { corners: ["pitch"], cards: ["referee"] }
 * })
 * graph.affected("rain") // ["corners"]
 * ```
 */
export const make = (definition: Definition): Graph => {
  const nodes = nodesOf(definition)
  const graph = build(definition, nodes)
  const cycle = EffectGraph.findCycle(graph)
  if (cycle._tag === "Some") {
    const path = cycle.value.path.map((i) => nodes[i]!.name).join(" → ")
    throw new RangeError(`TagGraph.make: factors must not form a cycle, got ${path}`)
  }
  const events = Object.keys(definition.events)
  const markets = Object.keys(definition.markets)
  const reached = (start: number): ReadonlyArray<string> => {
    const names = new Set<string>()
    for (const node of EffectGraph.values(EffectGraph.dfs(graph, { start: [start] }))) {
      if (node.kind === "market") names.add(node.name)
    }
    return markets.filter((market) => names.has(market))
  }
  // Events come first among the nodes, so an event's position is its index.
  const affected = new Map(events.map((event, i) => [event, reached(i)]))
  return {
    events,
    factors: nodes.filter((node) => node.kind === "factor").map(label),
    markets,
    edges: Array.from(EffectGraph.values(EffectGraph.edges(graph)), ({ data, source, target }) => ({
      from: idOf(nodes[source]!),
      to: idOf(nodes[target]!),
      kind: data
    })),
    affected: (event) => affected.get(event),
    tag: definition.tag ?? defaultTag,
    toMermaid: () => EffectGraph.toMermaid(graph, { nodeLabel: label, direction: "LR" }),
    toDot: () => EffectGraph.toGraphViz(graph, { nodeLabel: label })
  }
}

/** A graph that knows no events: every event is refused. */
export const empty: Graph = make({ events: {}, markets: {} })

/** The graph in use. */
export class TagGraph extends Context.Service<TagGraph, Graph>()("smart-cache/TagGraph") {}

/** A layer with one graph. */
export const layer = (graph: Graph): Layer.Layer<TagGraph> => Layer.succeed(TagGraph, graph)
