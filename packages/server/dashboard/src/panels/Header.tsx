import { type FormEvent, useEffect, useState } from "react"
import * as Live from "../data/live.ts"
import * as State from "../data/state.ts"
import * as Format from "../ui/format.ts"
import { useAtom, useAtomState } from "../ui/useAtom.ts"

/** Seconds until then, counted down. */
const useSecondsTo = (at: number): number => {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return Math.max(0, Math.ceil((at - now) / 1000))
}

const Countdown = ({ to }: { readonly to: number }) => (
  <span aria-hidden="true">Next attempt in {useSecondsTo(to)} s.</span>
)

const words: Readonly<Record<State.Connection["_tag"], string>> = {
  Connecting: "Connecting",
  Live: "Live",
  Paused: "Paused",
  Lost: "Disconnected",
  Refused: "Token needed"
}

const ConnectionState = () => {
  const connection = useAtom(State.connection)
  return (
    <span className="pill" role="status" data-state={connection._tag} data-testid="connection">
      {words[connection._tag]}
    </span>
  )
}

const Switch = () => {
  const { _tag } = useAtom(State.connection)
  return _tag === "Paused"
    ? <button type="button" onClick={Live.start}>Resume</button>
    : <button type="button" onClick={Live.pause}>Pause</button>
}

const Store = () => {
  const health = useAtom(State.health)
  if (health === undefined) return <span className="pill">store: not known yet</span>
  const { store } = health
  return (
    <span className="pill" data-state={store.state} data-testid="store">
      store: {store.kind}, {store.state === "ok" ? "well" : "degraded"}
      {store.breaker === "open" && ", left alone"}
    </span>
  )
}

const themes: ReadonlyArray<State.Theme> = ["system", "light", "dark"]

const ThemeChoice = () => {
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

const Token = () => {
  const token = useAtom(State.token)
  const [draft, setDraft] = useState(token)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    Live.useToken(draft)
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

/** What is wrong, and what is being done about it. */
const Notice = () => {
  const connection = useAtom(State.connection)
  if (connection._tag === "Lost") {
    return (
      <div className="notice" data-testid="notice">
        <p>
          {connection.why} What you see is the last that was heard. <Countdown to={connection.retryAt} />
        </p>
        <button type="button" onClick={Live.retryNow}>Reconnect now</button>
      </div>
    )
  }
  if (connection._tag === "Refused") {
    return (
      <div className="notice" data-testid="notice">
        <p>{connection.why} Enter the server's token above.</p>
      </div>
    )
  }
  return <StoreNotice />
}

const StoreNotice = () => {
  const health = useAtom(State.health)
  if (health?.store.state !== "degraded") return null
  return (
    <div className="notice" data-testid="notice">
      <p>
        The store has been failing since {Format.time(health.store.since)}:{" "}
        {health.store.problem ?? "no reason is known"}
      </p>
    </div>
  )
}

export const Header = () => {
  const health = useAtom(State.health)
  return (
    <header className="top">
      <div className="bar">
        <h1>
          smart-cache
          {health !== undefined && (
            <small>
              {health.version}, up {Format.duration(health.uptime_ms)}
            </small>
          )}
        </h1>
        <div className="states">
          <ConnectionState />
          <Store />
          <Switch />
        </div>
        <div className="settings">
          <ThemeChoice />
          <Token />
          <a href="/docs">API</a>
        </div>
      </div>
      <Notice />
    </header>
  )
}
