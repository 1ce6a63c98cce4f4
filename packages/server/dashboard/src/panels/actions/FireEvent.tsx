import * as Effect from "effect/Effect"
import { type FormEvent, useState } from "react"
import * as Request from "../../data/request.ts"
import * as State from "../../data/state.ts"
import type { Report } from "../../data/types.ts"
import * as Format from "../../ui/format.ts"
import { useAtom } from "../../ui/useAtom.ts"
import { Said } from "./Said.tsx"
import { useAction } from "./useAction.ts"

/** A key that makes a repeated request harmless. */
const once = (): string => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-")

const words = ({ affected, dropped, event, preserved, saved_pct }: Report): string =>
  `${Format.plain(event)}: ${affected.length} of ${affected.length + preserved.length} markets touched, ${
    dropped === null ? "the store does not count what it drops" : `${Format.count(dropped)} entries dropped`
  }, ${Format.percent(saved_pct)} of the recomputation saved.`

/** Tells the cache that something happened at a match. */
export const FireEvent = ({ token }: { readonly token: string }) => {
  const events = useAtom(State.graph)?.events ?? []
  const fixtures = useAtom(State.fixtures) ?? []
  const [event, setEvent] = useState<string>()
  const [match, setMatch] = useState<string>()
  const [outcome, run] = useAction()
  const named = { event: event ?? events[0]?.name, match_key: match ?? fixtures[0]?.match_key }
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault()
    const headers = { "idempotency-key": once() }
    run(Effect.map(Request.postJson<Report>("/api/v1/events", token, named, headers), words))
  }
  return (
    <form className="action" aria-labelledby="fire" onSubmit={submit}>
      <h3 id="fire">Fire an event</h3>
      <label>
        <span>Event</span>
        <select value={named.event} onChange={({ target }) => setEvent(target.value)}>
          {events.map(({ name }) => <option key={name} value={name}>{Format.plain(name)}</option>)}
        </select>
      </label>
      <label>
        <span>At the match</span>
        <select value={named.match_key} onChange={({ target }) => setMatch(target.value)}>
          {fixtures.map(({ away_team, home_team, match_key }) => (
            <option key={match_key} value={match_key}>{home_team} – {away_team}</option>
          ))}
        </select>
      </label>
      <button
        type="submit"
        className="main"
        disabled={token === "" || named.event === undefined || named.match_key === undefined}
      >
        Fire
      </button>
      <Said outcome={outcome} />
    </form>
  )
}
