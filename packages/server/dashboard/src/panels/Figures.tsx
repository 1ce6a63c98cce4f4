import { thresholds } from "../../../src/monitoring/Thresholds.ts"
import * as State from "../data/state.ts"
import type { Metrics } from "../data/types.ts"
import * as Format from "../ui/format.ts"
import { Panel } from "../ui/Panel.tsx"
import { useAtom } from "../ui/useAtom.ts"

interface FigureProps {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly note: string
}

const Figure = ({ label, name, note, value }: FigureProps) => (
  <div className="figure">
    <dt>{label}</dt>
    <dd>
      <strong data-figure={name}>{value}</strong>
      <small>{note}</small>
    </dd>
  </div>
)

const total = (metrics: Metrics | undefined, name: string): string =>
  Format.count(metrics?.[name] as number | undefined)

/** How the cache is doing now: the last ten seconds, and since the start below. */
export const Figures = () => {
  const recent = useAtom(State.recent)
  const metrics = useAtom(State.samples).at(-1)?.metrics
  const isUnread = useAtom(State.isUnread)
  const latency = useAtom(State.latency).at(-1)?.all
  return (
    <Panel
      name="figures"
      title="Now"
      size="full"
      lead="The last ten seconds; below each figure, since the start or its last reset."
    >
      <dl className="figures">
        <Figure
          name="requests"
          label="Requests a second"
          value={Format.rate(recent?.requests)}
          note={`${total(metrics, "total_requests")} in all`}
        />
        <Figure
          name="hit-rate"
          label="Hit rate"
          value={Format.percent(recent?.hitRate)}
          note={`${isUnread === false ? Format.percent(metrics?.["hit_rate_pct"] as number) : "–"} in all`}
        />
        <Figure
          name="computes"
          label="Computes a second"
          value={Format.rate(recent?.computes)}
          note={`${total(metrics, "computes")} in all`}
        />
        <Figure name="p50" label="P50" value={Format.latency(latency?.p50)} note="half of the reads are faster" />
        <Figure
          name="p95"
          label="P95"
          value={Format.latency(latency?.p95)}
          note={`alarm above ${Format.latency(thresholds.p95Seconds)}`}
        />
        <Figure name="p99" label="P99" value={Format.latency(latency?.p99)} note="one read in a hundred is slower" />
      </dl>
    </Panel>
  )
}
