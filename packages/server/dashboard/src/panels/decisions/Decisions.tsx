import { type FocusEvent, memo, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react"
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

/** The list is paused; somebody points at a row or has reached one by keyboard, and it would run away. */
type Reason = "pause" | "pointer" | "focus"

interface Held {
  readonly seen: Seen
  readonly reasons: ReadonlySet<Reason>
}

const holding = (reason: Reason, shown: Seen) => (held: Held | undefined): Held => ({
  seen: held?.seen ?? shown,
  reasons: new Set(held?.reasons).add(reason)
})

const without = (reason: Reason) => (held: Held | undefined): Held | undefined => {
  const reasons = new Set(held?.reasons)
  reasons.delete(reason)
  return held === undefined || reasons.size === 0 ? undefined : { ...held, reasons }
}

/** On the way from one row to the next, the focus stays in the list. */
const hasLeft = ({ currentTarget, relatedTarget }: FocusEvent): boolean => !currentTarget.contains(relatedTarget)

/** What is listed: the live decisions, or those of the moment when the list was held, while there is a reason to. */
const useHeld = () => {
  const live = useAtom(State.decisions)
  const [held, setHeld] = useState<Held>()
  const seen = held?.seen ?? live
  // What somebody points at is what is drawn; newer ones may have come since.
  const drawn = useRef(seen)
  useLayoutEffect(() => {
    drawn.current = seen
  })
  const moves = useMemo(() => ({
    hold: (reason: Reason) => setHeld(holding(reason, drawn.current)),
    letGo: (reason: Reason) => setHeld(without(reason)),
    release: () => setHeld(undefined)
  }), [])
  return { ...moves, seen, isPaused: held?.reasons.has("pause") ?? false, missed: live.total - seen.total }
}

const Count = ({ listed, seen }: { readonly listed: number; readonly seen: Seen }) => (
  <p className="muted small">
    {listed} listed of {Format.count(seen.total)} seen, the latest {kept} of each strategy kept.
    {seen.skipped > 0 && ` The server left out ${Format.count(seen.skipped)} because there were too many.`}
  </p>
)

/** Reads as they are answered. */
export const Decisions = () => {
  const { hold, isPaused, letGo, missed, release, seen } = useHeld()
  const fixtures = useAtom(State.fixtures)
  const [filter, setFilter] = useState(everything)
  const [open, setOpen] = useState<number>()
  const teams = useMemo(() => teamsOf(fixtures), [fixtures])
  const rows = useMemo(() => seen.rows.filter(passes(filter, teams)).slice(0, kept), [seen, filter, teams])
  const toggle = useCallback((id: number) => {
    setOpen((current) => current === id ? undefined : id)
    hold("pause")
  }, [hold])
  return (
    <Panel
      name="decisions"
      title="Decisions"
      size="full"
      lead="Reads as they are answered, the latest first. The list stands still while you are at it; open a row to see why."
    >
      <div className="toolbar">
        <Filters filter={filter} onChange={setFilter} />
        <button
          type="button"
          aria-pressed={isPaused}
          data-testid="hold"
          onClick={() => isPaused ? release() : hold("pause")}
        >
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
            onPointerEnter={() => hold("pointer")}
            onPointerLeave={() => letGo("pointer")}
            onFocus={() => hold("focus")}
            onBlur={(event) => {
              if (hasLeft(event)) letGo("focus")
            }}
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
