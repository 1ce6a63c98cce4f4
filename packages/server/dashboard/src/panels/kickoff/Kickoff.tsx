import type { Row } from "../../data/decisions.ts"
import * as State from "../../data/state.ts"
import type { Fixture } from "../../data/types.ts"
import * as Format from "../../ui/format.ts"
import { Nothing, Panel } from "../../ui/Panel.tsx"
import { Badge } from "../../ui/strategies.tsx"
import { useAtom } from "../../ui/useAtom.ts"
import { Axis, Track, ZoneLegend } from "./Track.tsx"

interface MatchProps {
  readonly fixture: Fixture
  readonly now: number
  readonly served: Row | undefined
}

const until = (before: number): string =>
  before > 0 ? `in ${Format.duration(before)}` : `${Format.duration(-before)} ago`

const Match = ({ fixture, now, served }: MatchProps) => {
  const before = fixture.kickoff - now
  return (
    <tr data-match={fixture.match_key}>
      <th scope="row">
        {fixture.home_team} – {fixture.away_team}
        <small>
          {Format.weekday(fixture.kickoff)}
          {fixture.lineup_confirmed && ", lineup confirmed"}
        </small>
      </th>
      <td className="way">
        <Track before={before} zone={fixture.zone ?? ""} />
        <small>{until(before)}</small>
      </td>
      <td data-label="zone">{fixture.zone === null ? "–" : Format.plain(fixture.zone)}</td>
      <td data-label="TTL">{fixture.ttl_ms === 0 ? "not stored" : Format.duration(fixture.ttl_ms)}</td>
      <td data-label="last served">
        {served === undefined
          ? <span className="muted">not seen</span>
          : (
            <>
              <Badge strategy={served.strategy} /> {Format.duration(served.age)} old
            </>
          )}
      </td>
    </tr>
  )
}

/** Every match on its way to the kickoff. */
export const Kickoff = () => {
  const fixtures = useAtom(State.fixtures)
  const { served } = useAtom(State.decisions)
  const now = useAtom(State.now) ?? Date.now()
  return (
    <Panel
      name="kickoff"
      title="Matches on their way to kickoff"
      size="full"
      lead="The nearer the kickoff, the shorter a value may live. Last served: how old the value was that a reader got last."
    >
      {fixtures === undefined && <Nothing>The matches are being asked for.</Nothing>}
      {fixtures?.length === 0 && <Nothing>No match is on offer.</Nothing>}
      {fixtures !== undefined && fixtures.length > 0 && (
        <>
          <ZoneLegend />
          <div className="scroller" tabIndex={0} role="group" aria-label="Matches">
            <table className="matches">
              <thead>
                <tr>
                  <th scope="col">match</th>
                  <th scope="col" className="way">
                    <span className="hidden">time to kickoff</span>
                    <Axis />
                  </th>
                  <th scope="col">zone</th>
                  <th scope="col">TTL</th>
                  <th scope="col">last served</th>
                </tr>
              </thead>
              <tbody>
                {fixtures.map((fixture) => (
                  <Match key={fixture.match_key} fixture={fixture} now={now} served={served.get(fixture.match_key)} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Panel>
  )
}
