import * as Effect from "effect/Effect"
import { type FormEvent, useState } from "react"
import * as Request from "../../data/request.ts"
import * as State from "../../data/state.ts"
import { useAtom } from "../../ui/useAtom.ts"
import { nameOf } from "../vix/names.ts"
import { Said } from "./Said.tsx"
import { useAction } from "./useAction.ts"

/** Tells the cache the odds of a market. */
export const PushOdds = ({ token }: { readonly token: string }) => {
  const markets = useAtom(State.markets) ?? []
  const fixtures = useAtom(State.fixtures)
  const shown = useAtom(State.shownMarket)
  // The one in sight is on offer even when others have been observed since.
  const offered = new Set([...shown === undefined ? [] : [shown], ...markets.map(({ market_key }) => market_key)])
  const [odds, setOdds] = useState("")
  const [outcome, run] = useAction()
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault()
    const observation = { market_key: shown, odds: Number(odds) }
    run(Effect.as(
      Request.postJson("/api/v1/odds", token, observation),
      `Observed: ${odds} for ${nameOf(shown!, fixtures)}.`
    ))
  }
  return (
    <form className="action" aria-labelledby="push" onSubmit={submit}>
      <h3 id="push">Push odds</h3>
      <label>
        <span>Market</span>
        <select value={shown} onChange={({ target }) => State.registry.set(State.chosenMarket, target.value)}>
          {Array.from(offered, (key) => <option key={key} value={key}>{nameOf(key, fixtures)}</option>)}
        </select>
      </label>
      <label>
        <span>Decimal odds</span>
        <input
          type="number"
          required
          step="any"
          inputMode="decimal"
          value={odds}
          onChange={({ target }) => setOdds(target.value)}
        />
      </label>
      <button type="submit" className="main" disabled={token === "" || shown === undefined}>Push</button>
      <Said outcome={outcome} />
    </form>
  )
}
