import { type KeyboardEvent, memo, useMemo, useState } from "react"
import type { Edge, Graph } from "../../data/types.ts"
import * as Format from "../../ui/format.ts"
import { edgePath, type Layout, layout, neighbour, nodeHeight, type Placed } from "./layout.ts"
import { describe, type Path } from "./path.ts"

/** The lines to the markets are left out where these stand below and would lie on them. */
const edgesPath = (placed: Layout, edges: ReadonlyArray<Edge>): string =>
  edges.map(({ from, kind, to }) => {
    if (placed.direction === "down" && kind === "prices") return ""
    const [start, end] = [placed.nodes.get(from), placed.nodes.get(to)]
    return start === undefined || end === undefined ? "" : edgePath(placed, start, end)
  }).join("")

interface NodeProps {
  readonly node: Placed
  readonly state: "lit" | "dark" | "plain"
  readonly label: string
  readonly tabIndex: 0 | -1
  readonly pinned: boolean
}

const Node = memo(({ label, node, pinned, state, tabIndex }: NodeProps) => (
  <g
    className="node"
    data-node={node.id}
    data-kind={node.kind}
    data-path={state}
    transform={`translate(${node.x} ${node.y})`}
    role="button"
    aria-label={label}
    aria-pressed={pinned}
    tabIndex={tabIndex}
  >
    <rect width={node.width} height={nodeHeight} rx="4" />
    <svg width={node.width - 4} height={nodeHeight}>
      <text x="6" y="13.5">{Format.plain(node.name)}</text>
    </svg>
  </g>
))

interface Props {
  readonly graph: Graph
  readonly width: number
  readonly path: Path | undefined
  /** Told which node is looked at, by pointer or keyboard. */
  readonly onLook: (id: string | undefined) => void
  /** The node whose path stays lit. */
  readonly pinned: string | undefined
  readonly onPin: (id: string | undefined) => void
}

const idOf = (target: EventTarget): string | undefined =>
  (target as Element).closest("[data-node]")?.getAttribute("data-node") ?? undefined

/** The graph; its nodes are one stop of the Tab key, and the arrow keys walk between them. */
export const Drawing = ({ graph, onLook, onPin, path, pinned, width }: Props) => {
  const placed = useMemo(() => layout(graph, width), [graph, width])
  const labels = useMemo(() => new Map([...placed.nodes.keys()].map((id) => [id, describe(graph, id)])), [
    graph,
    placed
  ])
  // One below the other there is no room for all lines, only for those of a path.
  const all = useMemo(() => placed.direction === "down" ? "" : edgesPath(placed, graph.edges), [placed, graph])
  const [stop, setStop] = useState(`event:${graph.events[0]?.name}`)
  const look = (target: EventTarget) => onLook(idOf(target))
  const pin = (target: EventTarget) => {
    const id = idOf(target)
    onPin(id === pinned ? undefined : id)
  }
  const onKeyDown = (event: KeyboardEvent<SVGSVGElement>) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault()
      return pin(event.target)
    }
    const from = placed.nodes.get(idOf(event.target) ?? "")
    const to = from && neighbour(placed, from, event.key)
    if (to === undefined) return
    event.preventDefault()
    setStop(to.id)
    event.currentTarget.querySelector<SVGGElement>(`[data-node="${CSS.escape(to.id)}"]`)?.focus()
  }
  const stateOf = (id: string) => path === undefined ? "plain" : path.nodes.has(id) ? "lit" : "dark"
  return (
    <svg
      className="graph"
      role="group"
      aria-label="Events, the factors that they change, the markets that these price. Arrow keys walk."
      width={placed.width}
      height={placed.height}
      onPointerOver={({ target }) => look(target)}
      onPointerLeave={() => onLook(undefined)}
      onFocus={({ target }) => look(target)}
      onBlur={() => onLook(undefined)}
      onClick={({ target }) => pin(target)}
      onKeyDown={onKeyDown}
    >
      <path className="edges" d={all} />
      {path !== undefined && <path className="edges" data-path="lit" d={edgesPath(placed, path.edges)} />}
      {[...placed.nodes.values()].map((node) => (
        <Node
          key={node.id}
          node={node}
          state={stateOf(node.id)}
          label={labels.get(node.id)!}
          pinned={node.id === pinned}
          tabIndex={node.id === stop ? 0 : -1}
        />
      ))}
    </svg>
  )
}
