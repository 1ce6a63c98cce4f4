import type { ReactNode } from "react"

interface Item {
  readonly label: string
  /** Which swatch, as the style sheet has it. */
  readonly mark: string
  readonly value: ReactNode
  readonly note?: ReactNode
}

/** What the lines of a chart are, and where they stand now or under the pointer. */
export const Legend = ({ items }: { readonly items: ReadonlyArray<Item> }) => (
  <dl className="legend">
    {items.map(({ label, mark, note, value }) => (
      <div key={label}>
        <dt>
          <i className="swatch" data-mark={mark} />
          {label}
        </dt>
        <dd>
          {value}
          {note !== undefined && <small>{note}</small>}
        </dd>
      </div>
    ))}
  </dl>
)
