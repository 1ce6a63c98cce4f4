import { useEffect, useMemo, useState } from "react"
import * as State from "../../data/state.ts"
import type { Graph, Invalidation } from "../../data/types.ts"
import { Announce } from "../../ui/Announce.tsx"
import * as Format from "../../ui/format.ts"
import { Nothing, Panel } from "../../ui/Panel.tsx"
import { useAtom } from "../../ui/useAtom.ts"
import { useWidth } from "../../ui/useWidth.ts"
import { Drawing } from "./Drawing.tsx"
import { describe, through } from "./path.ts"

/** How long an event's path stays lit, milliseconds. */
const afterglow = 6000

/** The invalidation that was heard just now, for as long as its path is lit. */
const useLit = (latest: State.Heard | undefined): State.Heard | undefined => {
  const [lit, setLit] = useState<State.Heard>()
  useEffect(() => {
    if (latest === undefined || Date.now() - latest.heardAt > afterglow) return
    setLit(latest)
    const timer = setTimeout(() => setLit(undefined), afterglow)
    return () => clearTimeout(timer)
  }, [latest])
  return lit
}

const dropped = (count: number | null): string =>
  count === null
    ? "the store does not count what it drops"
    : `${Format.count(count)} ${count === 1 ? "entry" : "entries"} dropped`

/** What an invalidation did, in one line. */
const sentence = ({ affected, dropped: gone, event, preserved, subjects }: Invalidation): string =>
  event === null
    ? `${subjects.length === 0 ? "everything" : subjects.join(", ")}: ${dropped(gone)}`
    : `${event}: ${affected.length} of ${affected.length + preserved.length} markets, ${dropped(gone)}`

const History = ({ invalidations }: { readonly invalidations: ReadonlyArray<State.Heard> }) =>
  invalidations.length === 0
    ? <p className="muted small">No invalidation has been heard since the page was opened.</p>
    : (
      <ol className="history" data-testid="invalidations">
        {invalidations.slice(0, 5).map((invalidation) => (
          <li key={`${invalidation.heardAt} ${invalidation.event}`}>
            <time>{Format.time(invalidation.at)}</time> {sentence(invalidation)}
            {invalidation.event !== null && <small>{invalidation.subjects.join(", ")}</small>}
          </li>
        ))}
      </ol>
    )

const Shown = ({ graph, width }: { readonly graph: Graph; readonly width: number }) => {
  const invalidations = useAtom(State.invalidations)
  const lit = useLit(invalidations[0])
  const [looked, setLooked] = useState<string>()
  const [pinned, setPinned] = useState<string>()
  const event = lit?.event ?? undefined
  const id = looked ?? (event === undefined ? pinned : `event:${event}`)
  const path = useMemo(() => id === undefined ? undefined : through(graph, id), [graph, id])
  return (
    <>
      <p className="told" data-testid="told">
        {id === undefined
          ? "Point at a node, or walk with the arrow keys, to see what hangs together; press it to keep that in sight."
          : describe(graph, id)}
      </p>
      <div data-lit={looked === undefined ? event : undefined} data-testid="graph">
        {width > 0 && (
          <Drawing graph={graph} width={width} path={path} onLook={setLooked} pinned={pinned} onPin={setPinned} />
        )}
      </div>
      <Announce text={lit === undefined ? "" : sentence(lit)} />
      <History invalidations={invalidations} />
    </>
  )
}

/** What an event touches, and what it leaves alone. */
export const TagGraph = () => {
  const graph = useAtom(State.graph)
  const [box, width] = useWidth<HTMLDivElement>()
  return (
    <Panel
      name="graph"
      title="What an event touches"
      size="full"
      lead="Events change factors, factors price markets. An event drops the entries of the markets it reaches and leaves the rest."
    >
      <div ref={box} className="stack">
        {graph === undefined && <Nothing>The graph is being asked for.</Nothing>}
        {graph?.events.length === 0 && <Nothing>This cache knows no events.</Nothing>}
        {graph !== undefined && graph.events.length > 0 && <Shown graph={graph} width={width} />}
      </div>
    </Panel>
  )
}
