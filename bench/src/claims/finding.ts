/** What a claim comes to when it is measured. */

export interface Finding {
  readonly claim: string
  /** How it was measured, in a sentence. */
  readonly method: string
  readonly asked: string
  readonly measured: string
  /** A figure that does not hold as asked is `corrected`: `why` says what holds instead. */
  readonly verdict: "holds" | "corrected"
  readonly why?: string | undefined
  /** The bare numbers. */
  readonly figures: Readonly<Record<string, number>>
}

/** Measures one claim or several that share a run; fails when a read fails or a value is wrong. */
export type Claim<Size> = (size: Size) => Promise<ReadonlyArray<Finding>>

/** Whether what was asked holds, and if not, why. */
export const judged = (holds: boolean, why: string): Pick<Finding, "verdict" | "why"> =>
  holds ? { verdict: "holds" } : { verdict: "corrected", why }

export const percent = (share: number): string => `${share.toFixed(1)} %`

export const millis = (ms: number): string =>
  ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${Number(ms.toPrecision(2))} ms`

/** Fixes everything that is drawn. */
export const seed = 1
