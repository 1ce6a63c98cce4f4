import * as State from "../../data/state.ts"
import { Panel } from "../../ui/Panel.tsx"
import { useAtom } from "../../ui/useAtom.ts"
import { FireEvent } from "./FireEvent.tsx"
import { PushOdds } from "./PushOdds.tsx"

/** What can be done to the cache from here. */
export const Actions = () => {
  const token = useAtom(State.token)
  return (
    <Panel
      name="actions"
      title="Make something happen"
      size="full"
      lead={token === ""
        ? "These change the cache and need the server's token: enter it at the top of the page."
        : "The token stays in this tab and goes with it."}
    >
      <div className="actions">
        <FireEvent token={token} />
        <PushOdds token={token} />
      </div>
    </Panel>
  )
}
