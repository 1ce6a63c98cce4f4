import { useMemo, useState } from "react"
import type uPlot from "uplot"
import { thresholds } from "../../../src/monitoring/Thresholds.ts"
import * as Series from "../data/series.ts"
import * as State from "../data/state.ts"
import { Chart, type Spec } from "../ui/Chart.tsx"
import * as Format from "../ui/format.ts"
import { Legend } from "../ui/Legend.tsx"
import { Panel, Timeline } from "../ui/Panel.tsx"
import { useAtom } from "../ui/useAtom.ts"

const spec: Spec = {
  lines: [
    { label: "each second", colour: "--accent", fill: 0.15 },
    { label: "since the start or reset", colour: "--text", dash: [6, 4], width: 1.25 }
  ],
  unit: (value) => `${value} %`,
  scale: { range: (_, min) => [min === null || min > 75 ? 70 : Math.floor(min / 10) * 10, 100] },
  levels: [{ at: thresholds.hitRatePct, label: `alarm below ${thresholds.hitRatePct} %` }]
}

/** Share of the reads served from an entry, over time. */
export const HitRate = () => {
  const steps = useAtom(State.steps)
  const samples = useAtom(State.samples)
  const [index, setIndex] = useState<number | null>(null)
  const overall = useMemo(() => samples.slice(1).map((sample) => Series.number(sample, "hit_rate_pct")), [samples])
  const data = useMemo(
    () => [steps.map(({ at }) => at / 1000), steps.map(({ hitRate }) => hitRate), overall] as uPlot.AlignedData,
    [steps, overall]
  )
  const at = index ?? steps.length - 1
  const summary = `Hit rate over time. Last second: ${Format.percent(steps.at(-1)?.hitRate)}, in all: ${
    Format.percent(overall.at(-1))
  }`
  return (
    <Panel name="hit-rate" title="Hit rate" lead="Reads served from an entry, fresh or stale.">
      <Timeline points={steps.length} waiting="The first figures come within three seconds.">
        <Chart spec={spec} data={data} onPoint={setIndex} summary={summary} />
      </Timeline>
      <Legend
        items={[
          { label: "in that second", mark: "accent", value: Format.percent(steps[at]?.hitRate) },
          { label: "since the start or reset", mark: "text", value: Format.percent(overall[at]) }
        ]}
      />
    </Panel>
  )
}
