import { useMemo, useState } from "react"
import type uPlot from "uplot"
import * as Latencies from "../data/latency.ts"
import * as Series from "../data/series.ts"
import * as State from "../data/state.ts"
import type { ByStrategy } from "../data/types.ts"
import { Chart, type Spec } from "../ui/Chart.tsx"
import { Choice } from "../ui/Choice.tsx"
import * as Format from "../ui/format.ts"
import { Legend } from "../ui/Legend.tsx"
import { Panel, Timeline } from "../ui/Panel.tsx"
import { looks } from "../ui/strategies.tsx"
import { useAtom } from "../ui/useAtom.ts"

const spec: Spec = {
  lines: Series.strategies.map((strategy) => ({
    label: looks[strategy].name,
    colour: looks[strategy].colour,
    dash: looks[strategy].dash
  })),
  unit: Format.latency,
  scale: { distr: 3 },
  levels: []
}

const names = Object.keys(Latencies.quantiles) as ReadonlyArray<Latencies.Quantile>

/** Exact to 1 %, of everything since the start or the last reset. */
const Totals = () => {
  const all = useAtom(State.samples).at(-1)?.metrics["read_latency_seconds"] as ByStrategy | undefined
  return (
    <table className="numbers" data-testid="latency-totals">
      <caption>Since the start or the last reset</caption>
      <thead>
        <tr>
          <th scope="col">strategy</th>
          <th scope="col">reads</th>
          {names.map((name) => <th key={name} scope="col">{name.toUpperCase()}</th>)}
        </tr>
      </thead>
      <tbody>
        {Series.strategies.map((strategy) => (
          <tr key={strategy} data-strategy={strategy}>
            <th scope="row">
              <i className="swatch" data-mark={strategy} />
              {looks[strategy].name}
            </th>
            <td>{Format.count(all?.[strategy]?.count)}</td>
            {names.map((name) => <td key={name}>{Format.latency(all?.[strategy]?.[name])}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** How long reads wait, by strategy, over time. */
export const Latency = () => {
  const points = useAtom(State.latency)
  const [quantile, setQuantile] = useState<Latencies.Quantile>("p95")
  const [index, setIndex] = useState<number | null>(null)
  const data = useMemo(
    () =>
      [
        points.map(({ at }) => at / 1000),
        // A logarithm has no zero: nothing is faster than the clock can tell.
        ...Series.strategies.map((strategy) =>
          points.map(({ by }) => by[strategy][quantile] === null ? null : Math.max(1e-7, by[strategy][quantile]))
        )
      ] as uPlot.AlignedData,
    [points, quantile]
  )
  const shown = points[index ?? points.length - 1]
  const items = Series.strategies.map((strategy) => ({
    label: looks[strategy].name,
    mark: strategy,
    value: Format.latency(shown?.by[strategy][quantile])
  }))
  const summary = `${quantile.toUpperCase()} of the waiting time over time. Now: ${
    items.map(({ label, value }) => `${label} ${value}`).join(", ")
  }`
  return (
    <Panel
      name="latency"
      title="Latency"
      lead="Over the ten seconds before each point, as exact as the histogram's buckets are wide. The axis is logarithmic."
    >
      <Choice
        legend="Percentile"
        options={names}
        value={quantile}
        onChange={setQuantile}
        label={(name) => name.toUpperCase()}
      />
      <Timeline points={points.length} waiting="The first percentiles come within six seconds.">
        <Chart spec={spec} data={data} height={340} onPoint={setIndex} summary={summary} />
      </Timeline>
      <Legend items={items} />
      <Totals />
    </Panel>
  )
}
