/** Where the nodes of the tag graph are drawn, for the width there is. */
import type { Graph } from "../../data/types.ts"

export type Kind = "event" | "factor" | "market"

export interface Placed {
  /** As in the edges: `event:NAME`. */
  readonly id: string
  readonly kind: Kind
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
}

export interface Layout {
  readonly nodes: ReadonlyMap<string, Placed>
  readonly width: number
  readonly height: number
  /** The way from events to markets. */
  readonly direction: "across" | "down"
  /** Where the markets begin. */
  readonly marketsAt: number
}

export const nodeHeight = 19
const row = 22

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly columns: number
  /** Distance of rows. */
  readonly pitch: number
}

/** Column by column from the top. */
const fill = (
  kind: Kind,
  names: ReadonlyArray<string>,
  { columns, pitch, width, x, y }: Area
): ReadonlyArray<Placed> => {
  const rows = Math.ceil(names.length / columns)
  const pace = width / columns
  return names.map((name, i) => ({
    id: `${kind}:${name}`,
    kind,
    name,
    x: x + Math.floor(i / rows) * pace,
    y: y + (i % rows) * pitch,
    width: pace - 8
  }))
}

const index = (nodes: ReadonlyArray<Placed>): Layout["nodes"] => new Map(nodes.map((node) => [node.id, node]))

/** Events at the left, factors in the middle, markets in as many columns as fit. */
const across = (graph: Graph, width: number): Layout => {
  const marketsAt = 480
  const columns = Math.max(2, Math.min(5, Math.floor((width - marketsAt) / 175)))
  const height = Math.max(Math.ceil(graph.markets.length / columns), graph.events.length, graph.factors.length) * row
  const events = graph.events.map(({ name }) => name)
  return {
    nodes: index([
      ...fill("event", events, { x: 0, y: 0, width: 180, columns: 1, pitch: height / events.length }),
      ...fill("factor", graph.factors, { x: 265, y: 0, width: 125, columns: 1, pitch: height / graph.factors.length }),
      ...fill("market", graph.markets, { x: marketsAt, y: 0, width: width - marketsAt + 8, columns, pitch: row })
    ]),
    width,
    height,
    direction: "across",
    marketsAt
  }
}

const tall = (names: number, columns: number): number => Math.ceil(names / columns) * row

/** One below the other, where the page is narrow. */
const down = (graph: Graph, width: number): Layout => {
  const gap = 34
  const area = (y: number, columns: number): Area => ({ x: 0, y, width: width + 8, columns, pitch: row })
  const factorsAt = tall(graph.events.length, 2) + gap
  const marketsAt = factorsAt + tall(graph.factors.length, 3) + gap
  return {
    nodes: index([
      ...fill("event", graph.events.map(({ name }) => name), area(0, 2)),
      ...fill("factor", graph.factors, area(factorsAt, 3)),
      ...fill("market", graph.markets, area(marketsAt, 2))
    ]),
    width,
    height: marketsAt + tall(graph.markets.length, 2),
    direction: "down",
    marketsAt
  }
}

export const layout = (graph: Graph, width: number): Layout => width >= 820 ? across(graph, width) : down(graph, width)

const half = nodeHeight / 2

const below = (from: Placed, to: Placed): string => {
  const [x1, y1, x2, y2] = [from.x + from.width / 2, from.y + nodeHeight, to.x + to.width / 2, to.y]
  const middle = (y1 + y2) / 2
  return `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`
}

/** Between factors, which stand in one column: round at the left. */
const around = (from: Placed, to: Placed): string => {
  const out = from.x - 14 - Math.abs(to.y - from.y) / 9
  return `M${from.x} ${from.y + half}C${out} ${from.y + half} ${out} ${to.y + half} ${to.x} ${to.y + half}`
}

/** To the edge of the markets, and from there behind those that stand in the way. */
const ahead = (from: Placed, to: Placed, edge: number): string => {
  const [x1, y1, x2, y2] = [from.x + from.width, from.y + half, Math.min(to.x, edge), to.y + half]
  const middle = (x1 + x2) / 2
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}H${to.x}`
}

/** The line from one node to another. */
export const edgePath = ({ direction, marketsAt }: Layout, from: Placed, to: Placed): string =>
  direction === "down" ? below(from, to) : from.x === to.x ? around(from, to) : ahead(from, to, marketsAt)

const steps = {
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 }
} as const

/** The nearest node in the direction of an arrow key; the other direction counts three times. */
export const neighbour = ({ nodes }: Layout, from: Placed, key: string): Placed | undefined => {
  const step = steps[key as keyof typeof steps]
  if (step === undefined) return undefined
  const off = (node: Placed) => {
    const [dx, dy] = [node.x - from.x, node.y - from.y]
    const ahead = dx * step.x + dy * step.y
    return ahead <= 4 ? Infinity : ahead + 3 * Math.abs(step.x === 0 ? dx : dy)
  }
  const best = [...nodes.values()].reduce((nearest, node) => off(node) < off(nearest) ? node : nearest, from)
  return best === from || off(best) === Infinity ? undefined : best
}
