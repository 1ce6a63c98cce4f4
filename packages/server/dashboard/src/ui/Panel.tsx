import { type ReactNode, useId } from "react"
import * as State from "../data/state.ts"
import { useAtom } from "./useAtom.ts"

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

interface TimelineProps {
  /** Points that there are to be drawn. */
  readonly points: number
  /** Said while there are fewer than two, which make no line. */
  readonly waiting: string
  readonly children: ReactNode
}

/** A chart over time, or why there is none yet. */
export const Timeline = ({ children, points, waiting }: TimelineProps) => {
  const isUnread = useAtom(State.isUnread)
  if (isUnread === true) return <Nothing>No read has been answered yet.</Nothing>
  return points < 2 ? <Nothing>{waiting}</Nothing> : children
}

/** In the place of what has not come yet, or does not exist. */
export const Nothing = ({ children }: { readonly children: ReactNode }) => <p className="nothing">{children}</p>
