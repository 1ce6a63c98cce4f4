import { type FormEvent, useState } from "react"
import * as Live from "../../data/live.ts"
import * as State from "../../data/state.ts"
import { useAtom, useAtomState } from "../../ui/useAtom.ts"

const themes: ReadonlyArray<State.Theme> = ["system", "light", "dark"]

/** Light, dark, or as the system has it. */
export const ThemeChoice = () => {
  const [theme, setTheme] = useAtomState(State.theme)
  return (
    <label className="field">
      <span>Theme</span>
      <select value={theme} onChange={(event) => setTheme(event.target.value as State.Theme)}>
        {themes.map((name) => <option key={name}>{name}</option>)}
      </select>
    </label>
  )
}

/** The server's token, for those who have it. */
export const Token = () => {
  const token = useAtom(State.token)
  const [draft, setDraft] = useState(token)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    Live.setToken(draft)
  }
  return (
    <form className="field" onSubmit={submit}>
      <label htmlFor="token">Token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        placeholder="for actions"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
      />
      <button type="submit">Use</button>
    </form>
  )
}
