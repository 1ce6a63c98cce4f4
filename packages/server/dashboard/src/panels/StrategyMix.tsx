import { useMemo, useState } from "react"
import type uPlot from "uplot"
import * as Series from "../data/series.ts"
import * as State from "../data/state.ts"
import type { Strategy } from "../data/types.ts"
import { Chart, type Spec } from "../ui/Chart.tsx"
import * as Format from "../ui/format.ts"
import { Legend } from "../ui/Legend.tsx"
import { Panel, Timeline } from "../ui/Panel.tsx"
import { looks } from "../ui/strategies.tsx"
import { useAtom } from "../ui/useAtom.ts"

// The lowest area reaches to the axis, each of the others to the line below it.
const spec: Spec = {
  lines: Series.strategies.map((strategy) => ({
    label: looks[strategy].name,
    colour: looks[strategy].colour,
    width: 1,
    fill: 0.75
  })),
  bands: [
    { between: [4, 3], colour: looks.bypass.colour, fill: 0.75 },
    { between: [3, 2], colour: looks.compute.colour, fill: 0.75 },
    { between: [2, 1], colour: looks.serve_stale.colour, fill: 0.75 }
  ],
  unit: (value) => `${value} %`,
  scale: { range: [0, 100] },
  levels: [{ at: 85, label: "" }, { at: 90, label: "" }]
}

/** Each strategy's share on top of those below it. */
const stacked = (steps: ReadonlyArray<Series.Step>): ReadonlyArray<ReadonlyArray<number | null>> => {
  let below = steps.map(() => 0)
  return Series.strategies.map((strategy) => {
    const column = steps.map(({ shares }, i) => shares[strategy] === null ? null : below[i]! + shares[strategy])
    below = column.map((value) => value ?? 0)
    return column
  })
}

const summaryOf = (shares: Series.Step["shares"] | undefined): string =>
  shares === undefined
    ? "Share of each strategy over time: nothing yet"
    : `Share of each strategy over time. Last ten seconds: ${
      Series.strategies.map((strategy) => `${looks[strategy].name} ${Format.percent(shares[strategy])}`).join(", ")
    }`

const itemOf = (shares: Series.Step["shares"] | undefined) => (strategy: Strategy) => ({
  label: looks[strategy].name,
  mark: strategy,
  value: Format.percent(shares?.[strategy]),
  note: `steady: ${looks[strategy].steady}`
})

/** How reads are answered, over time. */
export const StrategyMix = () => {
  const steps = useAtom(State.steps)
  const recent = useAtom(State.recent)
  const [index, setIndex] = useState<number | null>(null)
  const data = useMemo(() => {
    const columns = stacked(steps).map((column) => [...column])
    return [steps.map(({ at }) => at / 1000), ...columns] as uPlot.AlignedData
  }, [steps])
  const shares = (index === null ? recent : steps[index])?.shares
  return (
    <Panel
      name="strategies"
      title="How reads are answered"
      lead="Between the dashed lines the share of fresh reads ends in steady state. That holds for dense traffic: keys that are seldom read are computed more often."
    >
      <Timeline points={steps.length} waiting="The first figures come within three seconds.">
        <Chart spec={spec} data={data} onPoint={setIndex} summary={summaryOf(recent?.shares)} />
      </Timeline>
      <Legend items={Series.strategies.map(itemOf(shares))} />
    </Panel>
  )
}
