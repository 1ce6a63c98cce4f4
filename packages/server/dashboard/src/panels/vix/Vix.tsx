import * as State from "../../data/state.ts"
import { Nothing, Panel } from "../../ui/Panel.tsx"
import { useAtom } from "../../ui/useAtom.ts"
import { MarketList } from "./MarketList.tsx"
import { OddsChart } from "./OddsChart.tsx"

/** How nervous the markets are, and one of them in full. */
export const Vix = () => {
  const markets = useAtom(State.markets)
  return (
    <Panel
      name="vix"
      title="Nerves of the markets"
      size="full"
      lead="The markets observed last, their odds judged against the half hour before. In a panic, nothing cached is served; in a warning, no value is fresh for long."
    >
      {markets === undefined && <Nothing>The markets are being asked for.</Nothing>}
      {markets?.length === 0 && <Nothing>No odds have been observed yet.</Nothing>}
      {markets !== undefined && markets.length > 0 && (
        <div className="split">
          <MarketList markets={markets} />
          <OddsChart />
        </div>
      )}
    </Panel>
  )
}
