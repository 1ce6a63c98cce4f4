import { useEffect, useState } from "react"
import * as Live from "../../data/live.ts"
import * as State from "../../data/state.ts"
import * as Format from "../../ui/format.ts"
import { useAtom } from "../../ui/useAtom.ts"

/** Seconds until then, counted down. */
const useSecondsTo = (at: number): number => {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return Math.max(0, Math.ceil((at - now) / 1000))
}

const Countdown = ({ to }: { readonly to: number }) => {
  const seconds = useSecondsTo(to)
  return <span aria-hidden="true">{seconds === 0 ? "Trying now." : `Next attempt in ${seconds} s.`}</span>
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

/** What is wrong, and what is being done about it. */
export const Notice = () => {
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
