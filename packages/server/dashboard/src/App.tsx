import * as State from "./data/state.ts"
import { Figures } from "./panels/Figures.tsx"
import { Header } from "./panels/Header.tsx"
import { HitRate } from "./panels/HitRate.tsx"
import { Latency } from "./panels/Latency.tsx"
import { StrategyMix } from "./panels/StrategyMix.tsx"
import { useAtom } from "./ui/useAtom.ts"

export const App = () => {
  const { _tag } = useAtom(State.connection)
  return (
    <>
      <a className="skip" href="#main">To the figures</a>
      <Header />
      <main id="main" tabIndex={-1} data-connection={_tag}>
        <Figures />
        <StrategyMix />
        <Latency />
        <HitRate />
      </main>
    </>
  )
}
