import * as State from "./data/state.ts"
import { Actions } from "./panels/actions/Actions.tsx"
import { Decisions } from "./panels/decisions/Decisions.tsx"
import { Figures } from "./panels/Figures.tsx"
import { TagGraph } from "./panels/graph/TagGraph.tsx"
import { Header } from "./panels/header/Header.tsx"
import { HitRate } from "./panels/HitRate.tsx"
import { Kickoff } from "./panels/kickoff/Kickoff.tsx"
import { Latency } from "./panels/Latency.tsx"
import { StrategyMix } from "./panels/StrategyMix.tsx"
import { Vix } from "./panels/vix/Vix.tsx"
import { useAtom } from "./ui/useAtom.ts"

export const App = () => {
  const { _tag } = useAtom(State.connection)
  return (
    <>
      <a className="skip" href="#main">To the figures</a>
      <Header />
      <main id="main" tabIndex={-1} data-dimmed={_tag === "Lost" || _tag === "Connecting" || undefined}>
        <Figures />
        <StrategyMix />
        <Latency />
        <HitRate />
        <Kickoff />
        <Vix />
        <TagGraph />
        <Decisions />
        <Actions />
      </main>
    </>
  )
}
