import * as Live from "../../data/live.ts"
import * as State from "../../data/state.ts"
import * as Format from "../../ui/format.ts"
import { useAtom } from "../../ui/useAtom.ts"
import { Notice } from "./Notice.tsx"
import { ThemeChoice, Token } from "./Settings.tsx"

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
  const { _tag } = useAtom(State.connection)
  if (health === undefined || _tag === "Lost") return <span className="pill" data-testid="store">store: not known</span>
  const { store } = health
  return (
    <span className="pill" data-state={store.state} data-testid="store">
      store: {store.kind}, {store.state === "ok" ? "well" : "degraded"}
      {store.breaker === "open" && ", left alone"}
    </span>
  )
}

/** Who the server is, and how the page stands with it. */
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
