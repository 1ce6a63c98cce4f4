import { memo, useMemo, useState } from "react"
import { kept, matchOf, partsOf, type Row, type Seen } from "../../data/decisions.ts"
import * as State from "../../data/state.ts"
import * as Format from "../../ui/format.ts"
import { Nothing, Panel } from "../../ui/Panel.tsx"
import { Badge } from "../../ui/strategies.tsx"
import { useAtom } from "../../ui/useAtom.ts"
import { everything, passes, teamsOf } from "./filter.ts"
import { Filters } from "./Filters.tsx"
import { Why } from "./Why.tsx"

interface ItemProps {
  readonly row: Row
  readonly match: string
  readonly open: boolean
  readonly onToggle: (id: number) => void
}

const marketOf = (row: Row): string => partsOf(row.tags[0] ?? "")?.market ?? row.key

const Item = memo(({ match, onToggle, open, row }: ItemProps) => (
  <li className="decision" data-strategy={row.strategy} data-reason={row.reason} data-key={row.key}>
    <button
      type="button"
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

/** What is listed: the live decisions, or those of the moment when the list was paused. */
const useHeld = () => {
  const live = useAtom(State.decisions)
  const [held, setHeld] = useState<Seen>()
  return {
    seen: held ?? live,
    paused: held !== undefined,
    missed: live.total - (held ?? live).total,
    hold: () => setHeld(live),
    release: () => setHeld(undefined)
  }
}

const Count = ({ listed, seen }: { readonly listed: number; readonly seen: Seen }) => (
  <p className="muted small">
    {listed} listed of {Format.count(seen.total)} seen, the latest {kept} of each strategy kept.
    {seen.skipped > 0 && ` The server left out ${Format.count(seen.skipped)} because there were too many.`}
  </p>
)

/** Reads as they are answered. */
export const Decisions = () => {
  const { hold, missed, paused, release, seen } = useHeld()
  const fixtures = useAtom(State.fixtures)
  const [filter, setFilter] = useState(everything)
  const [open, setOpen] = useState<number>()
  const teams = useMemo(() => teamsOf(fixtures), [fixtures])
  const rows = useMemo(() => seen.rows.filter(passes(filter, teams)).slice(0, kept), [seen, filter, teams])
  // Whoever reads about a row does not want it to run away.
  const toggle = useMemo(() => (id: number) => {
    setOpen((current) => current === id ? undefined : id)
    if (!paused) hold()
  }, [paused, hold])
  return (
    <Panel
      name="decisions"
      title="Decisions"
      size="full"
      lead="Reads as they are answered, the latest first. Open one to see why; the list stands still meanwhile."
    >
      <div className="toolbar">
        <Filters filter={filter} onChange={setFilter} />
        <button type="button" aria-pressed={paused} data-testid="hold" onClick={paused ? release : hold}>
          {paused ? `Go on (${Format.count(missed)} new)` : "Pause the list"}
        </button>
      </div>
      <Count listed={rows.length} seen={seen} />
      {rows.length === 0
        ? <Nothing>{seen.total === 0 ? "No read has been seen yet." : "No decision fits the filter."}</Nothing>
        : (
          <ul className="scroller decisions" aria-label="Decisions" tabIndex={0}>
            {rows.map((row) => (
              <Item
                key={row.id}
                row={row}
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
