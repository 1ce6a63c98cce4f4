/** What hangs together in the tag graph. */
import type { Edge, Graph } from "../../data/types.ts"

export interface Path {
  /** Ids of the nodes. */
  readonly nodes: ReadonlySet<string>
  readonly edges: ReadonlyArray<Edge>
}

export const nowhere: Path = { nodes: new Set(), edges: [] }

const walk = (
  edges: ReadonlyArray<Edge>,
  start: string,
  from: "from" | "to",
  to: "from" | "to"
): ReadonlySet<string> => {
  const seen = new Set([start])
  // A set hands out what is added while it is walked.
  for (const id of seen) for (const edge of edges) if (edge[from] === id) seen.add(edge[to])
  return seen
}

const within = (nodes: ReadonlySet<string>) => (edge: Edge): boolean => nodes.has(edge.from) && nodes.has(edge.to)

/** All that leads to a node and all that it leads to. */
export const through = ({ edges }: Graph, id: string): Path => {
  const ahead = walk(edges, id, "from", "to")
  const behind = walk(edges, id, "to", "from")
  return {
    nodes: new Set([...ahead, ...behind]),
    edges: edges.filter((edge) => within(ahead)(edge) || within(behind)(edge))
  }
}

const names = (ids: ReadonlyArray<string>): string =>
  ids.map((id) => id.slice(id.indexOf(":") + 1).replaceAll("_", " ")).join(", ")

/** A node's place in words. */
export const describe = (graph: Graph, id: string): string => {
  const { nodes } = through(graph, id)
  const of = (kind: string) => [...nodes].filter((node) => node.startsWith(`${kind}:`) && node !== id)
  const touched = `${of("market").length} of ${graph.markets.length} markets`
  if (id.startsWith("event:")) return `${names([id])} changes ${names(of("factor"))}; touches ${touched}`
  if (id.startsWith("factor:")) {
    return `${names([id])}: changed by ${names(of("event")) || "no event"}; prices ${touched}`
  }
  return `${names([id])} rests on ${names(of("factor"))}; touched by ${names(of("event")) || "no event"}`
}
