import { useState } from "react"
import * as State from "../../data/state.ts"
import type { MarketState } from "../../data/types.ts"
import { Choice } from "../../ui/Choice.tsx"
import * as Format from "../../ui/format.ts"
import { useAtom } from "../../ui/useAtom.ts"
import { entry, walk } from "../../ui/walk.ts"
import { nameOf } from "./names.ts"

const orders = ["most nervous first", "calmest first"] as const

const Market = ({ index, market }: { readonly index: number; readonly market: MarketState }) => {
  const fixtures = useAtom(State.fixtures)
  const shown = useAtom(State.shownMarket)
  const choose = () => State.registry.set(State.chosenMarket, market.market_key)
  return (
    <li>
      <button
        type="button"
        {...entry(index)}
        className="market"
        aria-pressed={market.market_key === shown}
        data-market={market.market_key}
        onClick={choose}
      >
        <span className="name">{nameOf(market.market_key, fixtures)}</span>
        <span className="level" data-level={market.level}>{market.level}</span>
        <span className="score">z {Format.decimal(market.z)}</span>
      </button>
    </li>
  )
}

/** The markets whose odds were seen lately. */
export const MarketList = ({ markets }: { readonly markets: ReadonlyArray<MarketState> }) => {
  const [order, setOrder] = useState<typeof orders[number]>(orders[0])
  const sorted = order === orders[0] ? markets : markets.toReversed()
  return (
    <div className="market-list">
      <Choice legend="Order" options={orders} value={order} onChange={setOrder} />
      <ul className="scroller" aria-label="Markets; the arrow keys walk" onKeyDown={walk}>
        {sorted.map((market, index) => <Market key={market.market_key} index={index} market={market} />)}
      </ul>
    </div>
  )
}
