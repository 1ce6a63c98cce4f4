import { memo, useCallback, useMemo, useState } from "react"
import { kept, matchOf, partsOf, type Row, type Seen } from "../../data/decisions.ts"
import * as State from "../../data/state.ts"
import * as Format from "../../ui/format.ts"
import { Nothing, Panel } from "../../ui/Panel.tsx"
import { Badge } from "../../ui/strategies.tsx"
import { useAtom } from "../../ui/useAtom.ts"
import { entry, walk } from "../../ui/walk.ts"
import { everything, passes, teamsOf } from "./filter.ts"
import { Filters } from "./Filters.tsx"
import { Why } from "./Why.tsx"

interface ItemProps {
  readonly row: Row
  readonly match: string
  readonly index: number
  readonly open: boolean
  readonly onToggle: (id: number) => void
}

const marketOf = (row: Row): string => partsOf(row.tags[0] ?? "")?.market ?? row.key

const Item = memo(({ index, match, onToggle, open, row }: ItemProps) => (
  <li className="decision" data-strategy={row.strategy} data-reason={row.reason} data-key={row.key}>
    <button
      type="button"
      {...entry(index)}
      aria-expanded={open}
      onClick={() =>
        onToggle(row.id)}
    >
      <time>{Format.time(row.at)}</time>
      <Badge strategy={row.strategy} />
      <span className="reason">{Format.plain(row.reason)}</span>
      <span className="what">
        {match} <small>{Format.plain(marketOf(row))}</small>
      </span>
      <span className="age">{Format.duration(row.age)} old</span>
    </button>
    {open && <Why row={row} />}
  </li>
))

interface Held {
  readonly seen: Seen
  readonly by: "pause" | "attention"
}

const holding = (by: Held["by"]) => (before: Held | undefined): Held => ({
  seen: before?.seen ?? State.registry.get(State.decisions),
  by: before?.by === "pause" ? "pause" : by
})

/** What is listed: the live decisions, or those of the moment when the list was held; one that is paused stays so. */
const useHeld = () => {
  const live = useAtom(State.decisions)
  const [held, setHeld] = useState<Held>()
  const seen = held?.seen ?? live
  const moves = useMemo(() => ({
    pause: () => setHeld(holding("pause")),
    release: () => setHeld(undefined),
    /** Somebody points at a row or has reached it by keyboard: it would run away. */
    attend: () => setHeld(holding("attention")),
    leave: () => setHeld((before) => before?.by === "attention" ? undefined : before)
  }), [])
  return { ...moves, seen, isPaused: held?.by === "pause", missed: live.total - seen.total }
}

const Count = ({ listed, seen }: { readonly listed: number; readonly seen: Seen }) => (
  <p className="muted small">
    {listed} listed of {Format.count(seen.total)} seen, the latest {kept} of each strategy kept.
    {seen.skipped > 0 && ` The server left out ${Format.count(seen.skipped)} because there were too many.`}
  </p>
)

/** Reads as they are answered. */
export const Decisions = () => {
  const { attend, isPaused, leave, missed, pause, release, seen } = useHeld()
  const fixtures = useAtom(State.fixtures)
  const [filter, setFilter] = useState(everything)
  const [open, setOpen] = useState<number>()
  const teams = useMemo(() => teamsOf(fixtures), [fixtures])
  const rows = useMemo(() => seen.rows.filter(passes(filter, teams)).slice(0, kept), [seen, filter, teams])
  const toggle = useCallback((id: number) => {
    setOpen((current) => current === id ? undefined : id)
    pause()
  }, [pause])
  return (
    <Panel
      name="decisions"
      title="Decisions"
      size="full"
      lead="Reads as they are answered, the latest first. The list stands still while you are at it; open a row to see why."
    >
      <div className="toolbar">
        <Filters filter={filter} onChange={setFilter} />
        <button type="button" aria-pressed={isPaused} data-testid="hold" onClick={isPaused ? release : pause}>
          {isPaused ? `Go on (${Format.count(missed)} new)` : "Pause the list"}
        </button>
      </div>
      <Count listed={rows.length} seen={seen} />
      {rows.length === 0
        ? <Nothing>{seen.total === 0 ? "No read has been seen yet." : "No decision fits the filter."}</Nothing>
        : (
          <ul
            className="scroller decisions"
            aria-label="Decisions; the arrow keys walk"
            onKeyDown={walk}
            onPointerEnter={attend}
            onPointerLeave={leave}
            onFocus={attend}
            onBlur={leave}
          >
            {rows.map((row, index) => (
              <Item
                key={row.id}
                row={row}
                index={index}
                match={teams.get(matchOf(row) ?? "") ?? matchOf(row) ?? ""}
                open={row.id === open}
                onToggle={toggle}
              />
            ))}
          </ul>
        )}
    </Panel>
  )
}
