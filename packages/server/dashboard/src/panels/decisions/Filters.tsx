import { reasons } from "@smart-cache/core/CacheOutcome"
import { strategies } from "../../data/series.ts"
import * as Format from "../../ui/format.ts"
import { looks } from "../../ui/strategies.tsx"
import type { Filter } from "./filter.ts"

interface Props {
  readonly filter: Filter
  readonly onChange: (filter: Filter) => void
}

/** Which decisions are listed. */
export const Filters = ({ filter, onChange }: Props) => (
  <form
    className="filters"
    role="search"
    aria-label="Decisions"
    onSubmit={(event) => event.preventDefault()}
  >
    <label className="field">
      <span>Strategy</span>
      <select
        value={filter.strategy}
        onChange={(event) => onChange({ ...filter, strategy: event.target.value as Filter["strategy"] })}
      >
        <option value="">all</option>
        {strategies.map((name) => <option key={name} value={name}>{looks[name].name}</option>)}
      </select>
    </label>
    <label className="field">
      <span>Reason</span>
      <select
        value={filter.reason}
        onChange={(event) => onChange({ ...filter, reason: event.target.value as Filter["reason"] })}
      >
        <option value="">all</option>
        {reasons.map((name) => <option key={name} value={name}>{Format.plain(name)}</option>)}
      </select>
    </label>
    <label className="field">
      <span>Match or key</span>
      <input
        type="search"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
      />
    </label>
  </form>
)
