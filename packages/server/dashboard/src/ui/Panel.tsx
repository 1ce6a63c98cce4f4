import { type ReactNode, useId } from "react"

interface Props {
  readonly title: string
  /** What is seen, in a sentence. */
  readonly lead?: ReactNode
  /** Room on a wide page. */
  readonly size?: "third" | "half" | "full"
  readonly name: string
  readonly children: ReactNode
}

/** A part of the page: a region with a heading. */
export const Panel = ({ children, lead, name, size = "half", title }: Props) => {
  const id = useId()
  return (
    <section className={`panel panel-${size}`} aria-labelledby={id} data-panel={name}>
      <h2 id={id}>{title}</h2>
      {lead !== undefined && <p className="lead">{lead}</p>}
      {children}
    </section>
  )
}

/** In the place of what has not come yet, or does not exist. */
export const Nothing = ({ children }: { readonly children: ReactNode }) => <p className="nothing">{children}</p>
