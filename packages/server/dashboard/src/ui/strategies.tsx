/** How the four strategies look, wherever they are shown. */
import type { Strategy } from "../data/types.ts"

interface Look {
  readonly name: string
  /** The custom property of the colour. */
  readonly colour: string
  /** The shape of lines, for those to whom colours say little. */
  readonly dash: ReadonlyArray<number>
  /** Share of the reads in steady state, where traffic is dense. */
  readonly steady: string
}

export const looks: Readonly<Record<Strategy, Look>> = {
  serve_fresh: { name: "fresh", colour: "--fresh", dash: [], steady: "85–90 %" },
  serve_stale: { name: "stale", colour: "--stale", dash: [8, 4], steady: "5–10 %" },
  compute: { name: "compute", colour: "--compute", dash: [2, 3], steady: "3–5 %" },
  bypass: { name: "bypass", colour: "--bypass", dash: [10, 3, 2, 3], steady: "< 2 %" }
}

/** A strategy by its name and colour. */
export const Badge = ({ strategy }: { readonly strategy: Strategy }) => (
  <span className="badge" data-strategy={strategy}>
    {looks[strategy].name}
  </span>
)
